"""Middleware for logged-in people: locale, time zone, last seen."""

from __future__ import annotations

import threading
import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from superapp.accounts import sessions
from superapp.accounts.actions import devices
from superapp.accounts.models import User
from superapp.core import clock

GetResponse = Callable[[HttpRequest], HttpResponseBase]
TOUCH_SECONDS = 60
SESSIONS_REMEMBERED_MAX = 10_000


def person_locale_middleware(get_response: GetResponse) -> GetResponse:
    """Activate the person's language and time zone for the request, and restore the previous ones afterwards."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        user = getattr(request, "user", None)
        if not isinstance(user, User):
            return get_response(request)
        request.LANGUAGE_CODE = user.language
        with translation.override(user.language), timezone.override(zoneinfo.ZoneInfo(user.time_zone)):
            response = get_response(request)
        response.headers["Content-Language"] = user.language
        return response

    return middleware


class DeviceSeenMiddleware:
    """Middleware that records when a device was last seen, at most once a minute, and renews its session."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._guard = threading.Lock()
        self._noted_at: dict[str, float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        session_key = request.session.session_key
        if session_key and request.user.is_authenticated and self._is_due(session_key):
            now = clock.now()
            devices.touch_device(session_key=session_key, now=now)
            sessions.renew_session(request, now=now)
        return self._get_response(request)

    def _is_due(self, session_key: str) -> bool:
        seconds = clock.now().timestamp()
        with self._guard:
            if seconds - self._noted_at.get(session_key, 0) < TOUCH_SECONDS:
                return False
            if len(self._noted_at) >= SESSIONS_REMEMBERED_MAX:
                self._noted_at.clear()
            self._noted_at[session_key] = seconds
            return True
