"""The page that scans codes, and what a scanned text leads to; and the code of the person themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_permissions_policy.decorators import permissions_policy_override

from payments import api
from payments.adapters import frame_reader
from payments.domain import scanned_links
from payments.errors import FrameInvalid
from superapp.accounts.api import get_current_user, named_person_required
from superapp.core import clock, ids
from superapp.core.errors import DomainError, ErrorKind
from superapp.core.form_pages import form_cost
from superapp.core.money import Money

DRAFTS_KEY = "qris"
DRAFTS_MAX = 10
SCANNED_CHARS_MAX = 2_000
FRAME_COST = 20
# What is wrong with a scanned text is said on the page; the next one may be right.
REFUSAL_KINDS = {ErrorKind.INVALID, ErrorKind.CONFLICT}
_may_use_camera = permissions_policy_override({**settings.PERMISSIONS_POLICY, "camera": "self"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDraft:
    """A payment by code before its confirmation; ``amount`` is None until the payer has typed it."""

    payload: str
    amount: Money | None = None
    tip: Money = field(default_factory=lambda: Money(0))

    def kept(self) -> dict[str, Any]:
        """Return the draft as JSON values for the session."""
        return {
            "payload": self.payload,
            "amount": self.amount.amount_minor if self.amount else None,
            "tip": self.tip.amount_minor,
        }


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_may_use_camera
def scan(request: HttpRequest) -> HttpResponse:
    """Show the camera; on POST follow the text of a code: to its payment, or to the person whose code it is."""
    typed, problem = request.POST.get("qr", "")[:SCANNED_CHARS_MAX].strip(), None
    if request.method == "POST":
        try:
            return _follow(request, typed)
        except DomainError as refusal:
            if refusal.kind not in REFUSAL_KINDS:
                raise
            problem = refusal
    context = {"problem": problem and problem.body()["message"], "typed": typed if problem else ""}
    return render(request, "payments/scan.html", context, status=problem.kind if problem else 200)


@require_POST
@named_person_required
@never_cache
@form_cost(FRAME_COST)
@sensitive_variables("grey")
def read_frame(request: HttpRequest) -> HttpResponse:
    """Return the text of the code in one grey frame of the camera, ``?w=`` and ``?h=`` its size; empty without one."""
    try:
        width, height = (_parse_side(request.GET.get(name, "")) for name in ("w", "h"))
        length = _parse_side(request.headers.get("Content-Length", ""), digits_max=7)
        frame_reader.require_frame(width=width, height=height, length=length)
        grey = request.read(length)
        return JsonResponse({"text": frame_reader.read_frame(grey, width=width, height=height)})
    except DomainError as refusal:
        return JsonResponse(refusal.body(), status=refusal.kind)


@named_person_required
@never_cache
@require_safe
def my_code(request: HttpRequest) -> HttpResponse:
    """Show the code of the person: whoever scans it may send them money."""
    user = get_current_user(request)
    address = f"{settings.PUBLIC_URL}{reverse('payments:send', args=[user.public_id])}"
    return render(request, "payments/my_code.html", {"person": user, "address": address})


def _follow(request: HttpRequest, text: str) -> HttpResponse:
    path = scanned_links.find_own_path(text, public_url=settings.PUBLIC_URL)
    if path is not None:
        return redirect(path)
    offer = api.read_offer(text, now=clock.now())
    key = ids.new_id()
    # Without a tip to choose there is nothing to type.
    amount = None if offer.asks_tip else offer.amount
    store_draft(request, key, PaymentDraft(payload=text, amount=amount))
    return redirect("payments:pay", key=key)


def store_draft(request: HttpRequest, key: UUID, draft: PaymentDraft) -> None:
    """Store a draft under its key in the session, which keeps codes out of URLs."""
    drafts = dict(request.session.get(DRAFTS_KEY, {}))
    drafts[str(key)] = draft.kept()
    request.session[DRAFTS_KEY] = dict(list(drafts.items())[-DRAFTS_MAX:])


def load_draft(request: HttpRequest, key: UUID) -> PaymentDraft | None:
    """Return the draft under a key of this session, or None."""
    kept = request.session.get(DRAFTS_KEY, {}).get(str(key))
    if kept is None:
        return None
    amount = None if kept["amount"] is None else Money(kept["amount"])
    return PaymentDraft(payload=kept["payload"], amount=amount, tip=Money(kept["tip"]))


def _parse_side(text: str, *, digits_max: int = 4) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= digits_max):
        raise FrameInvalid
    return int(text)
