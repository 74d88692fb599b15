"""What the products count on the bar, and the hint that a shop's count moved."""

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
    badges.register(Badge(name="chat", word=_("{count} unread"), rows=chat.unread_sides))
    badges.register(Badge(name="contacts", word=_("{count} contact requests"), rows=accounts.contact_requests))
    badges.register(Badge(name="wallet", word=_("{count} things to check"), rows=payments.pin_alarms))
    badges.register(Badge(name="shop", word=_("{count} orders to handle"), rows=shop.orders_to_handle))


@subscribe(OrderPlaced)
def tell_the_merchant_of_a_new_order(event: OrderPlaced) -> None:
    """Let the merchant's open pages count again."""
    badges.moved([event.merchant_id])


@subscribe(OrderMoved)
def tell_the_merchant_of_a_move(event: OrderMoved) -> None:
    """Let the merchant's open pages count again."""
    badges.moved([event.merchant_id])
