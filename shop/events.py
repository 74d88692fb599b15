"""Domain events of the shop. Each is stored in the transaction of its change and delivered at least once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from superapp.core.events import Event, register_fact


@dataclass(frozen=True, kw_only=True)
class _OrderEvent(Event):
    """
    The state of an order after a transition. ``version`` grows by one with each transition; amounts are in sen; times
    are RFC 3339 in UTC.
    """

    order: str
    number: str
    version: int
    state: str
    cancelled_by: str
    shop: str
    shop_handle: str
    shop_name: str
    buyer_id: int
    merchant_id: int
    items: int
    first_item: str
    total_minor: int
    asset: str
    at: str

    @property
    def key(self) -> str:
        return f"order:{self.order}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class OrderPlaced(_OrderEvent):
    """
    An order was placed and paid into escrow. ``items`` counts all pieces; ``first_item`` is the name of the first
    product.
    """

    name: ClassVar[str] = "shop.order_placed"


@register_fact
@dataclass(frozen=True, kw_only=True)
class OrderMoved(_OrderEvent):
    """
    An order made ``transition``, caused by ``actor`` (buyer, merchant, system, courier or operator). The transitions
    ``resi_corrected`` (another tracking number) and ``review_opened`` (an operator has to decide) leave the state
    unchanged.
    """

    name: ClassVar[str] = "shop.order_moved"
    transition: str
    actor: str


@register_fact
@dataclass(frozen=True, kw_only=True)
class ShopChanged(Event):
    """A detail of a shop was changed, such as its name, logo or town."""

    name: ClassVar[str] = "shop.shop_changed"
    shop: str
    merchant_id: int

    @property
    def key(self) -> str:
        return f"shop:{self.shop}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class ProductChanged(Event):
    """A product was added, or its name, description, price or state was changed."""

    name: ClassVar[str] = "shop.product_changed"
    product: str
    shop: str

    @property
    def key(self) -> str:
        return f"product:{self.product}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class ShopProductsChanged(Event):
    """
    The name or town of a shop was changed, or whether it is open, by which its products are found: those after
    ``after`` are still to be indexed.
    """

    name: ClassVar[str] = "shop.shop_products_changed"
    shop: str
    after: int

    @property
    def key(self) -> str:
        return f"shop_products:{self.shop}"
