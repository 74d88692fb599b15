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

from shop.contracts.values import Address, CheckoutCompleted, CheckoutRefused, CheckoutResult, CheckoutTotalChanged
from shop.domain.order_numbers import order_number
from shop.domain.order_states import ACCEPT_WITHIN
from shop.domain.payment_references import order_reference
from shop.domain.product_options import name_with_variant
from shop.models import Attempt
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
    buyer_id: int
    shop_id: int
    shop_name: str
    shop_town: str
    # Of different variants, in the order in which the buyer named them.
    lines: tuple[DraftLine, ...]
    shipping_sen: int
    fee_rule: str
    address: Address
    note: str
    idempotency_key: str
    content_hash: str
    device_id: int | None
    # Whose random part the number shows; drawn anew for each try, since another order may have the number.
    number_id: UUID
    now: datetime

    @property
    def items_sen(self) -> int:
        return sum(line.total_sen for line in self.lines)

    @property
    def lines_to_lock(self) -> list[DraftLine]:
        """The lines in the order in which their stocks are locked."""
        return sorted(self.lines, key=lambda line: line.variant_id)

    @property
    def total(self) -> Money:
        return Money(self.items_sen + self.shipping_sen)

    @property
    def number(self) -> str:
        return order_number(self.number_id, self.now)

    @property
    def stock_key(self) -> str:
        return f"order:{self.order}:commit"

    @property
    def reference(self) -> str:
        return order_reference(self.order)


def pipeline_uncontended_rows(draft: OrderDraft) -> None:
    """
    Queue the checkout attempt and the rows that belong to this order and its buyer alone.

    A concurrent call with the same idempotency key waits here.
    """
    order, at = _uuid_parameter(draft.order), _datetime_parameter(draft.now)
    attempt = [draft.buyer_id, draft.idempotency_key, draft.content_hash, order, at]
    lines = [(_LINE, _line_values(order, place, line)) for place, line in enumerate(draft.lines, 1)]
    prepared.execute_as_one(
        [
            (_ATTEMPT, attempt),
            (_EVENT, [order, draft.buyer_id, at]),
            *lines,
            (_TIMER, [order, _datetime_parameter(draft.now + ACCEPT_WITHIN)]),
            (_COUNT_FOR_BUYER, [draft.buyer_id]),
        ]
    )


def pipeline_contended_rows(draft: OrderDraft) -> Callable[[], tuple[int, int] | None]:
    """
    Queue the shop's counter, the order and the stock move, and return the function that fetches the result.

    The result is the revs of the buyer's and the shop's list, or None if there were too few pieces: then the caller
    must roll back.
    """
    ask = _pipeline_contended_rows_on_postgres if connection.vendor == "postgresql" else _write_contended_rows
    return ask(draft)


def _line_values(order: Any, place: int, line: DraftLine) -> list[Any]:
    copied = [line.product_name, line.variant_title, line.sku, line.photo]
    return [order, place, line.variant_id, *copied, line.price_sen, line.quantity, line.total_sen]


def _pipeline_contended_rows_on_postgres(draft: OrderDraft) -> Callable[[], tuple[int, int] | None]:
    lines = draft.lines_to_lock
    taken = [value for line in lines for value in (line.quantity, line.variant_id, line.quantity)]
    move = (draft.reference, draft.stock_key, draft.buyer_id, draft.now)
    told = [value for line in lines for value in (line.quantity, *move)]
    asked = prepared.execute_deferred(
        _contended_rows(len(lines)), [draft.shop_id, *taken, *told, *_order_values(draft)]
    )

    def revs() -> tuple[int, int] | None:
        rows = asked()
        return (rows[0][0], rows[0][1]) if rows else None

    return revs


def _write_contended_rows(draft: OrderDraft) -> Callable[[], tuple[int, int] | None]:
    prepared.execute_deferred(_COUNT_FOR_SHOP, [draft.shop_id])
    for line in draft.lines_to_lock:
        taken = stock_writer.commit_pieces(
            line.variant_id,
            line.quantity,
            reference=draft.reference,
            key=draft.stock_key,
            buyer_id=draft.buyer_id,
            now=draft.now,
        )
        if not taken:
            return lambda: None
    ((purchase_rev, sale_rev),) = prepared.execute_deferred(_ORDER_ON_SQLITE, [*_order_values(draft), draft.shop_id])()
    return lambda: (purchase_rev, sale_rev)


