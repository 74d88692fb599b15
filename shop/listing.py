"""Lists of orders that say what they are worth: read beside the count that proves them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

import structlog
from django.db.models import Q

from shop.errors import OrdersUnavailable
from shop.models import OrderCounter
from shop.queries import goods, orders
from shop.shapes import OrderChanges, Orders, OrderSummary, Side
from superapp.core import clock, ids
from superapp.core.errors import InputInvalid
from superapp.core.honest import Part

PAGE = orders.PAGE_MAX
# Orders move while they are read; three times in a row they do not.
READS_MAX = 3
_TODO_CURSOR = re.compile(r"(?P<turn>[01])\.(?P<order>[0-9a-f]{32})")

log = structlog.get_logger(__name__)


def purchases(user_id: int, *, only: Literal["all", "unfinished"], after: str | None, now: datetime) -> Orders:
    """What a person bought, the newest first."""
    return _listed(
        Q(user_id=user_id), Q(buyer_id=user_id), "buyer", is_unfinished=only == "unfinished", after=after, now=now
    )


def sales(owner_id: int, *, only: Literal["all", "today"], after: str | None, now: datetime) -> Orders:
    """What a person's shop sold: ``today`` what is unfinished, what is to do first; ``all`` the newest first."""
    shop = goods.own_shop(owner_id)
    return _listed(Q(shop=shop), Q(shop=shop), "merchant", is_unfinished=only == "today", after=after, now=now)


def purchase_changes(user_id: int, *, after: int) -> OrderChanges:
    """What changed in a buyer's list after this rev."""
    return _changes(Q(user_id=user_id), Q(buyer_id=user_id), "buyer", after)


def sale_changes(owner_id: int, *, after: int) -> OrderChanges:
    """What changed in a shop's list after this rev."""
    shop = goods.own_shop(owner_id)
    return _changes(Q(shop=shop), Q(shop=shop), "merchant", after)


def purchases_rev(user_id: int) -> int:
    return _stand(Q(user_id=user_id)).rev


def sales_rev(owner_id: int) -> int:
    return _stand(Q(shop=goods.own_shop(owner_id))).rev


def _stand(counted: Q) -> OrderCounter:
    """The counter; one that is not there has counted nothing yet."""
    return orders.counter_of(counted) or OrderCounter()


def _changes(counted: Q, owner: Q, side: Side, after: int) -> OrderChanges:
    counter = _stand(counted)  # Before the rows: what comes in between is read again, and nothing is left out.
    rows = orders.changed_after(owner, side, after, limit=PAGE + 1)
    page = rows[:PAGE]
    more = len(rows) > len(page)
    rev = page[-1].list_rev if more else max([counter.rev, *(row.list_rev for row in page)])
    return OrderChanges(rev=rev, orders=counter.orders, unfinished=counter.unfinished, rows=page, more=more)


def _listed(counted: Q, owner: Q, side: Side, *, is_unfinished: bool, after: str | None, now: datetime) -> Orders:
    is_todo = side == "merchant" and is_unfinished
    read = _todo(owner, after) if is_todo else _newest(owner, side, is_unfinished, after)
    for _read in range(READS_MAX):
        before = _stand(counted)
        rows = read()
        # Without a change in between, count and rows are of one moment.
        if _stand(counted).rev == before.rev:
            break
    expected = before.unfinished if is_unfinished else before.orders
    return _envelope(
        rows, expected, before, is_first=after is None, cursor=_todo_cursor if is_todo else _cursor, now=now
    )


def _newest(owner: Q, side: Side, is_unfinished: bool, after: str | None) -> Callable[[], list[OrderSummary]]:
    start = _start(after)
    return lambda: orders.page_of(
        owner, side, only="unfinished" if is_unfinished else "all", after=start, limit=PAGE + 1
    )


def _todo(owner: Q, after: str | None) -> Callable[[], list[OrderSummary]]:
    start = _todo_start(after)
    return lambda: orders.todo_of(owner, after=start, limit=PAGE + 1)


def _envelope(
    rows: list[OrderSummary],
    expected: int,
    counter: OrderCounter,
    *,
    is_first: bool,
    cursor: Callable[[OrderSummary], str],
    now: datetime,
) -> Orders:
    page, has_next = rows[:PAGE], len(rows) > PAGE
    if is_first and not rows and expected:
        log.critical("orders_missing", counter=counter.pk, expected=expected)
        raise OrdersUnavailable(retry_after=30)
    # Only the first page shows how many there are in all; a later one is as complete as it can know.
    is_complete = not is_first or has_next or len(rows) >= expected
    if not is_complete:
        log.critical("orders_missing", counter=counter.pk, expected=expected, found=len(rows))
    return Orders(
        known=True,
        complete=is_complete,
        as_of=clock.wire(now),
        source="live",
        expected_count=expected,
        rev=counter.rev,
        items=page,
        next=cursor(page[-1]) if has_next else None,
        parts={"orders": Part(state="ok", as_of=clock.wire(now))},
    )


def _start(after: str | None) -> UUID | None:
    if after is None:
        return None
    start = ids.parse_id(after)
    if start is None:
        raise InputInvalid(detail="after")
    return start


def _cursor(order: OrderSummary) -> str:
    return str(order.public_id)


def _todo_start(after: str | None) -> tuple[int, UUID] | None:
    """What ``_todo_cursor`` wrote. :raises InputInvalid:"""
    if after is None:
        return None
    found = _TODO_CURSOR.fullmatch(after)
    if found is None:
        raise InputInvalid(detail="after")
    return int(found["turn"]), UUID(found["order"])


def _todo_cursor(order: OrderSummary) -> str:
    turn, public_id = orders.place_of(order)
    return f"{turn}.{public_id.hex}"
