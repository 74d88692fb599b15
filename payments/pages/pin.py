"""Pages to set, change and reset the PIN."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from payments import api
from payments.errors import PinAlreadySet, PinInvalid, PinLocked, PinResetTooEarly, PinWrong
from superapp.accounts import api as accounts
from superapp.accounts.api import flash_next, get_current_user, named_person_required, take_flash
from superapp.accounts.errors import CodeNotSent, CodeOver, CodeWrong
from superapp.core import clock
from superapp.core.errors import DomainError, ErrorKind, RateLimited
from superapp.core.form_pages import form_cost, post_only_redirecting_to

SECRETS = ("pin", "again", "old")
CODE_SENT_KEY = "pin_code_sent"


@named_person_required
@never_cache
@sensitive_post_parameters(*SECRETS)
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(30)
def set_pin(request: HttpRequest) -> HttpResponse:
    """Set the first PIN, or change it with the old one."""
    user_id = get_current_user(request).pk
    problems: dict[str, object] = {}
    state = api.get_pin_state(user_id, device_id=accounts.get_device_id(request), now=clock.now())
    if not state.is_set and not _is_trusted(request, user_id):
        return redirect(_with_next("payments:pin_forgotten", request))
    if request.method == "POST":
        problems, status = _save_pin(request, user_id)
        if not problems:
            return redirect(_next_url(request))
        state = api.get_pin_state(
            user_id, device_id=accounts.get_device_id(request), now=clock.now()
        )  # A wrong PIN may have locked it.
    context = {"pin": state, "problems": problems, "note": take_flash(request), "next": _next_url(request)}
    return render(request, "payments/pin.html", context, status=status if problems else 200)


@named_person_required
@never_cache
@sensitive_post_parameters("code", *SECRETS)
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(30)
def forgotten_pin(request: HttpRequest) -> HttpResponse:
    """
    Reset the PIN: verify a fresh code, wait a day, and set a new PIN.

    On an untrusted device, a first PIN is set in the same way.
    """
    problem: DomainError | None = None
    problems: dict[str, object] = {}
    if request.method == "POST" and request.POST.get("step") == "set":
        problems = _find_typing_errors(request.POST.get("pin", ""), request.POST.get("again", ""))
    if request.method == "POST" and not problems:
        try:
            if _take_step(request, request.POST.get("step", "")):
                return redirect(_next_url(request))
        except (CodeWrong, CodeOver, CodeNotSent, RateLimited, PinInvalid, PinResetTooEarly) as refusal:
            problem = refusal
    user_id, now = get_current_user(request).pk, clock.now()
    state = api.get_pin_state(user_id, device_id=accounts.get_device_id(request), now=now)
    if not state.is_set and _is_trusted(request, user_id):
        return redirect(_with_next("payments:pin", request))
    is_asked_here = state.is_reset_on(accounts.get_device_id(request))
    context = {
        "pin": state,
        "is_asked_here": is_asked_here,
        "may_reset": is_asked_here and state.reset_from is not None and state.reset_from <= now,
        "is_code_sent": request.session.get(CODE_SENT_KEY, False),
        "problem": problem and problem.body()["message"],
        "problems": problems,
        "next": _next_url(request),
    }
    status = ErrorKind.INVALID if problems else problem.kind if problem else 200
    return render(request, "payments/pin_forgotten.html", context, status=status)


@post_only_redirecting_to("payments:wallet")
@named_person_required
def acknowledge_attempts(request: HttpRequest) -> HttpResponse:
    """Acknowledge from a trusted device that failed PIN attempts elsewhere were one's own."""
    api.acknowledge_failed_attempts(
        user_id=get_current_user(request).pk, device_id=accounts.get_device_id(request), now=clock.now()
    )
    flash_next(request, _("Thanks. That device can try again."))
    return redirect("payments:wallet")


@post_only_redirecting_to("payments:wallet")
@named_person_required
def cancel_reset(request: HttpRequest) -> HttpResponse:
    """Cancel a pending PIN reset from a trusted device."""
    user_id, device_id = get_current_user(request).pk, accounts.get_device_id(request)
    api.cancel_pin_reset(user_id=user_id, device_id=device_id, now=clock.now())
    flash_next(request, _("The request is cancelled. Your PIN has not changed."))
    return redirect("payments:wallet")


def _is_trusted(request: HttpRequest, user_id: int) -> bool:
    return accounts.is_trusted_device(user_id, accounts.get_device_id(request))


def _take_step(request: HttpRequest, step: str) -> bool:
    """Execute the submitted step (send, prove, set); return True once a new PIN is set."""
    user_id, device_id, now = get_current_user(request).pk, accounts.get_device_id(request), clock.now()
    if step == "send":
        accounts.send_owner_code(user_id=user_id, device_id=device_id, now=now)
        request.session[CODE_SENT_KEY] = True
    elif step == "prove":
        code = "".join(char for char in request.POST.get("code", "")[:40] if char.isalnum())
        proved_at = accounts.verify_owner_code(user_id=user_id, device_id=device_id, code=code, now=now)
        api.request_pin_reset(user_id=user_id, device_id=device_id, code_proved_at=proved_at, now=now)
        request.session.pop(CODE_SENT_KEY, None)
    elif step == "set":
        api.reset_pin(user_id=user_id, pin=request.POST.get("pin", ""), device_id=device_id, now=now)
        flash_next(request, _("Your PIN is changed."))
        return True
    return False


def _save_pin(request: HttpRequest, user_id: int) -> tuple[dict[str, object], int]:
    """Set or change the PIN; return errors by field, in page order, and the status of the response."""
    new, old = request.POST.get("pin", ""), request.POST.get("old")
    problems = _find_typing_errors(new, request.POST.get("again", ""), old)
    if problems:
        return problems, int(ErrorKind.INVALID)
    device_id = accounts.get_device_id(request)
    try:
        if old is None:
            api.set_first_pin_on_device(user_id=user_id, device_id=device_id, pin=new, now=clock.now())
        else:
            api.change_pin(user_id=user_id, device_id=device_id, old=old, new=new, now=clock.now())
    except (PinWrong, PinLocked, PinAlreadySet) as refusal:
        return {"old": refusal.body()["message"]}, int(refusal.kind)
    flash_next(request, _("Your PIN is set."))
    return {}, 200


def _find_typing_errors(new: str, again: str, old: str | None = None) -> dict[str, object]:
    """Return errors by field that can be found without verifying the old PIN, which would count as an attempt."""
    problems: dict[str, object] = {}
    if old is not None and not old.strip():
        problems["old"] = _("Enter your current PIN.")
    try:
        api.validate_new_pin(new)
    except PinInvalid as refusal:
        problems["pin"] = refusal.body()["message"]
    if new != again:
        problems["again"] = _("The two PINs do not match.")
    return problems


def _next_url(request: HttpRequest) -> str:
    """Return the URL to go back to after the PIN page: the form's ``next``, or the wallet."""
    return accounts.get_next_url(request, default=reverse("payments:wallet"))


def _with_next(view: str, request: HttpRequest) -> str:
    """Return the URL of another PIN page that keeps the current ``next``."""
    back = accounts.get_next_url(request, default="")
    return reverse(view) + (f"?{urlencode({'next': back})}" if back else "")