def _order_values(draft: OrderDraft) -> list[Any]:
    at = _datetime_parameter(draft.now)
    return [
        *(_uuid_parameter(draft.order), draft.number, draft.shop_id, draft.buyer_id, draft.shop_name, draft.shop_town),
        *(draft.items_sen, draft.shipping_sen, draft.total.amount_minor, draft.fee_rule),
        *(json.dumps(draft.address), draft.note, draft.device_id, at, at, draft.buyer_id),
    ]


_ATTEMPT = (
    "INSERT INTO shop_attempt"
    " (buyer_id, idempotency_key, content_hash, outcome, code, params, order_id, answered_at)"
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
_COUNT = "UPDATE shop_ordercounter SET orders = orders + 1, unfinished = unfinished + 1, rev = rev + 1"
_COUNT_FOR_BUYER, _COUNT_FOR_SHOP = f"{_COUNT} WHERE user_id = %s", f"{_COUNT} WHERE shop_id = %s"
_ORDER = (
    "INSERT INTO shop_order"
    " (public_id, number, shop_id, buyer_id, state, cancelled_by, version, shop_name, shop_town, items_sen,"
    " shipping_sen, total_sen, fee_rule, address, note, placing_device_id, placed_at, changed_at, purchase_rev,"
    " sale_rev)"
)
_BUYERS_REV = "(SELECT rev FROM shop_ordercounter WHERE user_id = %s)"
_ORDER_ON_SQLITE = (
    f"{_ORDER} VALUES (%s, %s, %s, %s, 'paid', '', 1, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
    f" {_BUYERS_REV}, (SELECT rev FROM shop_ordercounter WHERE shop_id = %s)) RETURNING purchase_rev, sale_rev"
)
_AVAILABLE = "s.on_hand - s.held - s.committed >= %s"
_TAKEN = (
    "{name} AS (UPDATE shop_stock s SET committed = s.committed + %s, version = s.version + 1 FROM {before}"
    " WHERE s.variant_id = %s AND {available} RETURNING s.variant_id, s.version, {before}.rev)"
)
_TOLD = "SELECT variant_id, version, 'commit', %s::bigint, %s, %s, %s::bigint, %s::timestamptz FROM {name}"
_ORDER_ON_POSTGRES = (
    f"{_ORDER} SELECT %s::uuid, %s, %s::bigint, %s::bigint, 'paid', '', 1, %s, %s, %s::bigint, %s::bigint, %s::bigint,"
    f" %s, %s::jsonb, %s, %s::bigint, %s::timestamptz, %s::timestamptz, {_BUYERS_REV}, rev FROM {{last}}"
    " RETURNING purchase_rev, sale_rev"
)


@cache
def _contended_rows(lines: int) -> str:
    """
    Build the statement that counts an order of so many lines for the shop, takes its pieces, and writes it.

    It is one, so that contended rows are locked as briefly as possible. Each part reads what the one before returned:
    the stocks are locked after the counter and in their order, and if one has too few pieces, no order and no stock
    move of it or of a later one is written. The caller rolls back what came before.
    """
    names = ["counted", *(f"taken_{number}" for number in range(1, lines + 1))]
    taken = ", ".join(_TAKEN.format(name=name, before=before, available=_AVAILABLE) for before, name in pairwise(names))
    told = " UNION ALL ".join(_TOLD.format(name=name) for name in names[1:])
    return (
        f"WITH counted AS MATERIALIZED ({_COUNT_FOR_SHOP} RETURNING rev), {taken},"
        f" told AS (INSERT INTO shop_stockmove ({stock_writer.COLUMNS}) {told})"
        f" {_ORDER_ON_POSTGRES.format(last=names[-1])}"
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
    if attempt.order is not None:
        return CheckoutCompleted(attempt.order.public_id, attempt.order.number, replayed=True)
    params = attempt.params
    if attempt.code == "shop.order_changed":
        expected, total, price = (Money(params[f"{what}_minor"]) for what in ("expected", "total", "price"))
        return CheckoutTotalChanged(expected, total, price, replayed=True)
    return CheckoutRefused(attempt.code, params, replayed=True)


def _uuid_parameter(order: UUID) -> Any:
    return order if connection.vendor == "postgresql" else order.hex


def _datetime_parameter(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
