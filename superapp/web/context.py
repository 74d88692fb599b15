"""What every template of a page may count on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from superapp.web import assets
from superapp.web.places import places

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


def theme_of(request: HttpRequest) -> str:
    """Light, dark, or as the device is."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame of a page. Asks the database for nothing, so that a page about its failure can be drawn."""
    return {
        "brand": settings.BRAND_NAME,
        "operator": settings.OPERATOR_NAME,
        "operator_contact": settings.OPERATOR_CONTACT,
        "theme": theme_of(request),
        "version": assets.version(),
        "places": [{"place": place, "is_current": place.holds(request.path)} for place in places()],
    }
