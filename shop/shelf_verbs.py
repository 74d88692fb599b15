"""What a merchant does on the shelf: where a product stands, how it looks, and how many pieces lie there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shop.actions import goods
from shop.queries import goods as shelves
from shop.shapes import ProductView, StockView


def move_product(*, owner_id: int, product: UUID, position: int, now: datetime) -> None:
    """Put it at this place of the shelf, counted from 0."""
    goods.move_product(owner_id=owner_id, product=product, position=position, now=now)


def add_photo(
    *, owner_id: int, product: UUID, name: str, width: int, height: int, placeholder: str, now: datetime
) -> ProductView:
    """Add a picture that is in the storage, at the end; the same again is once."""
    goods.add_photo(
        owner_id=owner_id, product=product, name=name, width=width, height=height, placeholder=placeholder, now=now
    )
    return shelves.product_view(shelves.own_product(owner_id, product))


def arrange_photos(*, owner_id: int, product: UUID, names: Sequence[str], now: datetime) -> ProductView:
    """Put the photos into this order and drop those that are not named."""
    goods.arrange_photos(owner_id=owner_id, product=product, names=names, now=now)
    return shelves.product_view(shelves.own_product(owner_id, product))


def set_stock(
    *,
    owner_id: int,
    product: UUID,
    on_hand: int,
    expected_on_hand: int | None = None,
    idempotency_key: str,
    now: datetime,
) -> StockView:
    """
    Say how many pieces there are, as one move that is kept.

    :raises StockTooLow: if fewer than are sold and not shipped yet
    :raises StockMoved: if there are not ``expected_on_hand`` any more
    """
    stock = goods.set_stock(
        owner_id=owner_id,
        product=product,
        on_hand=on_hand,
        expected_on_hand=expected_on_hand,
        idempotency_key=idempotency_key,
        now=now,
    )
    return shelves.stock_view(stock)
