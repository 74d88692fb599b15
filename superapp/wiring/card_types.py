"""Card types that other apps show in conversations, and links to other apps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chat import api as chat
from chat.api import CardType, ConversationAction
from payments import api as payments

TRANSFER = "payments.transfer"
ORDER = "shop.order"
REQUEST = "peer_payments.request"
SPLIT = "peer_payments.split"
# An order in a list: its state comes first, so that it is never cut off.
ORDER_SUMMARIES = {
    "paid": _("Paid · {title}"),
    "paid:theirs": _("New order · {title}"),
    "accepted": _("Being prepared · {title}"),
    "packed": _("Packed · {title}"),
    "shipped": _("Shipped · {title}"),
    "disputed": _("Problem reported · {title}"),
    "claimed": _("Arrived, says the shop · {title}"),
    "delivered": _("Arrived · {title}"),
    "completed": _("Completed · {title}"),
    "cancelled": _("Cancelled · {title}"),
    "set_aside": _("Cancelled, refund set aside · {title}"),
}

REQUEST_SUMMARIES = {
    "open": _("Requested {amount}"),
    "open:theirs": _("Asks you for {amount}"),
    "paid": _("Paid · {amount}"),
    "declined": _("Request declined · {amount}"),
    "cancelled": _("Request cancelled · {amount}"),
    "expired": _("Request expired · {amount}"),
}

SPLIT_SUMMARIES = {
    "done": _("Bill paid · {title}"),
    "closed": _("Bill closed · {title}"),
}


def register() -> None:
    """
    Register the card types; those about money only if payments are enabled.

    Order cards are always registered, since existing ones serve as receipts.
    """
    chat.register_card(
        ORDER,
        CardType(
            "shop/cards/order.html",
            summary=_("Order: {title}"),
            state_summaries=ORDER_SUMMARIES,
            styles=("shop/css/cards.css",),
        ),
    )
    if not payments.is_enabled():
        return
    chat.register_card(
        TRANSFER,
        CardType("payments/cards/transfer.html", summary=_("Sent {amount}"), styles=("payments/css/cards.css",)),
    )
    chat.register_card(
        REQUEST,
        CardType(
            "peer_payments/cards/request.html",
            summary=_("Requested {amount}"),
            state_summaries=REQUEST_SUMMARIES,
            styles=("peer_payments/css/cards.css",),
        ),
    )
    chat.register_card(
        SPLIT,
        CardType(
            "peer_payments/cards/split.html",
            summary=_("Split bill · {title}"),
            state_summaries=SPLIT_SUMMARIES,
            styles=("peer_payments/css/cards.css",),
        ),
    )
    chat.register_conversation_action(
        ConversationAction(
            name="send_money", label=_("Send money"), icon="banknote", url_prefix="/dompet/kirim/?kepada="
        )
    )
    chat.register_conversation_action(
        ConversationAction(
            name="request_money",
            label=_("Request money"),
            icon="hand-coins",
            url_prefix="/dompet/minta/?kepada=",
            place="attach",
        )
    )
    chat.register_conversation_action(
        ConversationAction(
            name="split_bill",
            label=_("Split a bill"),
            icon="receipt-text",
            url_prefix="/dompet/patungan/?obrolan=",
            place="attach",
            kind="group",
        )
    )
