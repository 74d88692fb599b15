"""Writer of one transition of an order that the caller has locked: event, counters, order and timers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from shop import errors
from shop.domain.order_states import ALLOWED_TRANSITIONS, FINISHED, NOT_SHIPPED, AllowedTransition
from shop.models import Dispute, Order, OrderEvent, OrderTimer, ReviewCase
from superapp.core import prepared


def write_transition(
    order: Order,
    name: str,
    *,
    actor_kind: str,
    actor_id: int | None,
    now: datetime,
    reason: str = "",
    evidence: dict[str, Any] | None = None,
    cancelled_by: str = "",
) -> None:
    """
    Write one transition, and update ``order`` in place.

    :raises NotNow: if this actor cannot make it from the order's state
    """
    transition = find_allowed_transition(name, order.state, actor_kind)
    OrderEvent.objects.create(
        order=order,
        seq=order.version + 1,
        transition=name,
        from_state=transition.from_state,
        to_state=transition.to_state,
        actor_kind=actor_kind,
        actor_id=actor_id,
        reason=reason,
        evidence=evidence or {},
        at=now,
    )
    is_last = transition.to_state in FINISHED and transition.from_state not in FINISHED
    order.purchase_rev = _count_change("user_id", order.buyer_id, is_last=is_last)
    order.sale_rev = _count_change("shop_id", order.shop_id, is_last=is_last)
    order.state, order.version, order.changed_at = transition.to_state, order.version + 1, now
    order.cancelled_by = cancelled_by
    order.save(update_fields=["state", "cancelled_by", "version", "changed_at", "purchase_rev", "sale_rev"])
    if is_last and transition.from_state not in NOT_SHIPPED:
        ReviewCase.objects.filter(order=order, closed_at=None).update(closed_at=now)
        close_dispute(order, now)


def open_review_case(order: Order, now: datetime) -> None:
    """Open the review case of an order; called after the transition ``review_opened``."""
    ReviewCase.objects.create(order=order, opened_at=now)


def open_dispute(order: Order, now: datetime) -> None:
    """Open a dispute of an order; called after the transition ``dispute_opened``. No timer runs meanwhile."""
    Dispute.objects.create(order=order, opened_at=now)
    stop_timers(order)


def close_dispute(order: Order, now: datetime) -> None:
    """Close the dispute of an order, if one is open; called after the transition that ends it."""
    Dispute.objects.filter(order=order, closed_at=None).update(closed_at=now)


def review_due_at(shipped_at: datetime) -> datetime:
    """Return when the review timer of an order that was shipped at this time is due."""
    return shipped_at + timedelta(days=settings.ORDER_REVIEW_DAYS)


def start_timer(order: Order, kind: str, due_at: datetime) -> None:
    """Start a timer of an order."""
    OrderTimer.objects.create(order=order, kind=kind, due_at=due_at)


def start_completion_timer(order: Order, due_at: datetime) -> None:
    """Start the timer that completes a delivered order in place of all others, unless a dispute freezes the order."""
    stop_timers(order)
    if not Dispute.objects.filter(order=order, closed_at=None).exists():
        restart_timer(order, OrderTimer.Kind.COMPLETE, due_at)


def restart_timer(order: Order, kind: str, due_at: datetime) -> None:
    """Start a timer of an order that may have run before and was stopped."""
    anew = {"due_at": due_at, "again_at": None, "state": OrderTimer.State.WAITING}
    OrderTimer.objects.update_or_create(order=order, kind=kind, defaults=anew)


def stop_timers(order: Order) -> None:
    """Stop all waiting timers of an order."""
    OrderTimer.objects.filter(order=order, state=OrderTimer.State.WAITING).update(state=OrderTimer.State.STOPPED)


def finish_timer(timer: OrderTimer) -> None:
    """Mark a timer as done."""
    OrderTimer.objects.filter(pk=timer.pk).update(state=OrderTimer.State.DONE)


def postpone_timer(timer: OrderTimer, again_at: datetime) -> None:
    """
    Schedule another try of a timer that failed. Its due time stays, so that the integrity check reports overdue timers.
    """
    OrderTimer.objects.filter(pk=timer.pk, state=OrderTimer.State.WAITING).update(again_at=again_at)


def find_allowed_transition(name: str, state: str, actor_kind: str) -> AllowedTransition:
    """
    Return the transition of this name that this kind of actor may make from this state.

    :raises NotNow: if there is none
    """
    for transition in ALLOWED_TRANSITIONS:
        if (transition.name, transition.from_state, transition.actor_kind) == (name, state, actor_kind):
            return transition
    raise errors.NotNow(state=state)


def _count_change(owner: str, pk: int, *, is_last: bool) -> int:
    """Increment the rev of an order list and return it; the counter stays locked until the commit."""
    ((rev,),) = prepared.execute_deferred(
        "UPDATE shop_ordercounter SET unfinished = unfinished - %s, rev = rev + 1"  # noqa: S608
        f" WHERE {owner} = %s RETURNING rev",
        [int(is_last), pk],
    )()
    return int(rev)
