"""Desks: pages of the console by name. Each product registers its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from superapp.console.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Desk:
    """
    A desk: its title for people, the name of its URL, and the roles that work there.

    Auditors see every desk and change nothing. ``badge`` counts what waits there to be done; ``is_offered`` returns
    whether the installation has the desk at all.
    """

    name: str
    title: str | Promise
    url_name: str
    roles: frozenset[Role]
    badge: Callable[[], int] | None = None
    icon: str = "list-checks"
    is_offered: Callable[[], bool] = lambda: True

    def is_visible_to(self, roles: Iterable[str]) -> bool:
        return bool({*self.roles, Role.AUDITOR} & set(roles)) and self.is_offered()

    def is_workplace_of(self, roles: Iterable[str]) -> bool:
        """Return whether one of the roles may change something at the desk."""
        return bool((self.roles - {Role.AUDITOR}) & set(roles)) and self.is_offered()


_desks: dict[str, Desk] = {}


def register_desk(desk: Desk) -> None:
    """
    Register a desk; the index shows desks in the order of their registration.

    :raises ValueError: if the name is taken
    """
    if _desks.setdefault(desk.name, desk) is not desk:
        raise ValueError(f"two desks are called {desk.name}")


def get_desk(name: str) -> Desk:
    return _desks[name]


def find_desk(name: str) -> Desk | None:
    return _desks.get(name)


def list_desks(roles: Iterable[str]) -> list[Desk]:
    """Return the desks that somebody with these roles sees."""
    mine = frozenset(roles)
    return [desk for desk in _desks.values() if desk.is_visible_to(mine)]
