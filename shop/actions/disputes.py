"""Disputes: the buyer opens or drops one, and two operators decide. Meanwhile no timer moves the order."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from payments import api as payments
from shop import errors
from shop.actions import transitions
from shop.domain import text_cleaning
from shop.domain.order_states import COMPLETE_AFTER, DISPUTES_PER_ORDER, DROP_NOTICE, DisputeVerdict
from shop.domain.payment_references import order_reference
from shop.models import Order, OrderEvent, OrderTimer, ReviewCase
from shop.queries import disputes, orders
from shop.writers import transition_writer
from superapp.core.money import Money


def open_dispute(*, user_id: int, order: UUID, reason: str, expected_rev: int | None, now: datetime) -> None:
    """
    Open a dispute of an order as its buyer; with one open already, nothing changes.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the person is the merchant, or the order is not on its way or delivered
    :raises DisputeLimitReached: if the buyer dropped as many as an order may have
    :raises TextInvalid: without a reason, or if it is too long
    """
    said = text_cleaning.clean_line(reason, field="reason", chars_max=OrderEvent.REASON_CHARS_MAX)
    with transaction.atomic():
        locked = _lock_for_buyer(order, user_id)
        if disputes.is_disputed(locked):
            return
        if expected_rev is not None and locked.version != expected_rev:
            raise errors.NotNow(state=locked.state)
        transition_writer.find_allowed_transition("dispute_opened", locked.state, "buyer")
        if disputes.count_disputes(locked) >= DISPUTES_PER_ORDER:
            raise errors.DisputeLimitReached
        transitions.apply_transition(locked, "dispute_opened", OrderEvent.Actor.BUYER, user_id, now, reason=said)
        transition_writer.open_dispute(locked, now)


def drop_dispute(*, user_id: int, order: UUID, expected_rev: int | None, now: datetime) -> None:
    """
    Drop the dispute of an order as its buyer, and let its timer go on; without an open one, nothing changes.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the person is the merchant
    """
    with transaction.atomic():
        locked = _lock_for_buyer(order, user_id)
        dispute = disputes.find_open_dispute(locked)
        if dispute is None:
            return
        if expected_rev is not None and locked.version != expected_rev:
            raise errors.NotNow(state=locked.state)
        transitions.apply_transition(locked, "dispute_dropped", OrderEvent.Actor.BUYER, user_id, now)
        transition_writer.close_dispute(locked, now)
        _continue_timer(locked, dispute.opened_at, now)


def decide_dispute(
    *,
    dispute: int,
    verdict: DisputeVerdict,
    part: Money,
    reason: str,
    maker_id: int,
    checker_id: int,
    now: datetime,
) -> None:
    """
    End a disputed order as two people: pay the shop, refund the buyer, or refund ``part`` and pay the rest.

    The one who approves is an operator, and stands in the order's events with the reason that both sides read. The one
    who proposes may be of the support.

    :raises OperatorsOnly: of payments, if the one who approves is no operator
    :raises OwnCase: if one of the two is the buyer or the merchant
    :raises DisputeClosed: if it was settled meanwhile
    :raises SplitInvalid: if nothing would be left for the shop
    """
    authorization = payments.authorize_operator(checker_id)
    said = text_cleaning.clean_line(reason, field="reason", chars_max=OrderEvent.REASON_CHARS_MAX)
    operator = OrderEvent.Actor.OPERATOR
    with transaction.atomic():
        order = disputes.lock_disputed_order(dispute)
        if {maker_id, checker_id} & {order.buyer_id, order.shop.owner_id}:
            raise errors.OwnCase
        evidence = {"first_operator": maker_id}
        if verdict == "refund":
            cancelled_by = Order.CancelledBy.OPERATOR
            transitions.apply_transition(
                order, "cancelled", operator, checker_id, now, reason=said, evidence=evidence, cancelled_by=cancelled_by
            )
            transitions.refund_escrow(order, authorization, now)
            return
        if verdict == "split":
            given = evidence | {"amount_sen": part.amount_minor}
            require_split(payments.get_escrow_balance(order_reference(order.public_id)), part)
            refund_part(order, part, cause=f"dispute:{dispute}", authorization=authorization, now=now)
            transitions.apply_transition(order, "refunded", operator, checker_id, now, reason=said, evidence=given)
        transitions.apply_transition(order, "completed", operator, checker_id, now, reason=said, evidence=evidence)
        transitions.release_escrow(order, authorization, now)


def require_split(kept: Money, part: Money) -> None:
    """Check that a part of the money goes to the buyer, and a part to the shop. :raises SplitInvalid: otherwise"""
    part.require_positive()
    if part >= kept:
        raise errors.SplitInvalid


def refund_part(order: Order, part: Money, *, cause: str, authorization: payments.Authorization, now: datetime) -> None:
    """Refund a part of an order's escrow to the buyer, once for each ``cause``. The caller has locked the order."""
    reference = order_reference(order.public_id)
    answer = payments.refund_escrow(
        reference=reference,
        amount=part,
        authorization=authorization,
        idempotency_key=f"{reference}:{cause}",
        now=now,
    )
    if isinstance(answer, payments.Refused):
        raise answer.error()


def _lock_for_buyer(order: UUID, user_id: int) -> Order:
    locked, role = orders.lock_order(order, user_id=user_id)
    if role != "buyer":
        raise errors.NotNow(state=locked.state)
    return locked


def _continue_timer(order: Order, opened_at: datetime, now: datetime) -> None:
    """
    Start the timer that a dispute stopped, with what was left of it, and ``DROP_NOTICE`` at least.

    A courier's report while the dispute was open leaves all of its time. A review case that is open needs no timer.
    """
    if orders.has_courier_delivered(order):
        kind, whole = OrderTimer.Kind.COMPLETE, opened_at + COMPLETE_AFTER
    elif ReviewCase.objects.filter(order=order).exists():
        return
    else:
        kind, whole = OrderTimer.Kind.REVIEW, transition_writer.review_due_at(orders.fetch_shipped_at(order))
    left = (orders.find_timer_due_at(order, kind) or whole) - opened_at
    transition_writer.restart_timer(order, kind, now + max(left, DROP_NOTICE))
