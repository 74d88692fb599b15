"""What every template of a page may count on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from superapp.core import clock
from superapp.web import assets, badges
from superapp.web.places import Place, places

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


def theme_of(request: HttpRequest) -> str:
    """Light, dark, or as the device is."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def was_logged_in(request: HttpRequest) -> bool:
    """Whether a browser brings a session; of somebody who is not logged in it is one that ended elsewhere."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A place of the bar on one page. ``count`` is what waits there, ``said`` the same for whoever hears the page."""

    place: Place
    is_current: bool
    counts: Callable[[], Mapping[str, int]]

    @property
    def count(self) -> int:
        return self.counts().get(self.place.badge, 0) if self.place.badge else 0

    @property
    def shown(self) -> str:
        return badges.shown(self.count) if self.count else ""

    @property
    def word(self) -> str:
        return str(badges.word(self.place.badge))

    @property
    def said(self) -> str:
        return self.word.format(count=self.shown) if self.count else ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """
    The frame of a page. Asks the database for nothing, so that a page about its failure can be drawn; the counts on
    the bar are read where a page draws the bar for somebody who is logged in.
    """
    counts = cache(partial(_counts, request))
    return {
        "brand": settings.BRAND_NAME,
        "was_logged_in": was_logged_in(request),
        "operator": settings.OPERATOR_NAME,
        "operator_contact": settings.OPERATOR_CONTACT,
        "theme": theme_of(request),
        "version": assets.version(),
        "places": [ShownPlace(place, place.holds(request.path), counts) for place in places()],
    }


def _counts(request: HttpRequest) -> Mapping[str, int]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return badges.counts(user.pk, now=clock.now())
