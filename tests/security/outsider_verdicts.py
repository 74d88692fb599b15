"""Judge whether an attack of an outsider was a breach: it must be refused, tell no secret, and change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.security.attacked_world import World
from tests.security.database_rows import changed_tables, changes_of_others, read_rows
from tests.security.outsider_exceptions import Exemption

Exceptions = Mapping[tuple[str, str], Exemption]


@dataclass
class Verdicts:
    """The breaches that were found in the attacks on one operation, command, topic or page."""

    world: World
    name: str
    who: str
    allowed: Exceptions
    breaches: list[str] = field(default_factory=list)
    attacks: int = 0
    _needed: set[tuple[str, str]] = field(default_factory=set)

    def judge(self, aim: str, *, is_refused: bool, said: str, sent: str, is_reading: bool) -> None:
        """
        Look at one attack and put the database back if it changed.

        ``aim`` is what of others it names. One that names nothing is about the person who asks, and may succeed: then
        it changes nothing of others.
        """
        self.attacks += 1
        exception = self.allowed.get((self.name, aim))
        after = read_rows()
        changed = changed_tables(self.world.rows, after)
        if exception is not None and (changed or not is_refused):
            self._needed.add((self.name, aim))
        is_own = self.who != "nobody" and not aim and not is_reading
        if exception is not None:
            if changed != exception.changes:
                self._breach(aim, f"changed {sorted(changed)}, and may change {sorted(exception.changes)}")
        elif is_own:
            user_id = self.world.people[self.who].pk
            for row in changes_of_others(self.world.rows, after, user_id=user_id):
                self._breach(aim, f"changed what is not theirs: {row}")
        elif changed:
            self._breach(aim, f"changed {sorted(changed)}")
        if not is_refused and exception is None and (aim or self.who == "nobody"):
            self._breach(aim, f"was not refused: {said[:200]}")
        for secret in self.world.secrets:
            # What the attacker sent may come back to them.
            if secret in said and secret not in sent:
                self._breach(aim, f"was told {secret!r}")
        if changed:
            self.world.restore()

    def finish(self) -> None:
        """Fail if there was a breach, or an exception that is not needed."""
        assert self.attacks, f"{self.name} was not attacked at all"
        assert not self.breaches, "\n".join(self.breaches)
        unneeded = {key for key in self.allowed if key[0] == self.name} - self._needed
        assert not unneeded, f"strike these from tests/security/outsider_exceptions.py, they are refused: {unneeded}"

    def _breach(self, aim: str, what: str) -> None:
        self.breaches.append(f"{self.who}: {self.name} ({aim or 'about nobody'}) {what}")
