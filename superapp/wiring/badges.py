"""Register the products' counters of the navigation bar, and send hints when a shop's counter changes."""

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
    """Have the bar show what every product counts."""
    badges.register(Badge(name="chat", label=_("{count} unread"), rows=chat.unread_memberships))
    badges.register(Badge(name="contacts", label=_("{count} contact requests"), rows=accounts.pending_contact_requests))
    badges.register(Badge(name="wallet", label=_("{count} things to check"), rows=payments.unreported_pin_attempts))
    badges.register(Badge(name="shop", label=_("{count} orders to handle"), rows=shop.filter_orders_to_handle))


@subscribe(OrderPlaced)
def notify_merchant_of_new_order(event: OrderPlaced) -> None:
    """Let the merchant's open pages count again."""
    badges.notify_changed([event.merchant_id])


@subscribe(OrderMoved)
def notify_merchant_of_transition(event: OrderMoved) -> None:
    """Let the merchant's open pages count again."""
    badges.notify_changed([event.merchant_id])
