"""Kinds of movements and headings in words, for statements that people read."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.contracts import Movement

KINDS: dict[str, Promise] = {
    "sent": _("Transfer"),
    "topped_up": _("Topped up at the counter"),
    "came_in": _("Topped up from a bank"),
    "qris_paid": _("QRIS payment"),
    "escrow_paid": _("Order payment"),
    "escrow_released": _("Order sale"),
    "escrow_refunded": _("Order refund"),
    "qris_refunded": _("QRIS refund"),
    "paid_out": _("Shop balance to wallet"),
    "payout_held": _("Payout on its way"),
    "payout_held_fee": _("Payout fee on its way"),
    "payout_done": _("Paid out to the bank account"),
    "payout_done_fee": _("Payout fee"),
    "payout_failed": _("Payout came back"),
    "payout_failed_fee": _("Payout fee came back"),
    "withdrawal_held": _("Withdrawal on its way"),
    "withdrawn": _("Withdrawn to a bank account"),
    "withdrawn_fee": _("Withdrawal fee"),
    "withdrawal_failed": _("Withdrawal came back"),
}
HEADINGS: tuple[Promise, ...] = (
    _("Date"), _("What"), _("Order"), _("Items"), _("With"), _("Note"), _("Gross"), _("Fee"), _("Net"), _("Balance"),
    _("Fee rule"), _("Receipt"),
)  # fmt: skip


def describe_kind(movement: Movement) -> str:
    """Return the kind of a movement in words."""
    known = KINDS.get(movement.kind)
    if known is not None:
        return str(known)
    return str(_("Money in") if movement.delta.amount_minor > 0 else _("Money out"))
