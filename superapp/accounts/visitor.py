"""Who is looking at a page, and where they go next."""

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

from superapp.accounts.models import User

Arguments = ParamSpec("Arguments")
NOTE_KEY = "note"
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def for_people(view: View[Arguments]) -> View[Arguments]:
    """Only for somebody who is logged in and has a name; others are first asked for what is missing."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if not user_of(request).name:
            return redirect(f"{reverse('accounts_pages:name')}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    # wraps() makes the request an argument with a name, which a Callable has not.
    return cast("View[Arguments]", login_required(guarded))


def user_of(request: HttpRequest) -> User:
    """The person of a page that only people see."""
    user = request.user
    assert isinstance(user._wrapped if hasattr(user, "_wrapped") else user, User)
    return user  # type: ignore[return-value]  # Lazy, and a User inside.


def next_address(request: HttpRequest, *, default: str = "/") -> str:
    """Return where to go afterwards: what was asked for if it is an address of ours, else ``default``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours and wanted.startswith("/") else default


def tell_next(request: HttpRequest, note: str) -> None:
    """Have the next page say what was done."""
    request.session[NOTE_KEY] = note


def told(request: HttpRequest) -> str:
    """What the page before wanted to be said, once."""
    return str(request.session.pop(NOTE_KEY, ""))
