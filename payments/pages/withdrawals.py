"""
Pages to withdraw money to a bank account: account and amount, confirmation, and where the money is.

Each confirmation has its own idempotency key in its URL, so that a repeated submission is the same withdrawal.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from payments import api
from payments.actions.withdrawals import clean_account_number
from payments.adapters.bank import BankAccount
from payments.domain.receipt_numbers import format_number
from payments.errors import (
    BankAccountInvalid,
    BankAccountUnknown,
    BankOutOfReach,
    BankSaidNo,
    BankUnknown,
    InsufficientFunds,
    PinLocked,
    PinMissing,
    PinWrong,
    WithdrawalTooSmall,
)
from payments.models import Withdrawal
from payments.pages.transfers import error_text
from payments.queries.bank_money import (
    find_withdrawal_by_key,
    get_receipt_of,
    get_withdrawal,
    list_recent_withdrawals,
)
from payments.queries.transfer_steps import list_steps
from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user, named_person_required
from superapp.core import clock, ids, money
from superapp.core.errors import AmountInvalid, DomainError, ErrorCollector, ErrorKind, RateLimited
from superapp.core.form_pages import errors_by_field, form_cost, make_field_lookup
from superapp.core.money import Money

DRAFTS_KEY, DRAFTS_MAX = "withdrawals", 5
WRITTEN_CHARS_MAX = 40
FIELDS = ("bank", "account", "amount")
_field_of = make_field_lookup(
    {
        BankUnknown: "bank",
        BankAccountInvalid: "account",
        BankAccountUnknown: "account",
        AmountInvalid: "amount",
        WithdrawalTooSmall: "amount",
        InsufficientFunds: "amount",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalDraft:
    """A withdrawal to be confirmed: the account with its holder, and the amount in sen."""

    bank_code: str
    number: str
    holder: str
    amount_minor: int

    @property
    def to(self) -> BankAccount:
        return BankAccount(bank_code=self.bank_code, number=self.number, holder=self.holder)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take bank account and amount, and look up the holder's name before asking for the PIN."""
    user, now = get_current_user(request), clock.now()
    wallet = api.get_wallet(user.pk, now=now)
    typed = {name: request.POST.get(name, "")[:WRITTEN_CHARS_MAX] for name in FIELDS}
    problems: dict[str, object] = {}
    if request.method == "POST":
        draft, problems = _parse_form(typed, user.pk, available=wallet.available, now=now)
        if draft is not None:
            key = str(ids.new_id())
            drafts = {**request.session.get(DRAFTS_KEY, {}), key: asdict(draft)}
            request.session[DRAFTS_KEY] = dict(list(drafts.items())[-DRAFTS_MAX:])
            return redirect("payments:withdraw_confirm", key=key)
    context = {
        "wallet": wallet,
        "banks": sorted(settings.BANKS.items(), key=lambda bank: bank[1].casefold()),
        "is_connected": bool(settings.BANK_URL),
        "fee": api.get_withdrawal_fee(),
        "typed": typed,
        "problems": problems,
        "recent": [_present(row) for row in list_recent_withdrawals(user.pk)],
    }
    return render(request, "payments/withdraw.html", context, status=ErrorKind.INVALID if problems else 200)


@named_person_required
@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def confirm_withdrawal(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show holder, amount and fee, and ask for the PIN; POST withdraws, once for this URL."""
    user, now = get_current_user(request), clock.now()
    if request.method != "POST" and (before := find_withdrawal_by_key(user.pk, str(key))) is not None:
        return redirect("payments:withdrawal", withdrawal=before.public_id)  # Opened again, or after a lost answer.
    stored = request.session.get(DRAFTS_KEY, {}).get(str(key))
    if stored is None:
        return redirect("payments:withdraw")
    draft = WithdrawalDraft(**stored)
    problem: DomainError | None = None
    wallet = api.get_wallet(user.pk, now=now)
    if request.method == "POST":
        try:
            row = api.request_withdrawal(
                user_id=user.pk,
                to=draft.to,
                amount=draft.amount,
                device_id=accounts.get_device_id(request),
                pin="".join(request.POST.get("pin", "")[:40].split()),
                idempotency_key=str(key),
                now=now,
            )
            return redirect("payments:withdrawal", withdrawal=row.public_id)
        except DomainError as refusal:
            if refusal.kind == ErrorKind.UNAVAILABLE:
                raise
            problem = refusal
    fee = api.get_withdrawal_fee()
    is_pin_problem = isinstance(problem, (PinWrong, PinLocked, PinMissing))
    context = {
        "draft": draft,
        "bank_name": settings.BANKS.get(draft.bank_code, draft.bank_code),
        "fee": fee,
        "total": draft.amount + fee,
        "after": wallet.available - draft.amount - fee,
        "pin": api.get_pin_state(user.pk, device_id=accounts.get_device_id(request), now=now),
        "problem": problem and error_text(problem, wallet.available),
        # Final under this key: another attempt needs a new confirmation.
        "is_refused": problem is not None and not is_pin_problem,
    }
    return render(request, "payments/withdraw_confirm.html", context, status=problem.kind if problem else 200)


@named_person_required
@never_cache
@require_safe
def withdrawal_status(request: HttpRequest, withdrawal: UUID) -> HttpResponse:
    """Show the status of a withdrawal step by step, with the expected time of the next step."""
    row = get_withdrawal(get_current_user(request).pk, withdrawal)
    number = format_number(get_receipt_of(row))
    return render(request, "payments/withdrawal.html", {**_present(row), "steps": list_steps(row), "number": number})


@named_person_required
@never_cache
@require_safe
def withdrawal_state(request: HttpRequest, withdrawal: UUID) -> JsonResponse:
    """Return the state of a person's withdrawal, for the page that waits for it."""
    return JsonResponse({"state": get_withdrawal(get_current_user(request).pk, withdrawal).state})


def _parse_form(
    typed: dict[str, str], user_id: int, *, available: Money, now: datetime
) -> tuple[WithdrawalDraft | None, dict[str, object]]:
    """Return the draft, or the messages of wrong fields; the bank is asked only about what could be right."""
    collector = ErrorCollector()
    amount: Money | None = None
    with collector:
        amount = money.parse(typed["amount"])
        api.require_withdrawable(amount)
        if amount + api.get_withdrawal_fee() > available:
            raise InsufficientFunds
    with collector:
        clean_account_number(typed["bank"], typed["account"])
    try:
        collector.raise_first()
        found = api.find_bank_account(typed["bank"], typed["account"], user_id=user_id, now=now)
    except (BankOutOfReach, BankSaidNo, RateLimited) as refusal:
        return None, {"form": refusal.body()["message"]}
    except DomainError as refusal:
        sentence = _("Enter an amount, such as 50.000.")
        return None, errors_by_field(
            refusal.all(),
            fields=FIELDS,
            field_of=_field_of,
            sentence_of=lambda one: sentence if isinstance(one, AmountInvalid) else error_text(one, available),
        )
    assert amount is not None, "what was not refused was read"
    draft = WithdrawalDraft(
        bank_code=found.bank_code, number=found.number, holder=found.holder, amount_minor=amount.amount_minor
    )
    return draft, {}


def _present(row: Withdrawal) -> dict[str, object]:
    return {
        "withdrawal": row,
        "bank_name": settings.BANKS.get(row.bank_code, row.bank_code),
        "amount": Money(row.amount, row.asset),
        "fee": Money(row.fee, row.asset),
        "is_open": row.closed_at is None,
    }
