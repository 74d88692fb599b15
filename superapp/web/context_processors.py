"""Context processors: the variables that all page templates may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from superapp.core import clock
from superapp.web import assets, badges
from superapp.web.navigation import NavigationItem, navigation_items

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
# The version of the shell that the browser has stored, set by ``#ui/shell_keeper.js``.
SHELL_COOKIE = "shell"
# The same in the requests of the service worker, which sends no cookies: it stores the style sheets as files.
SHELL_HEADER = "X-Shell"


def get_theme(request: HttpRequest) -> str:
    """Return the theme that the person chose: ``light``, ``dark``, or ``auto`` for the one of the device."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def has_session_cookie(request: HttpRequest) -> bool:
    """
    Return whether the browser sends a session cookie.

    If nobody is logged in although it does, the session was ended elsewhere.
    """
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def has_shell(request: HttpRequest) -> bool:
    """
    Return whether the browser has stored the shell of this version, or its service worker is just storing it.

    It decides only between links to style sheets and their text, so anybody may claim it. Responses do not vary by it:
    no page with style sheets is answered from a cache.
    """
    return assets.version() in (request.COOKIES.get(SHELL_COOKIE), request.headers.get(SHELL_HEADER))


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A navigation item on one page. ``count`` is its badge, ``aria_label`` the same for screen readers."""

    item: NavigationItem
    is_current: bool
    counts: Callable[[], Mapping[str, int]]

    @property
    def count(self) -> int:
        return self.counts().get(self.item.badge, 0) if self.item.badge else 0

    @property
    def count_text(self) -> str:
        return badges.format_count(self.count) if self.count else ""

    @property
    def label(self) -> str:
        return str(badges.label(self.item.badge))

    @property
    def aria_label(self) -> str:
        return self.label.format(count=self.count_text) if self.count else ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """
    Return the variables of the page layout.

    They need no database queries, so that an error page about the database can be rendered; badge counts are read
    only when a page renders the navigation bar for a logged-in person.
    """
    counts = cache(partial(_counts, request))
    return {
        "brand": settings.BRAND_NAME,
        "was_logged_in": has_session_cookie(request),
        "operator": settings.OPERATOR_NAME,
        "operator_contact": settings.OPERATOR_CONTACT,
        "theme": get_theme(request),
        "version": assets.version(),
        "has_shell": has_shell(request),
        "navigation": [NavigationLink(item, item.contains(request.path), counts) for item in navigation_items()],
    }


def _counts(request: HttpRequest) -> Mapping[str, int]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return badges.count_all(user.pk, now=clock.now())
