"""Logging in, logging out, and pictures: what goes over HTTP alone."""

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

from superapp.accounts import pictures, queries, sessions
from superapp.accounts.actions import profile
from superapp.accounts.errors import PictureTooLarge, PictureUnreadable
from superapp.accounts.models import User
from superapp.accounts.rows import AVATAR_PIXELS
from superapp.core import clock, media
from superapp.core.errors import NotLoggedIn
from superapp.core.form_pages import PICTURE_COST, form_cost
from superapp.realtime import openapi
from superapp.realtime.json_door import json_door, read_body
from superapp.realtime.registry import Shape

# The picture itself, and what a form wraps around it.
FORM_BYTES_MAX = pictures.UPLOAD_BYTES_MAX + 64 * 1024

View = Callable[..., HttpResponseBase]


class LoginCodeIn(Shape, frozen=True):
    phone: str
    # Of the challenge that a refusal brought (``accounts.challenge_required``).
    solution: str = ""


class LoginIn(Shape, frozen=True):
    phone: str
    code: str
    solution: str = ""


_login_code_in = msgspec.json.Decoder(LoginCodeIn)
_login_in = msgspec.json.Decoder(LoginIn)


def in_known_browser(view: View) -> View:
    """Have the browser keep the secret by which codes are bound to it."""

    @functools.wraps(view)
    def answer(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        response = view(request, **parts)
        sessions.remember_browser(request, response)
        return response

    return answer


@never_cache
@in_known_browser
@json_door("POST")
def login_code(request: HttpRequest) -> dict[str, int]:
    """Send a code. The answer is the same whether the number has an account or not."""
    code_in = read_body(request, _login_code_in.decode)
    sent = sessions.send_code(request, phone=code_in.phone, solution=code_in.solution)
    return {"retry_after": sent.retry_after, "digits": sent.digits}


@never_cache
@in_known_browser
@json_door("POST")
def login(request: HttpRequest) -> dict[str, str | bool]:
    """Log in with a code; a new number makes a new account."""
    login_in = read_body(request, _login_in.decode)
    language = translation.get_language() or settings.LANGUAGE_CODE
    proof = sessions.log_in(
        request, phone=login_in.phone, code=login_in.code, language=language[:2], solution=login_in.solution
    )
    return {"user": str(proof.user.public_id), "new": proof.is_new}


@never_cache
@json_door("POST")
def logout(request: HttpRequest) -> dict[str, Any]:
    """Log this browser out."""
    sessions.end(request, now=clock.now())
    return {}


@never_cache
@json_door("PUT", "POST", "DELETE")
@form_cost(PICTURE_COST)
def avatar(request: HttpRequest) -> dict[str, Any]:
    """Show another picture, or none. POST is for forms, which know no PUT."""
    user_id = _person(request).pk
    if request.method == "DELETE":
        return dict(profile.remove_avatar(user_id=user_id, now=clock.now()))
    upload = _upload(request)
    return dict(profile.set_avatar(user_id=user_id, upload=upload, now=clock.now()))


@require_GET
def avatar_file(request: HttpRequest, *, public_id: UUID, digest: str, size: int) -> HttpResponseBase:
    """
    The picture that a person shows, for anybody who is logged in and was given its address: it names the hash of the
    picture, which cannot be guessed and ends when the picture is changed.
    """
    is_shown = size in AVATAR_PIXELS and request.user.is_authenticated and queries.shows_avatar(public_id, digest)
    path = pictures.avatar_file(digest, size)
    if not is_shown or not path.exists():
        return media.missing()
    return media.answer(path, content_type="image/webp", cache_control=f"private, {media.FOR_EVER}")


openapi.describe("POST login/code", "accounts.login_code", login_code, body=LoginCodeIn)
openapi.describe("POST login", "accounts.login", login, body=LoginIn)
openapi.describe("POST logout", "accounts.logout", logout)
openapi.describe("PUT me/avatar", "accounts.avatar", avatar, file="picture")
openapi.describe("POST me/avatar", "accounts.avatar_by_form", avatar, file="picture")
openapi.describe("DELETE me/avatar", "accounts.avatar_remove", avatar)


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise NotLoggedIn
    return request.user


def _upload(request: HttpRequest) -> bytes:
    if int(request.META.get("CONTENT_LENGTH") or 0) > FORM_BYTES_MAX:
        raise PictureTooLarge(megabytes_max=pictures.UPLOAD_BYTES_MAX // 1024 // 1024)
    method, request.method = request.method, "POST"  # Django reads forms of POST alone.
    try:
        picture = request.FILES.get("picture")
    except (MultiPartParserError, SuspiciousOperation):
        raise PictureUnreadable from None
    finally:
        request.method = method
    if picture is None:
        raise PictureUnreadable
    return picture.read(pictures.UPLOAD_BYTES_MAX + 1)
