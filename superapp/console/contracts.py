"""Values of the console."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from superapp.console.domain.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of the console, as they act: ``address`` is where the request came from."""

    id: int
    user_id: int
    name: str
    roles: frozenset[str]
    address: str = ""

    def has_role(self, *roles: Role) -> bool:
        """Return whether the member has one of these roles."""
        return bool(self.roles & set(roles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """An entry of the audit, as products read it: what was done, by whom, and when."""

    detail: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Conditions of a search in the audit; an empty one matches everything."""

    member_id: int | None = None
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def role_words(roles: Iterable[str]) -> str:
    """Return roles in words, in the active language."""
    return ", ".join(str(Role(role).label) for role in Role.values if role in set(roles))
