"""Writer of stock moves: one conditional update checked by its row count, and one row of history."""

from __future__ import annotations

from datetime import datetime

from shop import errors
from shop.models import Stock, StockMove
from superapp.core import prepared

_UPDATE = "UPDATE shop_stock SET {changes}, version = version + 1 WHERE variant_id = %s AND {condition}"
COLUMNS = "stock_id, seq, kind, quantity, reference, idempotency_key, actor_id, at"


def commit_pieces(variant_id: int, quantity: int, *, reference: str, key: str, buyer_id: int, now: datetime) -> bool:
    """
    Commit pieces to an order if enough are available, and return whether they were.

    Used on SQLite; on PostgreSQL ``order_writer`` does it in its own statement.
    """
    condition = "on_hand - held - committed >= %s RETURNING version"
    statement = _UPDATE.format(changes="committed = committed + %s", condition=condition)
    taken = prepared.execute_deferred(statement, [quantity, variant_id, quantity])()
    for (version,) in taken:
        _record_move(variant_id, version, "commit", quantity, reference, key, buyer_id, now)
    return bool(taken)


def release_pieces(
    variant_id: int, quantity: int, *, reference: str, key: str, actor_id: int | None, now: datetime
) -> None:
    """Release committed pieces back into the available stock."""
    _apply_move(
        variant_id, "release", quantity, "committed = committed - %s", [quantity], reference, key, actor_id, now
    )


def ship_pieces(
    variant_id: int, quantity: int, *, reference: str, key: str, actor_id: int | None, now: datetime
) -> None:
    """Remove committed pieces from the stock."""
    changes = "on_hand = on_hand - %s, committed = committed - %s"
    _apply_move(variant_id, "ship", quantity, changes, [quantity, quantity], reference, key, actor_id, now)


def hold_pieces(variant_id: int, quantity: int, *, reference: str, key: str, buyer_id: int, now: datetime) -> bool:
    """Hold pieces for a purchase that waits for its payment if enough are available, and return whether they were."""
    condition = "on_hand - held - committed >= %s RETURNING version"
    statement = _UPDATE.format(changes="held = held + %s", condition=condition)
    held = prepared.execute_deferred(statement, [quantity, variant_id, quantity])()
    for (version,) in held:
        _record_move(variant_id, version, "hold", quantity, reference, key, buyer_id, now)
    return bool(held)


def unhold_pieces(
    variant_id: int, quantity: int, *, reference: str, key: str, actor_id: int | None, now: datetime
) -> None:
    """Return held pieces to the available stock, from where a paid order commits them in the same transaction."""
    _apply_move(variant_id, "unhold", quantity, "held = held - %s", [quantity], reference, key, actor_id, now)


def set_on_hand(stock: Stock, on_hand: int, *, reference: str, key: str, actor_id: int, now: datetime) -> None:
    """
    Set the number of pieces on hand of a stock that the caller has locked.

    :raises StockTooLow: if more are sold and not shipped yet
    """
    if on_hand < stock.held + stock.committed:
        raise errors.StockTooLow(sold=stock.held + stock.committed)
    delta = on_hand - stock.on_hand
    _apply_move(stock.pk, "set", delta, "on_hand = on_hand + %s", [delta], reference, key, actor_id, now)


def _apply_move(
    variant_id: int,
    kind: str,
    quantity: int,
    changes: str,
    by: list[int],
    reference: str,
    key: str,
    actor_id: int | None,
    now: datetime,
) -> None:
    statement = _UPDATE.format(changes=changes, condition="1 = 1 RETURNING version")
    ((version,),) = prepared.execute_deferred(statement, [*by, variant_id])()
    _record_move(variant_id, version, kind, quantity, reference, key, actor_id, now)


def _record_move(
    variant_id: int,
    version: int,
    kind: str,
    quantity: int,
    reference: str,
    key: str,
    actor_id: int | None,
    now: datetime,
) -> None:
    StockMove.objects.create(
        stock_id=variant_id,
        seq=version,
        kind=kind,
        quantity=quantity,
        reference=reference,
        idempotency_key=key,
        actor_id=actor_id,
        at=now,
    )
