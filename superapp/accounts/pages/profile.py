"""Pages of a person's own profile, settings and devices."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from superapp.accounts import queries
from superapp.accounts.actions import devices, profile
from superapp.accounts.adapters import avatar_storage
from superapp.accounts.adapters.page_auth import (
    flash_next,
    get_current_user,
    get_device_id,
    named_person_required,
    take_flash,
)
from superapp.accounts.errors import DeviceKept, HandleInvalid, HandleTaken, NameInvalid, NameReserved
from superapp.accounts.models import User
from superapp.accounts.pages.time_zones import list_zones
from superapp.accounts.queries import serializers
from superapp.core import clock
from superapp.core.errors import DomainError, ErrorKind, RateLimited
from superapp.core.form_pages import (
    PICTURE_COST,
    errors_by_field,
    form_cost,
    make_field_lookup,
    post_only_redirecting_to,
)

# RateLimited belongs to the handle, the only limited field here.
_FIELD_OF_ERROR = make_field_lookup(
    {NameInvalid: "name", NameReserved: "name", HandleInvalid: "handle", HandleTaken: "handle", RateLimited: "handle"}
)
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
THEME_COOKIE_AGE_S = 365 * 24 * 3600


@named_person_required
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Show the caller's profile with a form to change name and handle."""
    user = get_current_user(request)
    problems: dict[str, object] = {}
    typed = {"name": user.name, "handle": user.handle or ""}
    if request.method == "POST":
        typed = {field: request.POST.get(field, "") for field in typed}
        problems = _apply_changes(user.pk, typed)
        if not problems:
            flash_next(request, _("Saved."))
            return redirect("accounts_pages:me")
    status = ErrorKind.INVALID if problems else 200
    return render(request, "accounts/me.html", _context(request, typed=typed, problems=problems), status=status)


@post_only_redirecting_to("accounts_pages:me", fragment="look")
@named_person_required
def settings(request: HttpRequest) -> HttpResponse:
    """Save language, time zone, theme and privacy."""
    changes = profile.ProfileChanges(
        language=request.POST.get("language"),
        time_zone=request.POST.get("time_zone"),
        group_adders=request.POST.get("group_adders"),
    )
    row = profile.change_profile(user_id=get_current_user(request).pk, changes=changes, now=clock.now())
    with override(row["language"]):
        flash_next(request, _("Saved."))
    response = redirect("accounts_pages:me")
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=THEME_COOKIE_AGE_S, samesite="Lax", secure=request.is_secure())
    return response


@post_only_redirecting_to("accounts_pages:me")
@named_person_required
@form_cost(PICTURE_COST)
def picture(request: HttpRequest) -> HttpResponse:
    """Set or remove the avatar."""
    user = get_current_user(request)
    upload = request.FILES.get("picture")
    try:
        if request.POST.get("remove"):
            profile.remove_avatar(user_id=user.pk, now=clock.now())
            flash_next(request, _("Your photo is removed."))
        elif upload is not None:
            profile.set_avatar(
                user_id=user.pk, upload=upload.read(avatar_storage.UPLOAD_BYTES_MAX + 1), now=clock.now()
            )
            flash_next(request, _("Your photo is updated."))
    except DomainError as refusal:
        typed = {"name": user.name, "handle": user.handle or ""}
        context = _context(request, typed=typed, problems={"picture": refusal.body()["message"]})
        return render(request, "accounts/me.html", context, status=refusal.kind)
    return redirect("accounts_pages:me")


@post_only_redirecting_to("accounts_pages:me", fragment="devices")
@named_person_required
def end_device(request: HttpRequest, device: UUID) -> HttpResponse:
    """Sign out another of one's devices; an untrusted device cannot sign out a trusted one."""
    user = get_current_user(request)
    try:
        devices.sign_out_device(
            user_id=user.pk, device_public_id=device, by_device_id=get_device_id(request), now=clock.now()
        )
    except DeviceKept as refusal:
        typed = {"name": user.name, "handle": user.handle or ""}
        context = _context(request, typed=typed, problems={"device": refusal.body()["message"]})
        return render(request, "accounts/me.html", context, status=refusal.kind)
    flash_next(request, _("That device is logged out."))
    return redirect("accounts_pages:me")


def _apply_changes(user_id: int, typed: dict[str, str]) -> dict[str, object]:
    """Change name and handle, and return the errors by field."""
    changes = profile.ProfileChanges(name=typed["name"], handle=typed["handle"] or None)
    try:
        profile.change_profile(user_id=user_id, changes=changes, now=clock.now())
    except (NameInvalid, HandleInvalid, HandleTaken, RateLimited) as refusal:
        return errors_by_field(refusal.all(), fields=("name", "handle"), field_of=_FIELD_OF_ERROR)
    return {}


def _context(request: HttpRequest, *, typed: dict[str, str], problems: dict[str, object]) -> dict[str, object]:
    user = get_current_user(request)
    here = request.session.session_key
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return {
        "profile": serializers.serialize_profile(user, queries.find_phone_number(user.pk)),
        "person": serializers.serialize_person(user),
        "typed": typed,
        "problems": problems,
        "note": take_flash(request),
        "name_chars_max": User.NAME_CHARS_MAX,
        "picture_bytes_max": avatar_storage.UPLOAD_BYTES_MAX,
        "languages": User.Language.choices,
        "zones": list_zones(user.time_zone, now=clock.now()),
        "themes": [
            ("auto", _("Automatic"), theme == "auto"),
            ("light", _("Light"), theme == "light"),
            ("dark", _("Dark"), theme == "dark"),
        ],
        "is_trusted_here": queries.is_trusted_device(user.pk, get_device_id(request)),
        "asking": queries.list_devices_awaiting_trust(user.pk, now=clock.now()),
        "devices": [(device, device.session_key == here) for device in queries.list_devices(user.pk)],
    }
