"""REST endpoints of accounts: log-in, log-out and avatars."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from superapp.accounts import queries, sessions
from superapp.accounts.actions import profile
from superapp.accounts.adapters import avatar_storage
from superapp.accounts.contracts import AVATAR_PIXELS
from superapp.accounts.endpoints.schemas import LoginCodeRequest, LoginRequest
from superapp.accounts.errors import PictureTooLarge, PictureUnreadable
from superapp.accounts.models import User
from superapp.core import clock, media
from superapp.core.errors import NotLoggedIn
from superapp.core.form_pages import PICTURE_COST, form_cost
from superapp.realtime import openapi
from superapp.realtime.json_views import json_view, read_body

# The picture, and the overhead of the multipart form.
FORM_BYTES_MAX = avatar_storage.UPLOAD_BYTES_MAX + 64 * 1024

View = Callable[..., HttpResponseBase]


_login_code_decoder = msgspec.json.Decoder(LoginCodeRequest)
_login_decoder = msgspec.json.Decoder(LoginRequest)


def with_browser_cookie(view: View) -> View:
    """Decorate a view to set the browser's secret cookie, which binds codes to the browser."""

    @functools.wraps(view)
    def answer(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        response = view(request, **parts)
        sessions.set_browser_cookie(request, response)
        return response

    return answer


@never_cache
@with_browser_cookie
@json_view("POST")
def login_code(request: HttpRequest) -> dict[str, int]:
    """Send a log-in code; the response does not reveal whether the number has an account."""
    body = read_body(request, _login_code_decoder.decode)
    sent = sessions.send_code(request, phone=body.phone, solution=body.solution)
    return {"retry_after": sent.retry_after, "digits": sent.digits}


@never_cache
@with_browser_cookie
@json_view("POST")
def login(request: HttpRequest) -> dict[str, str | bool]:
    """Log in with a code; a new number creates an account."""
    body = read_body(request, _login_decoder.decode)
    language = translation.get_language() or settings.LANGUAGE_CODE
    proof = sessions.log_in(request, phone=body.phone, code=body.code, language=language[:2], solution=body.solution)
    return {"user": str(proof.user.public_id), "new": proof.is_new}


@never_cache
@json_view("POST")
def logout(request: HttpRequest) -> dict[str, Any]:
    """Log this browser out."""
    sessions.end_session(request, now=clock.now())
    return {}


@never_cache
@json_view("PUT", "POST", "DELETE")
@form_cost(PICTURE_COST)
def avatar(request: HttpRequest) -> dict[str, Any]:
    """Set or remove the avatar; POST is for HTML forms, which cannot send PUT."""
    user_id = _require_user(request).pk
    if request.method == "DELETE":
        return dict(profile.remove_avatar(user_id=user_id, now=clock.now()))
    upload = _read_upload(request)
    return dict(profile.set_avatar(user_id=user_id, upload=upload, now=clock.now()))


@require_GET
def avatar_file(request: HttpRequest, *, public_id: UUID, digest: str, size: int) -> HttpResponseBase:
    """
    Serve a person's current avatar to logged-in people who know its URL.

    The URL contains the hash of the picture, which cannot be guessed and is invalid once the picture is changed.
    """
    is_shown = size in AVATAR_PIXELS and request.user.is_authenticated and queries.is_current_avatar(public_id, digest)
    return avatar_storage.respond_with_avatar(request, digest, size) if is_shown else media.not_found()


openapi.register_endpoint("POST login/code", "accounts.login_code", login_code, body=LoginCodeRequest)
openapi.register_endpoint("POST login", "accounts.login", login, body=LoginRequest)
openapi.register_endpoint("POST logout", "accounts.logout", logout)
openapi.register_endpoint("PUT me/avatar", "accounts.avatar", avatar, file="picture")
openapi.register_endpoint("POST me/avatar", "accounts.avatar_by_form", avatar, file="picture")
openapi.register_endpoint("DELETE me/avatar", "accounts.avatar_remove", avatar)


def _require_user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise NotLoggedIn
    return request.user


def _read_upload(request: HttpRequest) -> bytes:
    if int(request.META.get("CONTENT_LENGTH") or 0) > FORM_BYTES_MAX:
        raise PictureTooLarge(megabytes_max=avatar_storage.UPLOAD_BYTES_MAX // 1024 // 1024)
    method, request.method = request.method, "POST"  # Django parses forms only for POST.
    try:
        picture = request.FILES.get("picture")
    except (MultiPartParserError, SuspiciousOperation):
        raise PictureUnreadable from None
    finally:
        request.method = method
    if picture is None:
        raise PictureUnreadable
    return picture.read(avatar_storage.UPLOAD_BYTES_MAX + 1)
