"""Pages of order lists in the list envelope, checked against the order counter."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

import structlog

from shop.contracts.values import OrderChanges, OrderList, OrderSummary
from shop.errors import OrdersUnavailable
from shop.queries import catalog, order_lists
from shop.queries.order_lists import ListCounter, ListOwner
from superapp.core import clock, ids
from superapp.core.errors import InputInvalid
from superapp.core.list_envelope import SourceState

PAGE_SIZE = order_lists.PAGE_MAX
# A list that changes while it is read is read again, up to this many times.
READ_ATTEMPTS_MAX = 3
_TODO_CURSOR = re.compile(r"(?P<turn>[01])\.(?P<order>[0-9a-f]{32})")

log = structlog.get_logger(__name__)


def list_purchases(user_id: int, *, only: Literal["all", "unfinished"], after: str | None, now: datetime) -> OrderList:
    """Return a page of a buyer's orders, newest first. :raises OrdersUnavailable: if counted orders cannot be read"""
    return _list_orders(ListOwner("buyer", user_id), is_unfinished=only == "unfinished", after=after, now=now)


def list_sales(owner_id: int, *, only: Literal["all", "today"], after: str | None, now: datetime) -> OrderList:
    """
    Return a page of a shop's orders: ``today`` lists unfinished ones by urgency, ``all`` lists all, newest first.

    :raises ShopNotFound: if the person has no shop
    :raises OrdersUnavailable: if counted orders cannot be read
    """
    return _list_orders(_shop_owner(owner_id), is_unfinished=only == "today", after=after, now=now)


def list_purchase_changes(user_id: int, *, after: int) -> OrderChanges:
    """Return a page of a buyer's orders that changed after a rev; with ``more``, others follow after its ``rev``."""
    return _changes(ListOwner("buyer", user_id), after)


def list_sale_changes(owner_id: int, *, after: int) -> OrderChanges:
    """
    Return a page of the orders of a shop that changed after a rev; with ``more``, others follow after its ``rev``.

    :raises ShopNotFound: if the person has no shop
    """
    return _changes(_shop_owner(owner_id), after)


def fetch_purchases_rev(user_id: int) -> int:
    return order_lists.fetch_counter(ListOwner("buyer", user_id)).rev


def fetch_sales_rev(owner_id: int) -> int:
    return order_lists.fetch_counter(_shop_owner(owner_id)).rev


def _shop_owner(owner_id: int) -> ListOwner:
    return ListOwner("merchant", catalog.fetch_own_shop(owner_id).pk)


def _changes(owner: ListOwner, after: int) -> OrderChanges:
    # The counter is read before the rows: a change in between is sent twice, and none is missed.
    counter = order_lists.fetch_counter(owner)
    rows = order_lists.list_changed_after(owner, after, limit=PAGE_SIZE + 1)
    page = rows[:PAGE_SIZE]
    more = len(rows) > len(page)
    rev = page[-1].list_rev if more else max([counter.rev, *(row.list_rev for row in page)])
    return OrderChanges(rev=rev, orders=counter.orders, unfinished=counter.unfinished, rows=page, more=more)


def _list_orders(owner: ListOwner, *, is_unfinished: bool, after: str | None, now: datetime) -> OrderList:
    is_todo = owner.role == "merchant" and is_unfinished
    read = _todo_page_reader(owner, after) if is_todo else _newest_page_reader(owner, is_unfinished, after)
    for _read in range(READ_ATTEMPTS_MAX):
        before = order_lists.fetch_counter(owner)
        rows = read()
        # An unchanged rev means that count and rows are consistent.
        if order_lists.fetch_counter(owner).rev == before.rev:
            break
    expected = before.unfinished if is_unfinished else before.orders
    return _envelope(
        rows, expected, before, is_first=after is None, cursor=_todo_cursor if is_todo else _cursor, now=now
    )


def _newest_page_reader(owner: ListOwner, is_unfinished: bool, after: str | None) -> Callable[[], list[OrderSummary]]:
    start = _parse_cursor(after)
    return lambda: order_lists.list_newest(
        owner, only="unfinished" if is_unfinished else "all", after=start, limit=PAGE_SIZE + 1
    )


def _todo_page_reader(owner: ListOwner, after: str | None) -> Callable[[], list[OrderSummary]]:
    start = _parse_todo_cursor(after)
    return lambda: order_lists.list_todo(owner, after=start, limit=PAGE_SIZE + 1)


def _envelope(
    rows: list[OrderSummary],
    expected: int,
    counter: ListCounter,
    *,
    is_first: bool,
    cursor: Callable[[OrderSummary], str],
    now: datetime,
) -> OrderList:
    page, has_next = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
    if is_first and not rows and expected:
        log.critical("orders_missing", counter=counter.pk, expected=expected)
        raise OrdersUnavailable(retry_after=30)
    # Only the first page can be compared with the total count; a later page counts as complete.
    is_complete = not is_first or has_next or len(rows) >= expected
    if not is_complete:
        log.critical("orders_missing", counter=counter.pk, expected=expected, found=len(rows))
    return OrderList(
        known=True,
        complete=is_complete,
        as_of=clock.to_wire(now),
        source="live",
        expected_count=expected,
        rev=counter.rev,
        items=page,
        next=cursor(page[-1]) if has_next else None,
        parts={"orders": SourceState(state="ok", as_of=clock.to_wire(now))},
    )


def _parse_cursor(after: str | None) -> UUID | None:
    if after is None:
        return None
    start = ids.parse_id(after)
    if start is None:
        raise InputInvalid(detail="after")
    return start


def _cursor(order: OrderSummary) -> str:
    return str(order.public_id)


def _parse_todo_cursor(after: str | None) -> tuple[int, UUID] | None:
    """
    Parse a cursor that ``_todo_cursor`` wrote.

    :raises InputInvalid: if it is malformed
    """
    if after is None:
        return None
    found = _TODO_CURSOR.fullmatch(after)
    if found is None:
        raise InputInvalid(detail="after")
    return int(found["turn"]), UUID(found["order"])


def _todo_cursor(order: OrderSummary) -> str:
    turn, public_id = order_lists.todo_position(order)
    return f"{turn}.{public_id.hex}"
