"""An order as its page shows it: plain values, everything decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shop import photos, telling
from shop.api import OrderSummary, OrderView
from shop.receipts import COMPLETED, PAID, receipts_of

# Of what may be done, one thing is the main one, in this order.
MAIN = ("accept", "pack", "ship", "confirm")


def receipts(order: OrderView, *, now: datetime) -> list[dict[str, str]]:
    """
    What the buyer can prove, with the address at which anybody checks it: the receipt itself is in it.

    A cancelled order was paid, and stays proved; beside its receipt stands that the money went back, and when.
    """
    went_back = telling.went_back(order, now=now)
    words = {COMPLETED: _("Receipt: completed"), PAID: _("Receipt: ordered") if went_back else _("Receipt: paid")}
    note = went_back or _("Digitally signed")
    # Only the device knows whether it could keep the receipt; it says so once it has.
    kept = "" if went_back else _("Signed and saved on this device")
    return [
        {"text": text, "word": words[kind], "note": note, "note_when_kept": kept, "address": f"/bukti/periksa/#{text}"}
        for kind, text in receipts_of(order).items()
    ]


def lines(order: OrderView) -> list[dict[str, Any]]:
    return [
        {
            "name": line.name,
            "quantity": line.quantity,
            "price": line.price,
            "total": line.total,
            "photo": photos.photo_address(line.photo, photos.SIZES[-1]) if line.photo else "",
        }
        for line in order.lines
    ]


def doing(order: OrderView) -> dict[str, Any]:
    """What this side may do: the main thing, and what else."""
    can = order.summary.can
    main = next((one for one in MAIN if one in can), "")
    # A shop may ship what it has not noted as packed.
    others = [one for one in can if one != main and not (one == "ship" and main == "accept")]
    return {"main": main, "others": others}


def reasons(order: OrderSummary) -> list[str]:
    """Reasons for taking an order back that most people need; others are written."""
    if order.side == "buyer":
        return [
            _("I changed my mind"),
            _("I ordered the wrong thing"),
            _("The address is wrong"),
            _("It takes too long"),
        ]
    return [_("Out of stock"), _("It is damaged"), _("I cannot ship there"), _("The buyer asked me to")]
