"""
Queries of order lists and their counters, one hand-written statement each.

With the ORM, the same list took five statements and as many objects per row; building the statements took longer than
running them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, NamedTuple, cast
from uuid import UUID

from django.db import connection

from shop.contracts.values import OrderLineDetails, OrderSummary
from shop.domain.order_states import DueAction, OrderRequest, OrderRole, OrderState, allowed_actions
from shop.models import OrderTimer
from shop.queries.order_requests import REQUEST_SQL
from superapp.accounts import api as accounts
from superapp.core import prepared
from superapp.core.money import Money

PAGE_MAX = 50
# States that wait for a courier or the buyer; orders in other states wait for the shop and are listed first.
STATES_WAITING_FOR_OTHERS = ("shipped", "delivered")


class ListOwner(NamedTuple):
    """The owner of a list of orders: a buyer or a shop."""

    role: OrderRole
    id: int

    @property
    def column(self) -> Literal["buyer_id", "shop_id"]:
        return "buyer_id" if self.role == "buyer" else "shop_id"


class ListCounter(NamedTuple):
    """The fields of ``OrderCounter`` that lists need; all zero if there is no row yet."""

    pk: int | None = None
    orders: int = 0
    unfinished: int = 0
    rev: int = 0


def fetch_counter(owner: ListOwner) -> ListCounter:
    column = "user_id" if owner.role == "buyer" else "shop_id"
    found = prepared.execute_deferred(_counter_sql(column), [owner.id])()
    return ListCounter(*found[0]) if found else ListCounter()


def list_newest(
    owner: ListOwner, *, only: Literal["all", "unfinished"], after: UUID | None, limit: int
) -> list[OrderSummary]:
    """List orders of one owner, newest first."""
    conditions = ((_UNFINISHED,) if only == "unfinished" else ()) + (("o.public_id < %s",) if after else ())
    sql = _list_sql(connection.vendor, owner.column, conditions, "o.public_id DESC")
    return _rows(owner, sql, [owner.id, *([_uuid_parameter(after)] if after else []), limit])


def list_todo(owner: ListOwner, *, after: tuple[int, UUID] | None, limit: int) -> list[OrderSummary]:
    """
    List a shop's unfinished orders: those that wait for the shop before those that wait for others, each oldest first.

    ``after`` is the ``todo_position`` of the last order of the page before, as it was then.
    """
    conditions = (
        _UNFINISHED,
        *((f"({_TODO_RANK} > %s OR ({_TODO_RANK} = %s AND o.public_id > %s))",) if after else ()),
    )
    sql = _list_sql(connection.vendor, owner.column, conditions, f"{_TODO_RANK}, o.public_id")
    return _rows(owner, sql, [owner.id, *([after[0], after[0], _uuid_parameter(after[1])] if after else []), limit])


def todo_position(order: OrderSummary) -> tuple[int, UUID]:
    """Return the position of an order in ``list_todo``: its rank (0 waits for the shop, 1 for others) and its id."""
    return int(order.state in STATES_WAITING_FOR_OTHERS), order.public_id


def list_changed_after(owner: ListOwner, rev: int, *, limit: int) -> list[OrderSummary]:
    """List orders of one owner that changed after this rev of the list, in the order of the changes."""
    column = _rev_column(owner.column)
    sql = _list_sql(connection.vendor, owner.column, (f"{column} > %s",), column)
    return _rows(owner, sql, [owner.id, rev, limit])


# Worded like the condition of the index shop_order_unfinished, so that the index is used.
_UNFINISHED = "NOT (o.state IN ('completed', 'cancelled'))"
_TODO_RANK = "(CASE WHEN o.state IN ('shipped', 'delivered') THEN 1 ELSE 0 END)"


@cache
def _counter_sql(column: str) -> str:
    return f"SELECT id, orders, unfinished, rev FROM shop_ordercounter WHERE {column} = %s"  # noqa: S608  Ours.


def _rev_column(owner_column: str) -> str:
    return "o.purchase_rev" if owner_column == "buyer_id" else "o.sale_rev"


@cache
def _list_sql(vendor: str, owner_column: str, conditions: Sequence[str], order: str) -> str:
    """Build the statement of an order list. All arguments are constants of this module, never user input."""
    town = "o.address ->> 'town'" if vendor == "postgresql" else "json_extract(o.address, '$.town')"
    # As on the order's page: once an order is shipped or over, the note of a blocked buyer is hidden from the shop.
    blocked = accounts.HAS_BLOCKED_SQL.format(owner="shop.owner_id", peer="o.buyer_id")
    is_note_hidden = f"o.state NOT IN ('paid', 'accepted', 'packed') AND {blocked}"
    note = f"CASE WHEN {is_note_hidden} THEN '' ELSE o.note END" if owner_column == "shop_id" else "o.note"
    where = " AND ".join([f"o.{owner_column} = %s", *conditions])
    return f"""
        SELECT o.public_id, o.number, o.version, {_rev_column(owner_column)}, o.state, o.cancelled_by, shop.public_id,
            shop.handle, o.shop_name, o.shop_town, o.buyer_id, buyer.name, shop.owner_id,
            product.public_id, line.product_name, line.variant_title, line.sku, line.photo, line.price_sen,
            line.quantity, line.total_sen,
            (SELECT sum(quantity) FROM shop_orderline WHERE order_id = o.public_id),
            o.total_sen, {town}, {note}, o.placed_at, o.changed_at, timer.due_at, timer.kind, shipment.delivered_source,
            {REQUEST_SQL}
        FROM shop_order AS o
        JOIN shop_shop AS shop ON shop.id = o.shop_id
        JOIN accounts_user AS buyer ON buyer.id = o.buyer_id
        JOIN shop_orderline AS line ON line.order_id = o.public_id
            AND line.position = (SELECT min(position) FROM shop_orderline WHERE order_id = o.public_id)
        JOIN shop_variant AS variant ON variant.id = line.variant_id
        JOIN shop_product AS product ON product.id = variant.product_id
        LEFT JOIN shop_shipment AS shipment ON shipment.order_id = o.public_id
        LEFT JOIN shop_ordertimer AS timer ON timer.id = (
            SELECT id FROM shop_ordertimer WHERE order_id = o.public_id AND state = 'waiting'
            ORDER BY due_at, id LIMIT 1
        )
        WHERE {where} ORDER BY {order} LIMIT %s
    """  # noqa: S608


class _Row(NamedTuple):
    """A row of ``_list_sql``, column by column."""

    order: UUID | str
    number: str
    version: int
    list_rev: int
    state: str
    cancelled_by: str
    shop: UUID | str
    shop_handle: str
    shop_name: str
    shop_town: str
    buyer_id: int
    buyer_name: str
    merchant_id: int
    product: UUID | str
    product_name: str
    variant_title: str
    sku: str
    photo: str
    price_sen: int
    quantity: int
    line_sen: int
    pieces: int
    total_sen: int
    town: str
    note: str
    placed_at: datetime
    changed_at: datetime
    due_at: datetime | None
    timer_kind: str | None
    delivered_source: str | None
    request: str


def _rows(owner: ListOwner, sql: str, params: Sequence[Any]) -> list[OrderSummary]:
    return [_summary(_Row(*row), owner.role) for row in prepared.execute_deferred(sql, params)()]


def _summary(row: _Row, role: OrderRole) -> OrderSummary:
    return OrderSummary(
        public_id=_to_uuid(row.order),
        number=row.number,
        rev=row.version,
        list_rev=row.list_rev,
        role=role,
        state=cast("OrderState", row.state),
        cancelled_by=row.cancelled_by,
        shop=_to_uuid(row.shop),
        shop_handle=row.shop_handle,
        shop_name=row.shop_name,
        shop_town=row.shop_town,
        buyer_id=row.buyer_id,
        buyer_name=row.buyer_name,
        merchant_id=row.merchant_id,
        first_line=OrderLineDetails(
            product=_to_uuid(row.product),
            name=row.product_name,
            variant=row.variant_title,
            sku=row.sku,
            photo=row.photo,
            price=Money(row.price_sen),
            quantity=row.quantity,
            total=Money(row.line_sen),
        ),
        pieces=row.pieces,
        total=Money(row.total_sen),
        town=row.town,
        note=row.note,
        placed_at=_to_aware_datetime(row.placed_at),
        changed_at=_to_aware_datetime(row.changed_at),
        due_at=None if row.due_at is None else _to_aware_datetime(row.due_at),
        due=due_action_of(row.timer_kind),
        can=allowed_actions(row.state, role),
        delivered_source=row.delivered_source or "",
        request=cast("OrderRequest", row.request),
    )


def due_action_of(timer_kind: str | None) -> DueAction:
    """Return what happens when a timer of this kind becomes due; empty without a timer."""
    if timer_kind is None:
        return ""
    if timer_kind == OrderTimer.Kind.COMPLETE:
        return "complete"
    return "review" if timer_kind == OrderTimer.Kind.REVIEW else "expire"


def _to_uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _uuid_parameter(value: UUID) -> UUID | str:
    return value if connection.vendor == "postgresql" else value.hex


def _to_aware_datetime(value: datetime) -> datetime:
    # SQLite stores no time zone; the stored values are UTC.
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
