"""
The places of the bar, and the pages that a device keeps: every app adds its own, as ``places`` and ``shells`` of its
``AppConfig``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    One entry of the bar.

    ``view`` is the name of its first page; addresses that begin with ``prefix``, or one of ``also``, belong to it.
    ``badge`` names the count that stands there (see ``superapp.web.badges``). ``shell_view`` is a page that knows
    nobody: the device keeps it, and opens it for any address of the place while there is no line.
    """

    view: str
    prefix: str
    word: str | Promise
    icon: str
    order: int
    badge: str = ""
    shell_view: str = ""
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        return path.startswith((self.prefix, *self.also))


@cache
def places() -> tuple[Place, ...]:
    """All places, from left to right."""
    found = [Place(**place) for config in apps.get_app_configs() for place in getattr(config, "places", ())]
    return tuple(sorted(found, key=lambda place: place.order))


@cache
def shells() -> dict[str, str]:
    """Which page, by the name of its view, the device opens without a line for addresses that begin so."""
    found = {place.prefix: place.shell_view for place in places() if place.shell_view}
    for config in apps.get_app_configs():
        found |= getattr(config, "shells", {})
    return found
