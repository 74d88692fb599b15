"""Context processors: the variables every page template may use."""

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
# The version of the shell that a browser keeps, as ``#ui/shell_keeper.js`` says it.
SHELL_COOKIE = "shell"


def get_theme(request: HttpRequest) -> str:
    """Light, dark, or as the device is."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def has_session_cookie(request: HttpRequest) -> bool:
    """
    Return whether the browser sends a session cookie; without a logged-in person, that session was ended elsewhere.
    """
    return settings.SESSION_COOKIE_NAME in request.COOKIES


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """
    A place of the bar on one page. ``count`` is what waits there, ``aria_label`` the same for whoever hears the page.
    """

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
    The frame of a page. Asks the database for nothing, so that a page about its failure can be drawn; the counts on
    the bar are read where a page draws the bar for somebody who is logged in.
    """
    counts = cache(partial(_counts, request))
    return {
        "brand": settings.BRAND_NAME,
        "was_logged_in": has_session_cookie(request),
        "operator": settings.OPERATOR_NAME,
        "operator_contact": settings.OPERATOR_CONTACT,
        "theme": get_theme(request),
        "version": assets.version(),
        "has_shell": request.COOKIES.get(SHELL_COOKIE) == assets.version(),
        "navigation": [NavigationLink(item, item.contains(request.path), counts) for item in navigation_items()],
    }


def _counts(request: HttpRequest) -> Mapping[str, int]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return badges.count_all(user.pk, now=clock.now())
