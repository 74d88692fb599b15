"""Presenters of refunds by the merchant: where the money of each one is."""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.api import RefundDetails
from shop.domain.order_states import OrderRole

# By (role, where it is).
SENTENCES: dict[tuple[OrderRole, str], Promise] = {
    ("buyer", "done"): gettext_lazy("In your wallet"),
    ("buyer", "set_aside"): gettext_lazy(
        "It did not fit into your wallet, so {brand} set it aside for you. Contact {brand} with the order number."
    ),
    ("buyer", "waiting"): gettext_lazy(
        "Waiting for the shop's balance, which is too low. It comes to your wallet as soon as the shop has it."
    ),
    ("buyer", "failed"): gettext_lazy("Could not be carried out. Ask the shop."),
    ("merchant", "done"): gettext_lazy("In the buyer's wallet"),
    ("merchant", "set_aside"): gettext_lazy("{brand} set it aside for the buyer."),
    ("merchant", "waiting"): gettext_lazy(
        "Waiting for your shop balance, which is too low. It is carried out by itself as soon as money comes in."
    ),
    ("merchant", "failed"): gettext_lazy("Could not be carried out."),
}


def refund_sentence(refund: RefundDetails, role: OrderRole) -> str:
    """Return where the money of a refund is, for the buyer or the merchant."""
    place = "set_aside" if refund.is_suspended else refund.state
    return str(SENTENCES[role, place]).format(brand=settings.BRAND_NAME)


def requested_sentence(refund: RefundDetails) -> str:
    """Return what the merchant is told who has just refunded something."""
    return _("Refund of {amount}: {where}").format(amount=refund.amount, where=refund_sentence(refund, "merchant"))
