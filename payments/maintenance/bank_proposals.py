"""Proposals about breaks, suspense and cash, which two members of the console make and approve."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from payments.actions.bank_corrections import Against, correct_break, explain_break, get_correction
from payments.actions.cash_deposits import deposit_cash, get_cash_at_counter
from payments.actions.suspense import clear_suspended
from payments.domain.break_words import AGAINST_WORDS, KIND_WORDS, WAY_WORDS
from payments.errors import InsufficientFunds
from payments.models import ReconciliationBreak, SuspenseClearing
from payments.queries import reconciliation
from payments.queries.suspense import find_ticket, get_suspended
from superapp.accounts import api as accounts
from superapp.console.api import Approval, Fact, Payload, ProposalKind, Role, register_proposal_kind
from superapp.core.errors import InputInvalid
from superapp.core.money import Money

BREAK, SUSPENSE, DEPOSIT = "payments.break", "payments.suspense", "payments.cash_deposit"
EXPLAIN = "explain"
FINANCE = frozenset({Role.FINANCE})


def describe_break(row: ReconciliationBreak, merchant: str) -> list[Fact]:
    """Return a break in words: kind, reference, day, the merchant if it is a payout, and the amount in each source."""
    told = (
        (_("Ledger") if row.kind != "balance_differs" else _("Lines add up to"), row.ledger_amount),
        (_("Bank's history"), row.history_amount),
        (pgettext("of the bank", "Statement"), row.statement_amount),
    )
    return [
        (_("Difference"), str(KIND_WORDS[row.kind])),
        (_("Reference"), row.reference),
        (_("Day"), row.day.isoformat()),
        *([(_("Payout of"), merchant)] if merchant else []),
        *((word, "–" if amount is None else str(Money(amount))) for word, amount in told),
    ]


def _describe_break(payload: Payload) -> list[Fact]:
    row = reconciliation.get_break(int(payload["break"] or 0))
    do = str(payload["do"])
    word = _("Stays, with this explanation") if do == EXPLAIN else str(AGAINST_WORDS[do])
    merchants = reconciliation.fetch_payout_merchants([row.reference])
    return [*describe_break(row, merchants.get(row.reference, "")), (_("To be done"), word)]


def _validate_break(payload: Payload) -> None:
    row = reconciliation.get_open_break(int(payload["break"] or 0))
    if payload["do"] == EXPLAIN:
        return
    if payload["do"] not in list(Against):
        raise InputInvalid(detail="do")
    get_correction(row)


def _execute_break(payload: Payload, approval: Approval) -> str:
    by = {"maker_id": approval.maker_id, "checker_id": approval.checker_id, "now": approval.now}
    break_id, do = int(payload["break"] or 0), str(payload["do"])
    if do == EXPLAIN:
        explain_break(break_id=break_id, note=approval.reason, **by)  # type: ignore[arg-type]
        return _("Explained.")
    answer = correct_break(break_id=break_id, against=Against(do), reason=approval.reason, **by)  # type: ignore[arg-type]
    return _("Posted as {journal}.").format(journal=answer.public_id)


def _describe_suspense(payload: Payload) -> list[Fact]:
    ticket = find_ticket(UUID(str(payload["suspended"])))
    facts: list[Fact] = [
        (_("Amount"), str(ticket.amount)),
        (_("Bank's reference"), ticket.bank_reference or "–"),
        (_("Paid to"), ticket.paid_to or "–"),
        (_("To be done"), str(WAY_WORDS[str(payload["way"])])),
    ]
    if payload["user"]:
        user = accounts.get_user_by_id(int(payload["user"]))
        number = accounts.get_formatted_phone_number(user.pk)
        facts.append((_("Wallet of"), f"{user.name}, {number}" if number else user.name))
    if payload["bank_reference"]:
        facts.append((_("Transfer at the bank"), str(payload["bank_reference"])))
    return facts


def _validate_suspense(payload: Payload) -> None:
    get_suspended(UUID(str(payload["suspended"])))
    if payload["way"] not in WAY_WORDS or (payload["way"] == "wallet") != bool(payload["user"]):
        raise InputInvalid(detail="way")


def _execute_suspense(payload: Payload, approval: Approval) -> str:
    row = clear_suspended(
        suspended=UUID(str(payload["suspended"])),
        way=SuspenseClearing.Way(str(payload["way"])),
        user_id=int(payload["user"]) if payload["user"] else None,
        bank_reference=str(payload["bank_reference"] or ""),
        reason=approval.reason,
        maker_id=approval.maker_id,
        checker_id=approval.checker_id,
        now=approval.now,
    )
    return _("Posted as {journal}.").format(journal=row.journal.public_id)


def _describe_deposit(payload: Payload) -> list[Fact]:
    return [
        (_("Amount"), str(Money(int(payload["amount_minor"] or 0)))),
        (_("Bank's reference"), str(payload["bank_reference"])),
        (_("Cash at the counter"), str(get_cash_at_counter())),
    ]


def _validate_deposit(payload: Payload) -> None:
    if not payload["bank_reference"]:
        raise InputInvalid(detail="bank_reference")
    if get_cash_at_counter() < Money(int(payload["amount_minor"] or 0)).require_positive():
        raise InsufficientFunds


def _execute_deposit(payload: Payload, approval: Approval) -> str:
    # Proposals of an older version hold the moment among their values.
    at = payload.get("at")
    is_posted = deposit_cash(
        amount=Money(int(payload["amount_minor"] or 0)),
        bank_reference=str(payload["bank_reference"]),
        at=approval.made_at if at is None else datetime.fromisoformat(str(at)),
        reason=approval.reason,
        maker_id=approval.maker_id,
        checker_id=approval.checker_id,
        now=approval.now,
    )
    return _("Posted.") if is_posted else _("It was posted before. Nothing was posted again.")


register_proposal_kind(
    ProposalKind(
        BREAK,
        pgettext_lazy("proposal", "Difference with the bank"),
        FINANCE,
        describe=_describe_break,
        validate=_validate_break,
        execute=_execute_break,
    )
)
register_proposal_kind(
    ProposalKind(
        SUSPENSE,
        pgettext_lazy("proposal", "Payment out of suspense"),
        FINANCE,
        describe=_describe_suspense,
        validate=_validate_suspense,
        execute=_execute_suspense,
        concerns=lambda payload, user_id: payload["user"] == user_id,
    )
)
register_proposal_kind(
    ProposalKind(
        DEPOSIT,
        pgettext_lazy("proposal", "Cash brought to the bank"),
        FINANCE,
        describe=_describe_deposit,
        validate=_validate_deposit,
        execute=_execute_deposit,
    )
)
