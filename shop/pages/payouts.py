"""
Pages to pay a shop's balance out to its bank account: the amount, confirmation, and where the money is.

Each confirmation has its own idempotency key in its URL, so that a repeated submission is the same payout.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from payments import api as payments
from payments.errors import InsufficientFunds, WithdrawalTooSmall
from shop.domain.payment_references import merchant_reference
from shop.pages import pin_field
from shop.pages.merchant import require_own_shop
from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user, named_person_required
from superapp.core import clock, ids, money
from superapp.core.errors import AmountInvalid, DomainError, ErrorKind
from superapp.core.form_pages import form_cost
from superapp.core.money import Money

DRAFTS_KEY, DRAFTS_MAX = "payouts", 5
AMOUNT_CHARS_MAX = 40


@named_person_required
@never_cache
@form_cost(20)
@require_http_methods(["GET", "HEAD", "POST"])
def pay_out(request: HttpRequest) -> HttpResponse:
    """Take the amount of a payout to the shop's bank account; all that can be paid out is proposed."""
    merchant = _own_merchant(request)
    account = payments.find_payout_account(merchant)
    if account is None:
        return redirect("shop:payout_account")
    balance, fee = payments.get_merchant_balance(merchant).total, payments.get_withdrawal_fee()
    most = _most(balance)
    problem = ""
    if request.method == "POST":
        try:
            amount = _read_amount(request, most=most)
        except (AmountInvalid, WithdrawalTooSmall, InsufficientFunds) as refusal:
            problem = _say(refusal, most)
        else:
            key = str(ids.new_id())
            draft = {"amount_minor": amount.amount_minor, "version": account.version}
            drafts = {**request.session.get(DRAFTS_KEY, {}), key: draft}
            request.session[DRAFTS_KEY] = dict(list(drafts.items())[-DRAFTS_MAX:])
            return redirect("shop:confirm_payout", key=key)
    context = {
        "account": account,
        "balance": balance,
        "fee": fee,
        "most": most,
        "most_written": str(most).removeprefix("Rp"),
        "least": payments.get_withdrawal_minimum(),
        "typed": request.POST.get("amount", "")[:AMOUNT_CHARS_MAX],
        "problem": problem,
    }
    return render(request, "shop/merchant/pay_out.html", context, status=ErrorKind.INVALID if problem else 200)


@named_person_required
@never_cache
@sensitive_post_parameters("pin")
@form_cost(20)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_payout(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show account, amount and fee, and ask for the PIN; POST pays out, once for this URL."""
    user, merchant = get_current_user(request), _own_merchant(request)
    if request.method != "POST" and (before := payments.find_payout_by_key(merchant, user.pk, str(key))) is not None:
        return redirect("shop:payout", payout=before)  # Opened again, or after a lost answer.
    draft = request.session.get(DRAFTS_KEY, {}).get(str(key))
    account = payments.find_payout_account(merchant)
    if draft is None or account is None:
        return redirect("shop:pay_out")
    amount, fee = Money(draft["amount_minor"]), payments.get_withdrawal_fee()
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            made = payments.request_payout(
                merchant=merchant,
                owner_id=user.pk,
                account_version=draft["version"],
                amount=amount,
                device_id=accounts.get_device_id(request),
                pin=pin_field.read_pin(request),
                idempotency_key=str(key),
                now=clock.now(),
            )
            return redirect("shop:payout", payout=made.public_id)
        except DomainError as refusal:
            if refusal.kind == ErrorKind.UNAVAILABLE:
                raise
            problem = refusal
    unproved = problem if isinstance(problem, pin_field.REFUSALS) else None
    balance = payments.get_merchant_balance(merchant).total
    context = {
        "account": account,
        "amount": amount,
        "fee": fee,
        "total": amount + fee,
        "after": balance - amount - fee,
        "pin_field": pin_field.required_pin_field(request, refusal=unproved),
        # Another attempt needs a new confirmation, with the account and the balance as they are then.
        "is_refused": problem is not None and unproved is None,
        "problem": problem and _say(problem, _most(balance)),
    }
    return render(request, "shop/merchant/payout_confirm.html", context, status=problem.kind if problem else 200)


@named_person_required
@never_cache
@require_safe
def payout(request: HttpRequest, payout: UUID) -> HttpResponse:
    """Show the status of a payout step by step, with the expected time of the next step."""
    return render(request, "shop/merchant/payout.html", {"payout": payments.get_payout(_own_merchant(request), payout)})


@named_person_required
@never_cache
@require_safe
def payout_state(request: HttpRequest, payout: UUID) -> JsonResponse:
    """Return the state of a payout of the caller's shop, for the page that waits for it."""
    return JsonResponse({"state": payments.get_payout(_own_merchant(request), payout).state})


def _own_merchant(request: HttpRequest) -> str:
    return merchant_reference(require_own_shop(get_current_user(request).pk).public_id)


def _most(balance: Money) -> Money:
    """Return what can be paid out of a balance, from which the fee comes, too."""
    fee = payments.get_withdrawal_fee()
    return balance - fee if balance > fee else Money(0)


def _read_amount(request: HttpRequest, *, most: Money) -> Money:
    amount = money.parse(request.POST.get("amount", "")[:AMOUNT_CHARS_MAX])
    payments.require_withdrawable(amount)
    if amount > most:
        raise InsufficientFunds
    return amount


def _say(refusal: DomainError, most: Money) -> str:
    if isinstance(refusal, AmountInvalid):
        return _("Enter an amount, such as 50.000.")
    if isinstance(refusal, WithdrawalTooSmall):
        return _("You can pay out {least} or more.").format(least=refusal.params["amount_min"])
    if isinstance(refusal, InsufficientFunds):
        return _("That is more than can be paid out. At most {most}, with the fee left over.").format(most=most)
    return str(refusal.body()["message"])
