"""Review cases: the clock that leads to one, and the operator's decision that ends it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from payments import api as payments
from shop import errors, words
from shop.actions import moving
from shop.log import moving as order_log
from shop.models import Order, OrderEvent, OrderTimer
from shop.queries import orders, review_cases
from shop.shapes import Verdict
from shop.states import REVIEW_NOTICE

TRANSITIONS: dict[Verdict, str] = {"complete": "completed", "refund": "cancelled"}


def decide_review_case(*, number: str, operator_id: int, verdict: Verdict, reason: str, now: datetime) -> bool:
    """
    End an order whose review case is open: pay the shop (``complete``) or the buyer (``refund``). Both read the reason.

    Return whether it was decided now; False if an operator had decided the same before, and nothing was done.

    :raises OperatorsOnly: of payments, if this person is no operator
    :raises TextInvalid: if there is no reason, or one that is too long
    :raises OwnCase: if the operator is the buyer or the merchant of the order
    :raises OrderNotFound, CaseNotFound: if there is nothing to decide
    :raises CaseClosed: if the order ended otherwise meanwhile
    """
    authorization = payments.authorize_operator(operator_id)
    said = words.line(reason, field="reason", chars_max=OrderEvent.REASON_CHARS_MAX)
    name, order = TRANSITIONS[verdict], review_cases.order_by_number(number)
    with transaction.atomic():
        locked = orders.lock_order_for_the_house(order)
        if not _is_to_be_decided(locked, operator_id, name):
            return False
        cancelled_by = Order.CancelledBy.OPERATOR if name == "cancelled" else ""
        moving.make_move(
            locked, name, OrderEvent.Actor.OPERATOR, operator_id, now, reason=said, cancelled_by=cancelled_by
        )
        if verdict == "complete":
            moving.release_money(locked, authorization, now)
        else:
            moving.give_money_back(locked, authorization, now)
    return True


def _is_to_be_decided(order: Order, operator_id: int, name: str) -> bool:
    if operator_id in (order.buyer_id, order.shop.owner_id):
        raise errors.OwnCase
    is_closed = review_cases.is_closed(order)
    if is_closed is None:
        raise errors.CaseNotFound
    if is_closed and not review_cases.was_decided(order, name):
        raise errors.CaseClosed(state=order.state)
    return not is_closed


def start_review_clock(order: UUID, *, now: datetime) -> bool:
    """
    Start the review clock of an order that was shipped without one; return whether it was started now.

    Its two sides see the date for some days at least before it comes.
    """
    with transaction.atomic():
        locked = orders.lock_order_for_the_house(order)
        if not review_cases.needs_clock(locked):
            return False
        due_at = max(order_log.review_due_at(orders.shipped_at(locked)), now + REVIEW_NOTICE)
        order_log.start_timer(locked, OrderTimer.Kind.REVIEW, due_at)
    return True
