"""Titles of movements, and the strings that are passed to JavaScript."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By kind and direction; ``{name}`` is the other person's name.
MOVEMENT_TITLES: dict[str, Promise] = {
    "sent_out": _("To {name}"),
    "sent_in": _("From {name}"),
    "topped_up_in": _("Topped up at the counter"),
    "qris_paid_out": _("QRIS payment"),
    "came_in_in": _("Topped up from a bank"),
    "suspense_placed_in": _("Topped up from a bank"),
    "withdrawal_held_held": _("Set aside for a withdrawal"),
    "withdrawal_held_fee_held": _("Set aside for the withdrawal fee"),
    "withdrawn_fee_out": _("Withdrawal fee"),
    "withdrawal_failed_fee_held": _("Withdrawal fee came back"),
    "withdrawn_out": _("Withdrawn to a bank account"),
    "withdrawal_failed_held": _("Withdrawal came back"),
    "escrow_paid_out": _("Order payment"),
    "escrow_refunded_in": _("Order refund"),
    "qris_refunded_in": _("QRIS refund"),
    "escrow_released_in": _("Payment for an order"),
    "paid_out_in": _("From your shop"),
    "angpao_sent_out": _("Angpao sent"),
    "angpao_opened_in": _("Angpao"),
    "angpao_returned_in": _("Angpao came back"),
    "manual_in": _("Corrected by the operator"),
    "manual_out": _("Corrected by the operator"),
    "held_held": _("On hold"),
    "captured_out": _("Paid from money on hold"),
    "voided_held": _("No longer on hold"),
    "expired_held": _("No longer on hold"),
    "other_in": _("Money in"),
    "other_out": _("Money out"),
    "other_held": _("Held or released"),
}
# Titles for movements with a known purpose; ``{name}`` is the purpose's name, such as a shop's.
MOVEMENT_TITLES_WITH_PURPOSE: dict[str, Promise] = {
    "qris_paid_out": _("{name}"),
    "escrow_paid_out": _("{name}"),
    "escrow_refunded_in": _("Refund · {name}"),
    "qris_refunded_in": _("Refund · {name}"),
    "escrow_released_in": _("Sale · {name}"),
    "paid_out_in": _("Sales · {name}"),
    "angpao_opened_in": _("Angpao from {name}"),
}
JS_MESSAGES = {
    **{f"movement:{name}": sentence for name, sentence in MOVEMENT_TITLES.items()},
    **{f"movement:{name}:purpose": sentence for name, sentence in MOVEMENT_TITLES_WITH_PURPOSE.items()},
    "somebody": _("Someone"),
    "stale": _("As of {time}. Connecting…"),
}


def get_title_key(kind: str, delta_minor: int) -> str:
    """Return the key of a movement's title in ``MOVEMENT_TITLES``."""
    direction = "held" if delta_minor == 0 else "in" if delta_minor > 0 else "out"
    key = f"{kind}_{direction}"
    return key if key in MOVEMENT_TITLES else f"other_{direction}"
