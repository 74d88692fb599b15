"""Guards and messages of pages: current user, device, next URL, flash message."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from superapp.accounts.models import Device, User

Arguments = ParamSpec("Arguments")
FLASH_KEY = "note"
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def person_required(view: View[Arguments]) -> View[Arguments]:
    """Require a logged-in person with a name for a page; redirect others to what is missing."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if not get_current_user(request).name:
            return redirect(f"{reverse('accounts_pages:name')}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    # wraps() makes the request an argument with a name, which a Callable has not.
    return cast("View[Arguments]", login_required(guarded))


def get_current_user(request: HttpRequest) -> User:
    """The person of a page that only people see."""
    user = request.user
    assert isinstance(user._wrapped if hasattr(user, "_wrapped") else user, User)
    return user  # type: ignore[return-value]  # Lazy, and a User inside.


def get_next_url(request: HttpRequest, *, default: str = "/") -> str:
    """Return where to go afterwards: what was asked for if it is an address of ours, else ``default``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours and wanted.startswith("/") else default


def flash_next(request: HttpRequest, note: str) -> None:
    """Have the next page say what was done."""
    request.session[FLASH_KEY] = note


def take_flash(request: HttpRequest) -> str:
    """Return the message that the page before left to be shown once, and forget it."""
    return str(request.session.pop(FLASH_KEY, ""))


def get_device_id(request: HttpRequest) -> int | None:
    """The device that shows this page, whose session Django has found good; None where it has none."""
    open_devices = Device.objects.filter(session_key=request.session.session_key or "", ended_at=None)
    return open_devices.values_list("pk", flat=True).first()
