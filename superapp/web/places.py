"""The places of the bar: every app adds its own, as ``places`` of its ``AppConfig``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    One entry of the bar.

    ``view`` is the name of its first page, and addresses that begin with ``prefix`` belong to it. ``badge`` names the
    count that modules keep there. ``shell_view`` is a page that knows nobody: the device keeps it, and opens it for any
    address of the place while there is no line.
    """

    view: str
    prefix: str
    word: str | Promise
    icon: str
    order: int
    badge: str = ""
    shell_view: str = ""


@cache
def places() -> tuple[Place, ...]:
    """All places, from left to right."""
    found = [Place(**place) for config in apps.get_app_configs() for place in getattr(config, "places", ())]
    return tuple(sorted(found, key=lambda place: place.order))
