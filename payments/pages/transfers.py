"""
Pages to send money: recipient, amount, confirmation, result.

Each confirmation has its own idempotency key in its URL, so that a repeated submission is the same transfer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from payments import api
from payments.actions.favourites import set_favourite
from payments.api import Recipient
from payments.domain import chart_of_accounts
from payments.errors import InsufficientFunds, MemoForContacts, PinLocked, PinMissing, PinWrong, TooLittle
from payments.models import Memo
from payments.pages import js_messages
from payments.queries.favourites import list_favourite_ids
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow, flash_next, get_current_user, named_person_required
from superapp.accounts.errors import PersonNotFound
from superapp.core import clock, ids, money
from superapp.core.errors import AmountInvalid, AmountNotWhole, DomainError, ErrorKind
from superapp.core.form_pages import form_cost, post_only_redirecting_to
from superapp.core.money import Money

WRITTEN_CHARS_MAX = 60
DRAFTS_KEY = "transfers"
DRAFTS_MAX = 10
MEMO_CHARS_MAX = Memo._meta.get_field("text").max_length or 0
FIELD_ERROR_KINDS = {ErrorKind.INVALID, ErrorKind.NOT_FOUND, ErrorKind.LIMITED}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDraft:
    """A transfer to be confirmed; after its confirmation with the receipt's journal or the code of the refusal."""

    amount: Money
    memo: str
    journal: str = ""
    refusal: str = ""

    def kept(self) -> dict[str, Any]:
        """Return the draft as JSON values for the session."""
        return {**self.amount.to_wire(), "memo": self.memo, "journal": self.journal, "refusal": self.refusal}


@dataclass(frozen=True, slots=True)
class Payee:
    """A contact on the page of recipients."""

    person: PersonRow
    is_favourite: bool


@post_only_redirecting_to("payments:send_whom")
@named_person_required
@never_cache
def mark_favourite(request: HttpRequest, user: UUID) -> HttpResponse:
    """Mark a contact as a favourite recipient, or unmark one."""
    is_favourite = request.POST.get("star") == "yes"
    set_favourite(user_id=get_current_user(request).pk, who=user, is_favourite=is_favourite, now=clock.now())
    return redirect("payments:send_whom")


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose_recipient(request: HttpRequest) -> HttpResponse:
    """Show the contacts, and find another recipient by name, if a contact has it, handle or phone number."""
    user = get_current_user(request)
    chosen = ids.parse_id(request.GET.get("kepada", ""))
    if chosen is not None:
        return redirect("payments:send", user=chosen)
    problem: DomainError | None = None
    typed = request.POST.get("who", "")[:WRITTEN_CHARS_MAX]
    if request.method == "POST":
        try:
            named = _find_contact_by_name(user.pk, typed)
            who = named or api.find_recipient_by_text(user.pk, typed, now=clock.now()).person["id"]
            return redirect("payments:send", user=who)
        except DomainError as refusal:
            if refusal.kind not in FIELD_ERROR_KINDS:
                raise
            problem = refusal
    favourites = list_favourite_ids(user.pk)
    contacts = [Payee(person, person["id"] in favourites) for person in accounts.list_contacts(user.pk)]
    context = {
        "contacts": sorted(contacts, key=lambda payee: not payee.is_favourite),
        "who": typed,
        "problem": problem and _describe_problem(problem),
    }
    return render(request, "payments/send_whom.html", context, status=problem.kind if problem else 200)


def _describe_problem(problem: DomainError) -> object:
    if isinstance(problem, PersonNotFound):
        return _("Nobody here has this number or name. Check it, or invite them to {brand}.").format(
            brand=settings.BRAND_NAME
        )
    return problem.body()["message"]


def _find_contact_by_name(user_id: int, typed: str) -> str | None:
    """Return the id of the only contact of this name, in whatever case; None if there are several, or none."""
    wanted = typed.strip().casefold()
    named = [one["id"] for one in accounts.list_contacts(user_id) if one["name"].casefold() == wanted]
    return named[0] if len(named) == 1 else None


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter_amount(request: HttpRequest, user: UUID) -> HttpResponse:
    """Validate amount and memo; the next page asks for the PIN."""
    me, now = get_current_user(request), clock.now()
    to = api.get_recipient(me.pk, who=user)
    wallet = api.get_wallet(me.pk, now=now)
    typed = request.POST if request.method == "POST" else request.GET
    written, memo = typed.get("amount", "")[:40], typed.get("memo", "")[: MEMO_CHARS_MAX * 4].strip()
    problems: dict[str, object] = {}
    if request.method == "POST":
        draft, problems = _parse_form(written, memo, to=to, available=wallet.available)
        if draft is not None:
            key = str(ids.new_id())
            _store_draft(request, user, key, draft)
            return redirect("payments:confirm", user=user, key=key)
    context = {
        "to": to,
        "wallet": wallet,
        # Those of both levels: the level of the receiver is nobody's business.
        "ceilings": {tier: Money(chart_of_accounts.get_wallet_ceiling(tier)) for tier in settings.WALLET_CEILINGS},
        "amount": written,
        "memo": memo,
        "memo_chars_max": MEMO_CHARS_MAX,
        "problems": problems,
    }
    return render(request, "payments/send_amount.html", context, status=ErrorKind.INVALID if problems else 200)


