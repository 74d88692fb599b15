"""What others show in conversations: their types of cards, and what they offer to do with somebody."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chat import api as chat
from chat.api import CardType, Doing
from payments import api as payments

TRANSFER = "payments.transfer"
ORDER = "shop.order"
# An order in a list: how it stands comes first, so that it is never cut off.
ORDER_LINES = {
    "paid": _("Paid · {title}"),
    "paid:theirs": _("New order · {title}"),
    "accepted": _("Being prepared · {title}"),
    "packed": _("Packed · {title}"),
    "shipped": _("Shipped · {title}"),
    "claimed": _("Arrived, says the shop · {title}"),
    "delivered": _("Arrived · {title}"),
    "completed": _("Completed · {title}"),
    "cancelled": _("Cancelled · {title}"),
}


def register() -> None:
    """
    Have chat know them all; those of money where money is offered. Orders stand wherever they were placed, and their
    cards are receipts.
    """
    chat.register_card(
        ORDER,
        CardType(
            "shop/cards/order.html",
            line=_("Order: {title}"),
            state_lines=ORDER_LINES,
            styles=("shop/css/cards.css",),
        ),
    )
    if not payments.is_offered():
        return
    chat.register_card(
        TRANSFER,
        CardType("payments/cards/transfer.html", line=_("Sent {amount}"), styles=("payments/css/cards.css",)),
    )
    chat.register_doing(
        Doing(name="send_money", word=_("Send money"), icon="banknote", address="/dompet/kirim/?kepada=")
    )
