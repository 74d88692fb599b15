"""Badges of the apps in the navigation bar, and hints when a shop's badge changes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chat import api as chat
from payments import api as payments
from shop import api as shop
from shop.events import OrderMoved, OrderPlaced
from superapp.accounts import api as accounts
from superapp.core.events import subscribe
from superapp.web import badges
from superapp.web.badges import Badge


def register() -> None:
    """Register the badges of all apps."""
    badges.register(Badge(name="chat", label=_("{count} unread"), rows=chat.unread_memberships))
    badges.register(Badge(name="contacts", label=_("{count} contact requests"), rows=accounts.pending_contact_requests))
    badges.register(Badge(name="wallet", label=_("{count} things to check"), rows=payments.unreported_pin_attempts))
    badges.register(Badge(name="shop", label=_("{count} orders to handle"), rows=shop.filter_orders_to_handle))


@subscribe(OrderPlaced)
def notify_merchant_of_new_order(event: OrderPlaced) -> None:
    """Send the merchant's open pages a hint to reload their badges."""
    badges.notify_changed([event.merchant_id])


@subscribe(OrderMoved)
def notify_merchant_of_transition(event: OrderMoved) -> None:
    """Send the merchant's open pages a hint to reload their badges."""
    badges.notify_changed([event.merchant_id])
