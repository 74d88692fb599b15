"""Presentation of one movement as a receipt: who, to whom, how much, what for, when, and its number."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from payments.api import Movement
from payments.domain.receipt_numbers import format_number
from payments.pages import js_messages
from payments.pages.presenters import PresentedMovement
from payments.queries.bank_money import find_withdrawal_of
from payments.queries.movements import list_fees
from payments.queries.receipt_prints import ReceiptPrint
from superapp.core.money import Money
from superapp.web import time_formats

# By kind and direction, as ``MOVEMENT_TITLES``; others have their title there.
_HEADLINES: dict[str, Promise] = {
    "sent_out": gettext_lazy("Money sent"),
    "sent_in": gettext_lazy("Money received"),
    "topped_up_in": gettext_lazy("Top-up received"),
    "came_in_in": gettext_lazy("Top-up received"),
    "suspense_placed_in": gettext_lazy("Top-up received"),
    "qris_paid_out": gettext_lazy("Payment made"),
    "escrow_paid_out": gettext_lazy("Payment made"),
    "escrow_refunded_in": gettext_lazy("Refund received"),
    "withdrawal_held_held": gettext_lazy("Withdrawal on its way"),
    "withdrawn_out": gettext_lazy("Withdrawal done"),
}
_COUNTER, _BANK = gettext_lazy("Top-up counter"), gettext_lazy("Bank transfer")
_FROM_OUTSIDE: dict[str, Promise] = {
    "topped_up_in": _COUNTER,
    "came_in_in": _BANK,
    "suspense_placed_in": _BANK,
}
VISIBLE_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Reader:
    """The person whose side of the movement is shown."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedReceipt:
    """
    A receipt in words. ``giver`` and ``taker`` are empty where there is only one side.

    ``amount`` is without sign and without ``fee``; ``total`` is both, None without a fee.
    """

    headline: str
    amount: Money
    fee: Money | None
    total: Money | None
    giver: str
    taker: str
    purpose: str
    memo: str
    at: str
    number: str


def present_receipt(row: Movement, shown: PresentedMovement, reader: Reader) -> PresentedReceipt:
    """Present one side's movement as a receipt for that side."""
    key = js_messages.get_title_key(row.kind, row.delta.amount_minor)
    amount = shown.amount if shown.amount.amount_minor >= 0 else -shown.amount
    is_fee = row.peer_kind == "fee"
    paid = [] if is_fee or shown.direction == "in" else list_fees(reader.id, row.journal)
    fee = sum(paid[1:], paid[0]) if paid else None
    giver, taker = _sides(key, row, shown, reader)
    return PresentedReceipt(
        headline=str(_HEADLINES.get(key, shown.title)),
        amount=amount,
        fee=fee,
        total=amount + fee if fee else None,
        giver=giver,
        taker=taker,
        purpose=shown.items,
        memo=row.memo,
        at=_format_moment(row),
        number=format_number(row.journal),
    )


def to_print(receipt: PresentedReceipt) -> ReceiptPrint:
    """Return the receipt as it is drawn: nothing on it is for one side's eyes alone."""
    rows = [
        (pgettext("receipt", "From"), receipt.giver),
        (pgettext("receipt", "To"), receipt.taker),
        (pgettext("receipt", "For"), receipt.purpose),
        (pgettext("receipt", "Note"), receipt.memo),
        (_("Amount"), str(receipt.amount) if receipt.fee else ""),
        (_("Fee"), str(receipt.fee or "")),
        (pgettext("receipt", "When"), receipt.at),
        (_("Receipt number"), receipt.number),
    ]
    host = urlsplit(settings.PUBLIC_URL).netloc
    return ReceiptPrint(
        brand=settings.BRAND_NAME,
        headline=receipt.headline,
        amount=str(receipt.total or receipt.amount),
        rows=tuple((label, value) for label, value in rows if value),
        footer=_("Made by {brand}, {host}").format(brand=settings.BRAND_NAME, host=host),
    )


def format_share_text(receipt: PresentedReceipt) -> str:
    """Format a receipt as text to share."""
    printed = to_print(receipt)
    lines = [f"{printed.brand} · {printed.headline}", printed.amount]
    return "\n".join([*lines, *(f"{label}: {value}" for label, value in printed.rows)])


def _sides(key: str, row: Movement, shown: PresentedMovement, reader: Reader) -> tuple[str, str]:
    """Return the names of who gave and who took."""
    is_back = shown.direction == "held" and row.kind != "withdrawal_held"
    withdrawal = None if is_back else find_withdrawal_of(reader.id, row.reference)
    if withdrawal is not None:
        bank = settings.BANKS.get(withdrawal.bank_code, withdrawal.bank_code)
        ending = withdrawal.account_number[-VISIBLE_DIGITS:]
        return reader.name, f"{withdrawal.holder} · {bank} ****{ending}"
    if shown.direction == "held":
        return "", ""
    other = str(_FROM_OUTSIDE.get(key, shown.name))
    return (reader.name, other) if shown.direction == "out" else (other, reader.name)


def _format_moment(row: Movement) -> str:
    at = timezone.localtime(row.posted_at)
    hour, zone = time_formats.format_hour(row.posted_at), time_formats.zone_label(str(at.tzinfo))
    return f"{formats.date_format(at, 'j F Y')}, {hour} {zone}"
