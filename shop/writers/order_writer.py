"""
Writer of new orders with all their rows, in two pipelined steps.

``pipeline_uncontended_rows`` writes rows that no other transaction waits for; ``pipeline_contended_rows`` those that
every buyer of the shop or the product waits for. Only the payment and the commit follow it.
"""
# ruff: noqa: S608  # Statements are built from constants and placeholders only.

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import connection

from shop.contracts.values import (
    Address,
    CheckoutCompleted,
    CheckoutRefused,
    CheckoutResult,
    CheckoutTotalChanged,
    PlacedOrder,
)
from shop.domain.order_numbers import order_number
from shop.domain.order_states import ACCEPT_WITHIN
from shop.domain.payment_references import order_reference
from shop.domain.product_options import name_with_variant
from shop.models import Attempt, Order
from shop.writers import stock_writer
from superapp.core import prepared
from superapp.core.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A line of an order that is about to be placed, with all values that are copied into it."""

    variant_id: int
    product_name: str
    variant_title: str
    sku: str
    photo: str
    price_sen: int
    quantity: int

    @property
    def total_sen(self) -> int:
        return self.price_sen * self.quantity

    @property
    def full_name(self) -> str:
        return name_with_variant(self.product_name, self.variant_title)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """An order that is about to be placed, with all values that are copied into it."""

    order: UUID
    shop_id: int
    shop_name: str
    shop_town: str
    # Of different variants, in the order in which the buyer named them.
    lines: tuple[DraftLine, ...]
    discount_sen: int = 0
    shipping_sen: int = 0
    shipping_option: str = ""
    subsidy_sen: int = 0
    fee_rule: str
    note: str
    # Whose random part the number shows; drawn anew for each try, since another order may have the number.
    number_id: UUID
    now: datetime

    @property
    def items_sen(self) -> int:
        return sum(line.total_sen for line in self.lines)

    @property
    def total(self) -> Money:
        return Money(self.items_sen - self.discount_sen + self.shipping_sen)

    @property
    def paid_by_buyer(self) -> Money:
        return self.total - Money(self.subsidy_sen)

    @property
    def number(self) -> str:
        return order_number(self.number_id, self.now)

    @property
    def stock_key(self) -> str:
        return f"order:{self.order}:commit"

    @property
    def reference(self) -> str:
        return order_reference(self.order)


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseDraft:
    """A purchase that is about to be placed: an order for each shop, in the order in which the buyer named them."""

    purchase: UUID
    buyer_id: int
    orders: tuple[OrderDraft, ...]
    address: Address
    idempotency_key: str
    content_hash: str
    device_id: int | None
    now: datetime

    @property
    def paid_by_buyer(self) -> Money:
        return sum((order.paid_by_buyer for order in self.orders), Money(0))

    @property
    def shops_to_lock(self) -> list[int]:
        """The shops in the order in which their counters are locked."""
        return sorted(order.shop_id for order in self.orders)

    @property
    def lines_to_lock(self) -> list[tuple[OrderDraft, DraftLine]]:
        """The lines in the order in which their stocks are locked, each with its order."""
        lines = ((order, line) for order in self.orders for line in order.lines)
        return sorted(lines, key=lambda one: one[1].variant_id)


@dataclass(frozen=True, slots=True)
class PlacedRevs:
    """The places of a new order in the lists of its buyer and of its shop."""

    purchase_rev: int
    sale_rev: int


def pipeline_uncontended_rows(purchase: PurchaseDraft) -> None:
    """
    Queue the checkout attempt and the rows that belong to these orders and their buyer alone.

    A concurrent call with the same idempotency key waits here.
    """
    at, due_at = _datetime_parameter(purchase.now), _datetime_parameter(purchase.now + ACCEPT_WITHIN)
    key = [purchase.buyer_id, purchase.idempotency_key, purchase.content_hash]
    rows: list[tuple[str, list[Any]]] = [(_ATTEMPT, [*key, _uuid_parameter(purchase.purchase), at])]
    for one in purchase.orders:
        order = _uuid_parameter(one.order)
        rows.append((_EVENT, [order, purchase.buyer_id, at]))
        rows += [(_LINE, _line_values(order, place, line)) for place, line in enumerate(one.lines, 1)]
        rows.append((_TIMER, [order, due_at]))
    rows.append((_COUNT_FOR_BUYER, [len(purchase.orders)] * 3 + [purchase.buyer_id]))
    prepared.execute_as_one(rows)


def pipeline_contended_rows(purchase: PurchaseDraft) -> Callable[[], dict[UUID, PlacedRevs] | None]:
    """
    Queue the shops' counters, the stock moves and the orders, and return the function that fetches the result.

    The result is the revs of each order, or None if there were too few pieces: then the caller must roll back.
    """
    ask = _pipeline_contended_rows_on_postgres if connection.vendor == "postgresql" else _write_contended_rows
    return ask(purchase)


def _line_values(order: Any, place: int, line: DraftLine) -> list[Any]:
    copied = [line.product_name, line.variant_title, line.sku, line.photo]
    return [order, place, line.variant_id, *copied, line.price_sen, line.quantity, line.total_sen]


def _pipeline_contended_rows_on_postgres(purchase: PurchaseDraft) -> Callable[[], dict[UUID, PlacedRevs] | None]:
    shops, lines = purchase.shops_to_lock, purchase.lines_to_lock
    taken = [value for _order, line in lines for value in (line.quantity, line.variant_id, line.quantity)]
    told = [
        value
        for order, line in lines
        for value in (line.quantity, order.reference, order.stock_key, purchase.buyer_id, purchase.now)
    ]
    # In the order of their shops, as their counters are numbered in the statement.
    orders = sorted(purchase.orders, key=lambda order: order.shop_id)
    written = [value for order in orders for value in _order_values(purchase, order)]
    asked = prepared.execute_deferred(_contended_rows(len(lines), len(shops)), [*shops, *taken, *told, *written])

    def revs() -> dict[UUID, PlacedRevs] | None:
        return {order: PlacedRevs(purchase_rev, sale_rev) for order, purchase_rev, sale_rev in asked()} or None

    return revs


def _write_contended_rows(purchase: PurchaseDraft) -> Callable[[], dict[UUID, PlacedRevs] | None]:
    for shop_id in purchase.shops_to_lock:
        prepared.execute_deferred(_COUNT_FOR_SHOP, [shop_id])
    for order, line in purchase.lines_to_lock:
        taken = stock_writer.commit_pieces(
            line.variant_id,
            line.quantity,
            reference=order.reference,
            key=order.stock_key,
            buyer_id=purchase.buyer_id,
            now=purchase.now,
        )
        if not taken:
            return lambda: None
    found = {}
    for order in purchase.orders:
        values = [*_order_values(purchase, order), order.shop_id]
        (revs,) = prepared.execute_deferred(_ORDER_ON_SQLITE, values)()
        found[order.order] = PlacedRevs(*revs)
    return lambda: found


def _order_values(purchase: PurchaseDraft, order: OrderDraft) -> list[Any]:
    at = _datetime_parameter(purchase.now)
    # The buyer's counter counts all of them already: the first order has the first of their revs.
    later = len(purchase.orders) - 1 - purchase.orders.index(order)
    return [
        *(_uuid_parameter(order.order), order.number, _uuid_parameter(purchase.purchase), order.shop_id),
        *(purchase.buyer_id, order.shop_name, order.shop_town, order.items_sen, order.discount_sen, order.shipping_sen),
        *(order.total.amount_minor, order.subsidy_sen, order.shipping_option, order.fee_rule),
        *(json.dumps(purchase.address), order.note, purchase.device_id, at, at, purchase.buyer_id, later),
    ]


_ATTEMPT = (
    "INSERT INTO shop_attempt"
    " (buyer_id, idempotency_key, content_hash, outcome, code, params, purchase, answered_at)"
    " VALUES (%s, %s, %s, 'placed', '', '{}', %s, %s)"
)
_EVENT = (
    "INSERT INTO shop_orderevent"
    " (order_id, seq, transition, from_state, to_state, actor_kind, actor_id, reason, evidence, at)"
    " VALUES (%s, 1, 'placed', '', 'paid', 'buyer', %s, '', '{}', %s)"
)
_LINE = (
    "INSERT INTO shop_orderline"
    " (order_id, position, variant_id, product_name, variant_title, sku, photo, price_sen, quantity, total_sen)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_TIMER = "INSERT INTO shop_ordertimer (order_id, kind, due_at, state) VALUES (%s, 'accept', %s, 'waiting')"
_COUNT_FOR_BUYER = (
    "UPDATE shop_ordercounter SET orders = orders + %s, unfinished = unfinished + %s, rev = rev + %s WHERE user_id = %s"
)
_COUNT = "UPDATE shop_ordercounter AS c SET orders = c.orders + 1, unfinished = c.unfinished + 1, rev = c.rev + 1"
_COUNT_FOR_SHOP = f"{_COUNT} WHERE c.shop_id = %s"
_ORDER = (
    "INSERT INTO shop_order"
    " (public_id, number, purchase, shop_id, buyer_id, state, cancelled_by, version, shop_name, shop_town, items_sen,"
    " discount_sen, shipping_sen, total_sen, subsidy_sen, shipping_option, fee_rule, address, note, placing_device_id,"
    " placed_at, changed_at, purchase_rev, sale_rev)"
)
_BUYERS_REV = "(SELECT rev FROM shop_ordercounter WHERE user_id = %s)"
_ORDER_ON_SQLITE = (
    f"{_ORDER} VALUES (%s, %s, %s, %s, %s, 'paid', '', 1, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
    f" {_BUYERS_REV} - %s, (SELECT rev FROM shop_ordercounter WHERE shop_id = %s)) RETURNING purchase_rev, sale_rev"
)
_AVAILABLE = "s.on_hand - s.held - s.committed >= %s"
_COUNTED = "{name} AS MATERIALIZED ({count}{before} WHERE c.shop_id = %s RETURNING c.rev)"
_TAKEN = (
    "{name} AS (UPDATE shop_stock s SET committed = s.committed + %s, version = s.version + 1 FROM {before}"
    " WHERE s.variant_id = %s AND {available} RETURNING s.variant_id, s.version)"
)
_TOLD = "SELECT variant_id, version, 'commit', %s::bigint, %s, %s, %s::bigint, %s::timestamptz FROM {name}"
_ORDER_OF_SHOP = (
    "SELECT %s::uuid, %s, %s::uuid, %s::bigint, %s::bigint, 'paid', '', 1, %s, %s, %s::bigint, %s::bigint, %s::bigint,"
    " %s::bigint, %s::bigint, %s, %s, %s::jsonb, %s, %s::bigint, %s::timestamptz, %s::timestamptz,"
    f" {_BUYERS_REV} - %s::bigint, {{counted}}.rev FROM {{counted}}, {{last}}"
)


@cache
def _contended_rows(lines: int, shops: int = 1) -> str:
    """
    Build the statement that counts orders of so many shops, takes the pieces of so many lines, and writes the orders.

    It is one, so that contended rows are locked as briefly as possible. Each part reads what the one before returned:
    counters are locked in their order, the stocks after them in theirs, and if one has too few pieces, no order and no
    stock move of it or of a later one is written. The caller rolls back what came before.
    """
    counted = [f"counted_{number}" for number in range(1, shops + 1)]
    taken = [f"taken_{number}" for number in range(1, lines + 1)]
    counts = [_COUNTED.format(name=counted[0], count=_COUNT, before="")]
    counts += [_COUNTED.format(name=name, count=_COUNT, before=f" FROM {before}") for before, name in pairwise(counted)]
    takes = [
        _TAKEN.format(name=name, before=before, available=_AVAILABLE)
        for before, name in pairwise([counted[-1], *taken])
    ]
    told = " UNION ALL ".join(_TOLD.format(name=name) for name in taken)
    orders = " UNION ALL ".join(_ORDER_OF_SHOP.format(counted=name, last=taken[-1]) for name in counted)
    return (
        f"WITH {', '.join([*counts, *takes])}, told AS (INSERT INTO shop_stockmove ({stock_writer.COLUMNS}) {told})"
        f" {_ORDER} {orders} RETURNING public_id, purchase_rev, sale_rev"
    )


def store_refusal(
    *,
    buyer_id: int,
    idempotency_key: str,
    content_hash: str,
    refusal: CheckoutTotalChanged | CheckoutRefused,
    now: datetime,
) -> None:
    """Store a refusal of a checkout. :raises IntegrityError: if the idempotency key has a stored result already"""
    error = refusal.error()
    Attempt.objects.create(
        buyer_id=buyer_id,
        idempotency_key=idempotency_key,
        content_hash=content_hash,
        outcome=Attempt.Outcome.REFUSED,
        code=error.code,
        params=error.params,
        answered_at=now,
    )


def result_of_attempt(attempt: Attempt) -> CheckoutResult:
    """Return the checkout result that an attempt stored."""
    if attempt.purchase is not None:
        placed = Order.objects.filter(purchase=attempt.purchase).order_by("purchase_rev")
        orders = tuple(PlacedOrder(one.public_id, one.number) for one in placed.only("public_id", "number"))
        return CheckoutCompleted(attempt.purchase, orders, replayed=True)
    params = attempt.params
    if attempt.code == "shop.order_changed":
        expected, total, price = (Money(params[f"{what}_minor"]) for what in ("expected", "total", "price"))
        return CheckoutTotalChanged(expected, total, price, replayed=True)
    return CheckoutRefused(attempt.code, params, replayed=True)


def _uuid_parameter(order: UUID) -> Any:
    return order if connection.vendor == "postgresql" else order.hex


def _datetime_parameter(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
