"""Pages of a shop's settlements: the balance, the rhythm, the next one, and what each of them was made of."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.conf import settings as site
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from payments import api as payments
from shop import api
from shop.domain.payment_references import merchant_reference
from shop.pages import pin_field
from shop.pages.merchant import require_own_shop
from superapp.accounts import api as accounts
from superapp.accounts.api import flash_next, get_current_user, named_person_required, take_flash
from superapp.core import clock
from superapp.core.errors import DomainError, InputInvalid
from superapp.core.form_pages import form_cost
from superapp.core.money import Money

RHYTHMS: dict[str, Promise] = {
    "daily": gettext_lazy("Every day at midnight"),
    "weekly": gettext_lazy("Every week, in the night to Monday"),
}
BY_HAND, TARGETS = "by_hand", ("wallet", "bank")
PAGE_SIZE = 60
LEFT: dict[str, Promise] = {
    "wallet_full": gettext_lazy("Your wallet is filled up to its limit. The rest stays safe here."),
    "refunds_wait": gettext_lazy("Kept here for refunds that wait."),
    "account_not_open": gettext_lazy("An account is blocked for now. The money stays safe here."),
    "below_minimum": gettext_lazy("Too little for a payout to the bank. It waits for the next one."),
}


@named_person_required
@never_cache
@sensitive_post_parameters("pin")
@form_cost(20)
@require_http_methods(["GET", "HEAD", "POST"])
def settlements(request: HttpRequest) -> HttpResponse:
    """Show the balance, the bank account, the next settlement and all payouts before, and choose the rhythm."""
    user = get_current_user(request)
    merchant = merchant_reference(require_own_shop(user.pk).public_id)
    unproved: DomainError | None = None
    if request.method == "POST":
        try:
            _choose(request, merchant, user.pk)
            return redirect("shop:settlements")
        except pin_field.REFUSALS as refusal:
            unproved = refusal
    shown = payments.list_settlements(merchant, before=_parse_day(request.GET.get("sebelum", "")), limit=PAGE_SIZE + 1)
    plan, paid_out = payments.find_settlement_plan(merchant), payments.list_payouts(merchant)
    rhythm = plan.rhythm if plan else BY_HAND
    on_its_way = [one for one in paid_out if one.is_open]
    account = payments.find_payout_account(merchant)
    usual = plan.target if plan and rhythm != BY_HAND else "bank" if account else "wallet"
    context = {
        "account": account,
        "is_connected": bool(site.BANK_URL),
        "fee": payments.get_withdrawal_fee(),
        "payouts": paid_out,
        "on_its_way": sum((one.amount for one in on_its_way), start=Money(0)),
        "plan": plan,
        "target": request.POST.get("target") or usual,
        "balance": api.fetch_merchant_balance(user.pk),
        "next_at": plan and plan.next_at,
        "is_by_hand": rhythm == BY_HAND,
        "rhythm": rhythm,
        "rhythms": RHYTHMS.items(),
        "typed": request.POST.get("rhythm") or (rhythm if rhythm in RHYTHMS else "daily"),
        "settlements": shown[:PAGE_SIZE],
        "earlier": shown[PAGE_SIZE - 1].day if len(shown) > PAGE_SIZE else None,
        "pin_field": pin_field.required_pin_field(request, refusal=unproved),
        "is_pin_refused": unproved is not None,
        "note": take_flash(request),
    }
    return render(request, "shop/merchant/settlements.html", context, status=unproved.kind if unproved else 200)


@named_person_required
@never_cache
@require_safe
def settlement(request: HttpRequest, settlement: UUID) -> HttpResponse:
    """Show how one settlement of the caller's shop adds up."""
    merchant = merchant_reference(require_own_shop(get_current_user(request).pk).public_id)
    shown = payments.get_settlement(merchant, settlement)
    context = {"settlement": shown, "left_because": LEFT.get(shown.reason, "")}
    return render(request, "shop/merchant/settlement.html", context)


def _parse_day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _choose(request: HttpRequest, merchant: str, owner_id: int) -> None:
    rhythm = request.POST.get("rhythm", "")
    if rhythm not in (*RHYTHMS, BY_HAND):
        raise InputInvalid(detail="rhythm")
    target = request.POST.get("target", "wallet")
    if target not in TARGETS:
        raise InputInvalid(detail="target")
    payments.choose_settlement(
        merchant=merchant,
        owner_id=owner_id,
        device_id=accounts.get_device_id(request),
        pin=pin_field.read_pin(request),
        rhythm=rhythm,
        target=target,
        now=clock.now(),
    )
    flash_next(request, _("Automatic payouts are off.") if rhythm == BY_HAND else _("Saved."))
