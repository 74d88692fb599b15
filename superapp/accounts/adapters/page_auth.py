"""Page authentication and messages: current user, device, network of a guest, next URL, flash message."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from superapp.accounts.models import Device, User
from superapp.core.ip_networks import rate_limit_network
from superapp.realtime.rate_limits import guest_throttle

Arguments = ParamSpec("Arguments")
FLASH_KEY = "note"
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def named_person_required(view: View[Arguments]) -> View[Arguments]:
    """Decorate a page view to require a logged-in person with a name; others are redirected to log-in or name page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if not get_current_user(request).name:
            return redirect(f"{reverse('accounts_pages:name')}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    # For the type checker: wraps() names the request argument, which a Callable cannot do.
    return cast("View[Arguments]", login_required(guarded))


def get_current_user(request: HttpRequest) -> User:
    """Return the logged-in user of a page that requires one."""
    user = request.user
    assert isinstance(user._wrapped if hasattr(user, "_wrapped") else user, User)
    return user  # type: ignore[return-value]  # A lazy object that wraps a User.


def get_next_url(request: HttpRequest, *, default: str = "/") -> str:
    """Return the URL to go to afterwards: the request's ``next`` if it is on this site, else ``default``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours and wanted.startswith("/") else default


def flash_next(request: HttpRequest, note: str) -> None:
    """Store a message that the next page shows once."""
    request.session[FLASH_KEY] = note


def take_flash(request: HttpRequest) -> str:
    """Return the stored message and delete it."""
    return str(request.session.pop(FLASH_KEY, ""))


def get_device_id(request: HttpRequest) -> int | None:
    """Return the id of the device of this session, or None."""
    open_devices = Device.objects.filter(session_key=request.session.session_key or "", ended_at=None)
    return open_devices.values_list("pk", flat=True).first()


def get_client_address(request: HttpRequest) -> str:
    """Return the client's IP address, from the reverse proxy where there is one."""
    told = request.META.get("HTTP_X_REAL_IP", "") if settings.BEHIND_PROXY else ""
    return (told or request.META.get("REMOTE_ADDR", ""))[:45]


def take_guest_tokens(bucket: str, request: HttpRequest, cost: int) -> None:
    """
    Take the cost of a request from the bucket of this name of the network it came from.

    People who are logged in pay nothing here: they have limits of their own.

    :raises RateLimited: if the bucket has too few tokens
    """
    if not request.user.is_authenticated:
        guest_throttle.take(f"{bucket} {rate_limit_network(get_client_address(request))}", cost)
