"""What others show in conversations: their types of cards, and what they offer to do with somebody."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chat import api as chat
from chat.api import CardType, Doing
from payments import api as payments

TRANSFER = "payments.transfer"
ORDER = "shop.order"


def register() -> None:
    """
    Have chat know them all; those of money where money is offered. Orders stand wherever they were placed, and their
    cards are receipts.
    """
    chat.register_card(
        ORDER, CardType("shop/cards/order.html", line=_("Order: {title}"), styles=("shop/css/cards.css",))
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
