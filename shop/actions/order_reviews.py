"""Actions on review cases: start the timer that opens one, and record the operator's decision."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from payments import api as payments
from shop import errors
from shop.actions import transitions
from shop.domain import text_cleaning
from shop.domain.order_states import REVIEW_NOTICE, ReviewDecision
from shop.models import Order, OrderEvent, OrderTimer
from shop.queries import disputes, orders, review_cases
from shop.writers import transition_writer

TRANSITIONS: dict[ReviewDecision, str] = {"complete": "completed", "refund": "cancelled"}


def decide_review_case(*, number: str, operator_id: int, verdict: ReviewDecision, reason: str, now: datetime) -> bool:
    """
    End an order with an open review case: pay the shop (``complete``) or refund the buyer (``refund``).

    Both sides can read the reason. Return True if the case was decided now; False if an operator had made the same
    decision before, and nothing was done.

    :raises OperatorsOnly: of payments, if this person is no operator
    :raises TextInvalid: if the reason is empty or too long
    :raises OwnCase: if the operator is the buyer or the merchant of the order
    :raises OrderNotFound, CaseNotFound: if the order does not exist or has no review case
    :raises OrderDisputed: if the buyer opened a dispute, which two operators decide
    :raises CaseClosed: if the order ended otherwise meanwhile
    """
    authorization = payments.authorize_operator(operator_id)
    said = text_cleaning.clean_line(reason, field="reason", chars_max=OrderEvent.REASON_CHARS_MAX)
    name, order = TRANSITIONS[verdict], review_cases.fetch_order_id_by_number(number)
    with transaction.atomic():
        locked = orders.lock_order_for_system(order)
        if not _needs_decision(locked, operator_id, name):
            return False
        cancelled_by = Order.CancelledBy.OPERATOR if name == "cancelled" else ""
        transitions.apply_transition(
            locked, name, OrderEvent.Actor.OPERATOR, operator_id, now, reason=said, cancelled_by=cancelled_by
        )
        if verdict == "complete":
            transitions.release_escrow(locked, authorization, now)
        else:
            transitions.refund_escrow(locked, authorization, now)
    return True


def _needs_decision(order: Order, operator_id: int, name: str) -> bool:
    if operator_id in (order.buyer_id, order.shop.owner_id):
        raise errors.OwnCase
    is_closed = review_cases.is_review_case_closed(order)
    if is_closed is None:
        raise errors.CaseNotFound
    if is_closed and not review_cases.has_been_decided(order, name):
        raise errors.CaseClosed(state=order.state)
    if not is_closed and disputes.is_disputed(order):
        raise errors.OrderDisputed
    return not is_closed


def start_review_timer(order: UUID, *, now: datetime) -> bool:
    """
    Start the review timer of an order that was shipped without one, and return whether it was started now.

    The timer becomes due after ``REVIEW_NOTICE`` at the earliest, so that both sides see the date beforehand.
    """
    with transaction.atomic():
        locked = orders.lock_order_for_system(order)
        if not review_cases.needs_review_timer(locked):
            return False
        due_at = max(transition_writer.review_due_at(orders.fetch_shipped_at(locked)), now + REVIEW_NOTICE)
        transition_writer.start_timer(locked, OrderTimer.Kind.REVIEW, due_at)
    return True