@named_person_required
@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def confirm_transfer(request: HttpRequest, user: UUID, key: UUID) -> HttpResponse:
    """Show name, amount and PIN field; on POST send the money, once for this URL."""
    me, now = get_current_user(request), clock.now()
    draft = _load_draft(request, user, str(key))
    if draft is None:
        return redirect("payments:send", user=user)
    if draft.journal and request.method != "POST":  # Opened again, or after a lost response.
        return redirect("payments:receipt", journal=draft.journal)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            answer = api.send_to_person(
                sender_id=me.pk,
                receiver=user,
                amount=draft.amount,
                memo=draft.memo,
                device_id=accounts.get_device_id(request),
                pin="".join(request.POST.get("pin", "")[:40].split()),
                idempotency_key=str(key),
                now=now,
            )
        except (PinWrong, PinLocked, PinMissing, MemoForContacts, AmountNotWhole, TooLittle) as refusal:
            problem = refusal
        else:
            if isinstance(answer, api.Posted):
                _store_draft(request, user, str(key), replace(draft, journal=str(answer.public_id)))
                flash_next(request, _("Sent."))
                return redirect("payments:receipt", journal=answer.public_id)
            problem = answer.error()
            draft = replace(draft, refusal=answer.code)
            _store_draft(request, user, str(key), draft)
    # A refusal is shown even if the receiver has left since; otherwise the receiver must still be available.
    to = api.get_past_recipient(me.pk, who=user) if draft.refusal else api.get_recipient(me.pk, who=user)
    return _confirmation(request, to, draft, key=key, problem=problem)


def _confirmation(
    request: HttpRequest, to: Recipient, draft: TransferDraft, *, key: UUID, problem: DomainError | None
) -> HttpResponse:
    me = get_current_user(request)
    wallet = api.get_wallet(me.pk, now=clock.now())
    pin = api.get_pin_state(me.pk, device_id=accounts.get_device_id(request), now=clock.now())
    if problem is None and draft.refusal:
        problem = api.Refused(draft.refusal).error()
    context = {
        "to": to,
        "draft": draft,
        "wallet": wallet,
        "after": wallet.available - draft.amount,
        "pin": pin,
        "key": key,
        # Final under this key: another attempt needs a new confirmation.
        "is_refused": bool(draft.refusal),
        "problem": problem and error_text(problem, wallet.available),
        "words": js_messages.JS_MESSAGES,
        "back": f"{reverse('payments:send', args=[to.person['id']])}",
    }
    return render(request, "payments/send_confirm.html", context, status=problem.kind if problem else 200)


def error_text(problem: DomainError, available: Money) -> str:
    """Return what the page says about a refusal, with what the wallet or the PIN has left."""
    if isinstance(problem, InsufficientFunds):
        return _("You have {available}, which is not enough.").format(available=available)
    if isinstance(problem, PinWrong):
        left = int(problem.params["left"] or 0)
        return ngettext(
            "Wrong PIN. You have {left} try left.",
            "Wrong PIN. You have {left} tries left.",
            left,
        ).format(left=left)
    return str(problem.body()["message"])


def _parse_form(
    written: str, memo: str, *, to: Recipient, available: Money
) -> tuple[TransferDraft | None, dict[str, object]]:
    """Parse the form into a draft; return errors by field if it is invalid."""
    problems: dict[str, object] = {}
    wanted: Money | None = None
    try:
        wanted = money.parse(written).require_positive()
    except AmountInvalid:
        problems["amount"] = _("Enter an amount, such as 50.000.")
    if wanted is not None:
        problems |= _out_of_bounds(wanted, to)
    if wanted is not None and wanted > available:
        problems["amount"] = _("You have {available}, which is not enough.").format(available=available)
    if len(memo) > MEMO_CHARS_MAX:
        problems["memo"] = _("Up to {count} characters.").format(count=MEMO_CHARS_MAX)
    if wanted is None or problems:
        return None, problems
    return TransferDraft(amount=wanted, memo=memo if to.is_contact else ""), {}


def _out_of_bounds(wanted: Money, to: Recipient) -> dict[str, object]:
    try:
        api.require_minimum_amount(wanted, to)
    except (AmountNotWhole, TooLittle) as refusal:
        return {"amount": refusal.body()["message"]}
    return {}


def _store_draft(request: HttpRequest, user: UUID, key: str, draft: TransferDraft) -> None:
    """Store a draft under its key in the session, which keeps memos out of URLs."""
    drafts = dict(request.session.get(DRAFTS_KEY, {}))
    drafts[f"{user}:{key}"] = draft.kept()
    request.session[DRAFTS_KEY] = dict(list(drafts.items())[-DRAFTS_MAX:])


def _load_draft(request: HttpRequest, user: UUID, key: str) -> TransferDraft | None:
    kept = request.session.get(DRAFTS_KEY, {}).get(f"{user}:{key}")
    if kept is None:
        return None
    kept = dict(kept)
    return TransferDraft(amount=Money(kept.pop("amount_minor"), kept.pop("asset")), **kept)
