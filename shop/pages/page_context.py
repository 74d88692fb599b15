"""Context and request parsing that pages of the shop share."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest

from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.web import time_formats

REV_MAX = 2**53


def boot(user: Any, **more: Any) -> Any:
    """Return the data of a page for JavaScript: the reader, language, time zone and URLs, plus ``more``."""
    return msgspec.to_builtins(
        {
            "me": accounts.serialize_person(user),
            "locale": time_formats.locale(),
            "time_zone": user.time_zone,
            "zone_label": time_formats.zone_label(user.time_zone),
            "as_of": clock.to_wire(clock.now()),
            "urls": {"socket": "/ws", "login": "/masuk/"},
            **more,
        }
    )


def wants_json(request: HttpRequest) -> bool:
    """Return whether a script asks for JSON instead of a page."""
    return request.headers.get("Accept") == "application/json"


def parse_expected_rev(request: HttpRequest) -> int | None:
    """Parse the order version that the person saw when submitting the form; None if it is missing or malformed."""
    text = request.POST.get("rev", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(REV_MAX))
    return int(text) if is_number and 0 < int(text) <= REV_MAX else None
