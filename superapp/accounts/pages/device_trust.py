"""Page to make a device trusted, a day after a code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from superapp.accounts import queries
from superapp.accounts.actions import device_trust, reauthentication
from superapp.accounts.adapters.page_auth import flash_next, get_current_user, get_device_id, named_person_required
from superapp.accounts.errors import CodeNotSent, CodeOver, CodeWrong, TrustTooEarly
from superapp.core import clock
from superapp.core.errors import DomainError, RateLimited

CODE_SENT_KEY = "trust_code_sent"


@named_person_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def know_device(request: HttpRequest) -> HttpResponse:
    """Make this device trusted: verify a fresh code, wait a day, claim trust."""
    user_id, device_id, now = get_current_user(request).pk, get_device_id(request), clock.now()
    if queries.is_trusted_device(user_id, device_id):
        return redirect("accounts_pages:me")
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            if _take_step(request, request.POST.get("step", "")):
                return redirect("accounts_pages:me")
        except (CodeWrong, CodeOver, CodeNotSent, RateLimited, TrustTooEarly) as refusal:
            problem = refusal
    asked = next(
        (device for device in queries.list_devices_awaiting_trust(user_id, now=now) if device.pk == device_id), None
    )
    context = {
        "trust_from": asked and asked.trust_from,
        "may_take": asked is not None and asked.trust_from is not None and asked.trust_from <= now,
        "is_code_sent": request.session.get(CODE_SENT_KEY, False),
        "problem": problem and problem.body()["message"],
        "is_code_refused": isinstance(problem, CodeWrong | CodeOver),
    }
    return render(request, "accounts/know_device.html", context, status=problem.kind if problem else 200)


def _take_step(request: HttpRequest, step: str) -> bool:
    """Execute the submitted step (send, prove, take); return True once the device is trusted."""
    user_id, device_id, now = get_current_user(request).pk, get_device_id(request), clock.now()
    if step == "send":
        reauthentication.send_owner_code(user_id=user_id, device_id=device_id, now=now)
        request.session[CODE_SENT_KEY] = True
    elif step == "prove":
        code = "".join(char for char in request.POST.get("code", "")[:40] if char.isalnum())
        device_trust.request_trust(user_id=user_id, device_id=device_id, code=code, now=now)
        request.session.pop(CODE_SENT_KEY, None)
    elif step == "take":
        device_trust.claim_trust(user_id=user_id, device_id=device_id, now=now)
        flash_next(request, _("This device is now trusted. You can log out a lost one here."))
        return True
    return False
