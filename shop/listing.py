"""Lists of orders that say what they are worth: read beside the count that proves them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

import structlog

from shop.errors import OrdersUnavailable
from shop.queries import goods, order_lists
from shop.queries.order_lists import Counter, Owner
from shop.shapes import OrderChanges, Orders, OrderSummary
from superapp.core import clock, ids
from superapp.core.errors import InputInvalid
from superapp.core.honest import Part

PAGE = order_lists.PAGE_MAX
# Orders move while they are read; three times in a row they do not.
READS_MAX = 3
_TODO_CURSOR = re.compile(r"(?P<turn>[01])\.(?P<order>[0-9a-f]{32})")

log = structlog.get_logger(__name__)


def purchases(user_id: int, *, only: Literal["all", "unfinished"], after: str | None, now: datetime) -> Orders:
    """What a person bought, the newest first."""
    return _listed(Owner("buyer", user_id), is_unfinished=only == "unfinished", after=after, now=now)


def sales(owner_id: int, *, only: Literal["all", "today"], after: str | None, now: datetime) -> Orders:
    """What a person's shop sold: ``today`` what is unfinished, what is to do first; ``all`` the newest first."""
    return _listed(_shop_of(owner_id), is_unfinished=only == "today", after=after, now=now)


def purchase_changes(user_id: int, *, after: int) -> OrderChanges:
    """What changed in a buyer's list after this rev."""
    return _changes(Owner("buyer", user_id), after)


def sale_changes(owner_id: int, *, after: int) -> OrderChanges:
    """What changed in a shop's list after this rev."""
    return _changes(_shop_of(owner_id), after)


def purchases_rev(user_id: int) -> int:
    return order_lists.counter_of(Owner("buyer", user_id)).rev


def sales_rev(owner_id: int) -> int:
    return order_lists.counter_of(_shop_of(owner_id)).rev


def _shop_of(owner_id: int) -> Owner:
    return Owner("merchant", goods.own_shop(owner_id).pk)


def _changes(owner: Owner, after: int) -> OrderChanges:
    # Before the rows: what comes in between is read again, and nothing is left out.
    counter = order_lists.counter_of(owner)
    rows = order_lists.changed_after(owner, after, limit=PAGE + 1)
    page = rows[:PAGE]
    more = len(rows) > len(page)
    rev = page[-1].list_rev if more else max([counter.rev, *(row.list_rev for row in page)])
    return OrderChanges(rev=rev, orders=counter.orders, unfinished=counter.unfinished, rows=page, more=more)


def _listed(owner: Owner, *, is_unfinished: bool, after: str | None, now: datetime) -> Orders:
    is_todo = owner.side == "merchant" and is_unfinished
    read = _todo(owner, after) if is_todo else _newest(owner, is_unfinished, after)
    for _read in range(READS_MAX):
        before = order_lists.counter_of(owner)
        rows = read()
        # Without a change in between, count and rows are of one moment.
        if order_lists.counter_of(owner).rev == before.rev:
            break
    expected = before.unfinished if is_unfinished else before.orders
    return _envelope(
        rows, expected, before, is_first=after is None, cursor=_todo_cursor if is_todo else _cursor, now=now
    )


def _newest(owner: Owner, is_unfinished: bool, after: str | None) -> Callable[[], list[OrderSummary]]:
    start = _start(after)
    return lambda: order_lists.page_of(
        owner, only="unfinished" if is_unfinished else "all", after=start, limit=PAGE + 1
    )


def _todo(owner: Owner, after: str | None) -> Callable[[], list[OrderSummary]]:
    start = _todo_start(after)
    return lambda: order_lists.todo_of(owner, after=start, limit=PAGE + 1)


def _envelope(
    rows: list[OrderSummary],
    expected: int,
    counter: Counter,
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
    turn, public_id = order_lists.place_of(order)
    return f"{turn}.{public_id.hex}"
