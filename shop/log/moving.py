"""Moving an order along: the event, the counters, the order, its timers. The caller has locked the order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from shop import errors
from shop.models import Order, OrderEvent, OrderTimer, ReviewCase
from shop.states import FINISHED, MOVES, NOT_SHIPPED, Move
from superapp.core import prepared


def advance(
    order: Order,
    name: str,
    *,
    who: str,
    actor_id: int | None,
    now: datetime,
    reason: str = "",
    evidence: dict[str, Any] | None = None,
    cancelled_by: str = "",
) -> None:
    """
    Make one move, and leave ``order`` as it stands afterwards.

    :raises NotNow: if this actor cannot make it from where the order is
    """
    move = legal_move(name, order.state, who)
    OrderEvent.objects.create(
        order=order,
        seq=order.version + 1,
        transition=name,
        from_state=move.from_state,
        to_state=move.to_state,
        actor_kind=who,
        actor_id=actor_id,
        reason=reason,
        evidence=evidence or {},
        at=now,
    )
    is_last = move.to_state in FINISHED and move.from_state not in FINISHED
    order.purchase_rev = _count_change("user_id", order.buyer_id, is_last=is_last)
    order.sale_rev = _count_change("shop_id", order.shop_id, is_last=is_last)
    order.state, order.version, order.changed_at = move.to_state, order.version + 1, now
    order.cancelled_by = cancelled_by
    order.save(update_fields=["state", "cancelled_by", "version", "changed_at", "purchase_rev", "sale_rev"])
    if is_last and move.from_state not in NOT_SHIPPED:
        ReviewCase.objects.filter(order=order, closed_at=None).update(closed_at=now)


def open_review_case(order: Order, now: datetime) -> None:
    """An operator has to decide this order; called after the move that says so."""
    ReviewCase.objects.create(order=order, opened_at=now)


def review_due_at(shipped_at: datetime) -> datetime:
    """Return when an operator looks at an order that was shipped then, if nobody confirms it before."""
    return shipped_at + timedelta(days=settings.ORDER_REVIEW_DAYS)


def start_timer(order: Order, kind: str, due_at: datetime) -> None:
    """Have something happen to the order by itself, unless it is stopped before."""
    OrderTimer.objects.create(order=order, kind=kind, due_at=due_at)


def stop_timers(order: Order) -> None:
    """Nothing happens to the order by itself any more."""
    OrderTimer.objects.filter(order=order, state=OrderTimer.State.WAITING).update(state=OrderTimer.State.STOPPED)


def close_timer(timer: OrderTimer) -> None:
    """It has done what it was for."""
    OrderTimer.objects.filter(pk=timer.pk).update(state=OrderTimer.State.DONE)


def postpone_timer(timer: OrderTimer, again_at: datetime) -> None:
    """It could not be done now, and is tried again. When it was due stays, and the proof sees what waits too long."""
    OrderTimer.objects.filter(pk=timer.pk, state=OrderTimer.State.WAITING).update(again_at=again_at)


def legal_move(name: str, state: str, who: str) -> Move:
    """
    Return the move of this name that this actor makes from this state.

    :raises NotNow: if there is none
    """
    for move in MOVES:
        if (move.name, move.from_state, move.who) == (name, state, who):
            return move
    raise errors.NotNow(state=state)


def _count_change(owner: str, pk: int, *, is_last: bool) -> int:
    """Number a change in a list of orders, whose counter stays locked until the commit."""
    ((rev,),) = prepared.ask(
        "UPDATE shop_ordercounter SET unfinished = unfinished - %s, rev = rev + 1"  # noqa: S608
        f" WHERE {owner} = %s RETURNING rev",
        [int(is_last), pk],
    )()
    return int(rev)
