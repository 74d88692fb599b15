"""Cancellation requests: after the shop accepted, the buyer requests, and the merchant cancels or declines."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from shop import errors
from shop.actions import transitions
from shop.domain import text_cleaning
from shop.domain.order_states import OrderRole
from shop.models import Order, OrderEvent
from shop.queries import order_requests, orders
from shop.writers import transition_writer


def request_cancellation(*, user_id: int, order: UUID, reason: str, expected_rev: int | None, now: datetime) -> None:
    """
    Ask, as the buyer, that an accepted order be cancelled, once; while it is unanswered, asking again changes nothing.

    No timer moves: without an answer the order goes on, and is cancelled by itself if it is not shipped in time.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the person is the merchant, or the order is not accepted or is shipped already
    :raises CancellationDeclined: if the merchant declined before
    :raises TextInvalid: without a reason, or if it is too long
    """
    said = text_cleaning.clean_line(reason, field="reason", chars_max=OrderEvent.REASON_CHARS_MAX)
    with transaction.atomic():
        locked = _lock_as(order, user_id, "buyer", "cancel_requested")
        asked = order_requests.find_cancellation_step(locked)
        if asked == "cancel_requested":
            return
        if asked == "cancel_declined":
            raise errors.CancellationDeclined
        _require_rev(locked, expected_rev)
        transitions.apply_transition(locked, "cancel_requested", OrderEvent.Actor.BUYER, user_id, now, reason=said)


def decline_cancellation(*, user_id: int, order: UUID, reason: str, expected_rev: int | None, now: datetime) -> None:
    """
    Decline, as the merchant, what the buyer asked; to agree is to cancel. Declining again changes nothing.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the person is the buyer, nothing was asked, or the order has moved on
    :raises TextInvalid: if the reason is too long
    """
    said = text_cleaning.clean_line(reason, field="reason", chars_max=OrderEvent.REASON_CHARS_MAX, may_be_empty=True)
    with transaction.atomic():
        locked = _lock_as(order, user_id, "merchant", "cancel_declined")
        asked = order_requests.find_cancellation_step(locked)
        if asked == "cancel_declined":
            return
        if asked is None:
            raise errors.NotNow(state=locked.state)
        _require_rev(locked, expected_rev)
        transitions.apply_transition(locked, "cancel_declined", OrderEvent.Actor.MERCHANT, user_id, now, reason=said)


def _lock_as(order: UUID, user_id: int, required: OrderRole, name: str) -> Order:
    locked, role = orders.lock_order(order, user_id=user_id)
    if role != required:
        raise errors.NotNow(state=locked.state)
    transition_writer.find_allowed_transition(name, locked.state, role)
    return locked


def _require_rev(order: Order, expected_rev: int | None) -> None:
    if expected_rev is not None and order.version != expected_rev:
        raise errors.NotNow(state=order.state)
