"""Moving pieces: each move is one conditional update whose row count decides, and one row that tells it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from shop import errors
from shop.models import Stock, StockMove
from superapp.core import prepared

_MOVED = "UPDATE shop_stock SET {changes}, version = version + 1 WHERE product_id = %s AND {condition}"
_TAKE = _MOVED.format(
    changes="committed = committed + %s", condition="on_hand - held - committed >= %s RETURNING product_id, version"
)
_COLUMNS = "stock_id, seq, kind, quantity, reference, idempotency_key, actor_id, at"


def ask_take(
    product_id: int, quantity: int, *, reference: str, key: str, buyer_id: int, now: datetime
) -> Callable[[], bool]:
    """
    Sell pieces, if so many are left; whether they were is known when all is asked (see ``prepared.together``).

    The caller's transaction must not commit if they were not.
    """
    at = connection.ops.adapt_datetimefield_value(now)
    told = [quantity, reference, key, buyer_id, at]
    if connection.vendor == "postgresql":
        asked = prepared.ask(
            f"WITH taken AS ({_TAKE})"  # noqa: S608  # Statements of ours, values bound.
            f" INSERT INTO shop_stockmove ({_COLUMNS})"
            " SELECT product_id, version, 'commit', %s::bigint, %s, %s, %s::bigint, %s::timestamptz FROM taken"
            " RETURNING seq",
            [quantity, product_id, quantity, *told],
        )
        return lambda: bool(asked())
    taken = prepared.ask(_TAKE, [quantity, product_id, quantity])()
    for stock_id, version in taken:
        prepared.ask(
            f"INSERT INTO shop_stockmove ({_COLUMNS}) VALUES (%s, %s, 'commit', %s, %s, %s, %s, %s)",  # noqa: S608
            [stock_id, version, *told],
        )
    return lambda: bool(taken)


def release(product_id: int, quantity: int, *, reference: str, key: str, actor_id: int | None, now: datetime) -> None:
    """Give sold pieces back, to be sold again."""
    _move(product_id, "release", quantity, "committed = committed - %s", [quantity], reference, key, actor_id, now)


def ship(product_id: int, quantity: int, *, reference: str, key: str, actor_id: int | None, now: datetime) -> None:
    """Send sold pieces away."""
    changes = "on_hand = on_hand - %s, committed = committed - %s"
    _move(product_id, "ship", quantity, changes, [quantity, quantity], reference, key, actor_id, now)


def set_on_hand(stock: Stock, on_hand: int, *, reference: str, key: str, actor_id: int, now: datetime) -> None:
    """
    Say how many there are of a stock that the caller has locked.

    :raises StockTooLow: if more are sold and not shipped yet
    """
    if on_hand < stock.held + stock.committed:
        raise errors.StockTooLow(sold=stock.held + stock.committed)
    delta = on_hand - stock.on_hand
    _move(stock.pk, "set", delta, "on_hand = on_hand + %s", [delta], reference, key, actor_id, now)


def _move(
    product_id: int,
    kind: str,
    quantity: int,
    changes: str,
    by: list[int],
    reference: str,
    key: str,
    actor_id: int | None,
    now: datetime,
) -> None:
    statement = _MOVED.format(changes=changes, condition="1 = 1 RETURNING version")
    ((version,),) = prepared.ask(statement, [*by, product_id])()
    StockMove.objects.create(
        stock_id=product_id,
        seq=version,
        kind=kind,
        quantity=quantity,
        reference=reference,
        idempotency_key=key,
        actor_id=actor_id,
        at=now,
    )
