"""Paid orders as alerts: a merchant who has not seen one in time gets a text message about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from shop import api as shop
from shop.errors import OrderNotFound
from shop.events import OrderPlaced
from superapp.core import clock
from superapp.core.events import subscribe
from superapp.notifications import api as notifications
from superapp.notifications.api import AlertKind

KIND = "shop.order"


def register() -> None:
    """Register paid orders as a kind of alert."""
    notifications.register_alert_kind(AlertKind(name=KIND, is_pending=is_pending, text=write_text))


@subscribe(OrderPlaced)
def on_order_placed(event: OrderPlaced) -> None:
    """Have the merchant told, unless they see the order in time."""
    raise_order_alert(event, now=clock.now())


def raise_order_alert(event: OrderPlaced, *, now: datetime) -> None:
    """Raise the alert of an order; a repeated call changes nothing."""
    if settings.ORDER_SMS_AFTER_MINUTES > 0:
        due_at = datetime.fromisoformat(event.at) + timedelta(minutes=settings.ORDER_SMS_AFTER_MINUTES)
        notifications.raise_alert(user_id=event.merchant_id, subject=f"{KIND}:{event.order}", due_at=due_at, now=now)


def is_pending(user_id: int, key: str) -> bool:
    """Return whether an order still waits for this person to accept it; False for one that is not theirs to accept."""
    try:
        order = shop.fetch_order(user_id=user_id, order=UUID(key)).summary
    except (ValueError, OrderNotFound):
        return False
    return order.state == "paid" and order.merchant_id == user_id


def write_text(user_id: int, key: str) -> str:
    """Return the text message about an order, in the active language."""
    order = shop.fetch_order(user_id=user_id, order=UUID(key)).summary
    return _("{brand}: new paid order {number}, {total}. See it at {address}").format(
        brand=settings.BRAND_NAME,
        number=order.number,
        total=order.total,
        address=f"{settings.PUBLIC_URL}/pesanan/{key}/",
    )
