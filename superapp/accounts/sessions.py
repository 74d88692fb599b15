"""Browser sessions: browser secret, log-in, log-out and device; shared by endpoints, pages and middleware."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from superapp.accounts import queries
from superapp.accounts.actions import devices, login
from superapp.accounts.actions.login import CodeSent, PhoneProof
from superapp.accounts.adapters.page_auth import get_client_address
from superapp.accounts.domain import user_agents
from superapp.core import clock
from superapp.realtime.registry import Caller, SessionState, register_authenticator

BROWSER_COOKIE = "browser"
BROWSER_COOKIE_AGE = timedelta(days=400)  # The longest lifetime that browsers accept.
TOKEN_CHARS_MAX = 100
USER_AGENT_CHARS_MAX = 500
# A session is renewed at most this often, so that occasional visitors stay logged in.
RENEW_AFTER = timedelta(days=7)
RENEWED_AT_KEY = "renewed_at"


def get_browser_token(request: HttpRequest) -> str:
    """
    Return the secret of this browser, created at the first call.

    ``set_browser_cookie`` sends it with the response.
    """
    token = request.COOKIES.get(BROWSER_COOKIE, "")
    if not 20 <= len(token) <= TOKEN_CHARS_MAX:
        token = secrets.token_urlsafe(32)
        request.COOKIES[BROWSER_COOKIE] = token
    return token


def set_browser_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set the cookie with the browser's secret on the response."""
    response.set_cookie(
        BROWSER_COOKIE,
        get_browser_token(request),
        max_age=BROWSER_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def send_code(request: HttpRequest, *, phone: str, solution: str = "") -> CodeSent:
    """Send a log-in code that only this browser can use (see ``actions.login``)."""
    return login.send_login_code(
        phone=phone,
        browser=_get_browser_hash(request),
        address=get_client_address(request),
        solution=solution,
        now=clock.now(),
    )


def log_in(request: HttpRequest, *, phone: str, code: str, language: str, solution: str = "") -> PhoneProof:
    """
    Log this browser in as the owner of the number that the code verifies.

    A session that was open in this browser is ended.
    """
    now = clock.now()
    proof = login.verify_code(
        phone=phone,
        code=code,
        browser=_get_browser_hash(request),
        address=get_client_address(request),
        language=language,
        solution=solution,
        now=now,
    )
    start_session(request, proof, now=now)
    return proof


def start_session(request: HttpRequest, proof: PhoneProof, *, now: datetime) -> None:
    """Start a session in this browser and register it as a device; the previous session is ended."""
    with transaction.atomic():
        end_session(request, now=now)
        auth.login(request, proof.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        request.session[RENEWED_AT_KEY] = int(now.timestamp())
        request.session.save()
        session_key = request.session.session_key
        assert session_key is not None
        devices.register_device(
            user_id=proof.user.pk,
            session_key=session_key,
            browser_hash=_get_browser_hash(request),
            name=user_agents.describe_device(request.headers.get("User-Agent", "")[:USER_AGENT_CHARS_MAX]),
            is_new_account=proof.is_new,
            now=now,
        )


def end_session(request: HttpRequest, *, now: datetime) -> None:
    """Log this browser out, and close its sockets."""
    if request.session.session_key:
        devices.end_session(session_key=request.session.session_key, now=now)
    auth.logout(request)


def renew_session(request: HttpRequest, *, now: datetime) -> None:
    """Extend the session, at most once in ``RENEW_AFTER``."""
    renewed_at = request.session.get(RENEWED_AT_KEY, 0)
    if now.timestamp() - renewed_at > RENEW_AFTER.total_seconds():
        request.session[RENEWED_AT_KEY] = int(now.timestamp())


@register_authenticator
def authenticate_sessions(session_keys: Collection[str]) -> dict[str, SessionState]:
    """
    Authenticate sessions for sockets; ended ones are left out.

    Updates when the devices were last seen.
    """
    now = clock.now()
    sessions = queries.list_open_sessions(session_keys, now=now)
    # A page that stays open for weeks makes no requests but those on its socket.
    unseen = [one.device_id for one in sessions if now - one.last_seen_at > devices.TOUCH_INTERVAL]
    if unseen:
        devices.touch_devices(unseen, now=now)
    return {
        one.session_key: SessionState(
            Caller(
                user_id=one.user_id,
                user_public_id=one.user_public_id,
                device_id=one.device_id,
                device_public_id=one.device_public_id,
                language=one.language,
            ),
            one.epoch,
            one.me_rev,
        )
        for one in sessions
    }


def _get_browser_hash(request: HttpRequest) -> str:
    return login.browser_hash(get_browser_token(request))
