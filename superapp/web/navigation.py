"""
The navigation bar and the offline shells, declared by each AppConfig as ``navigation_items`` and
``offline_shells``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationItem:
    """
    One item of the navigation bar.

    ``view`` is the name of its first page; paths that begin with ``prefix``, or with one of ``other_prefixes``,
    belong to it. ``badge`` is the name of its count (see ``superapp.web.badges``). ``shell_view`` is a page without
    personal data, which the device stores and opens offline for all addresses of the item. ``newcomer_label`` is
    what somebody who knows nobody here yet can do there.
    """

    view: str
    prefix: str
    label: str | Promise
    icon: str
    order: int
    badge: str = ""
    shell_view: str = ""
    other_prefixes: tuple[str, ...] = ()
    newcomer_label: str | Promise = ""

    def contains(self, path: str) -> bool:
        return path.startswith((self.prefix, *self.other_prefixes))


@cache
def navigation_items() -> tuple[NavigationItem, ...]:
    """Return all navigation items, from left to right."""
    found = [
        NavigationItem(**item) for config in apps.get_app_configs() for item in getattr(config, "navigation_items", ())
    ]
    return tuple(sorted(found, key=lambda item: item.order))


@cache
def offline_shells() -> dict[str, str]:
    """Return the view whose page a device opens offline, by prefix of the path."""
    found = {item.prefix: item.shell_view for item in navigation_items() if item.shell_view}
    for config in apps.get_app_configs():
        found |= getattr(config, "offline_shells", {})
    return found
