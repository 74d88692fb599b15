"""Facts about orders. Each is stored by the transaction that makes it true, and arrives at least once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from superapp.core.events import Event, register_fact


@dataclass(frozen=True, kw_only=True)
class _OrderEvent(Event):
    """
    The state of an order after a transition. ``version`` grows by one with each; amounts are in sen; times are RFC 3339
    in UTC.
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
    """An order was placed and paid; the money lies in escrow. ``items`` counts pieces, of ``first_item`` and others."""

    name: ClassVar[str] = "shop.order_placed"


@register_fact
@dataclass(frozen=True, kw_only=True)
class OrderMoved(_OrderEvent):
    """
    An order went on, by ``transition`` of ``actor`` (buyer, merchant, system, courier or operator). A parcel that is
    called otherwise (``resi_corrected``) and an operator who is asked to look (``review_opened``) leave the state as
    it is.
    """

    name: ClassVar[str] = "shop.order_moved"
    transition: str
    actor: str


@register_fact
@dataclass(frozen=True, kw_only=True)
class ShopChanged(Event):
    """A public detail of a shop changed: its name, picture, town or the like."""

    name: ClassVar[str] = "shop.shop_changed"
    shop: str
    merchant_id: int

    @property
    def key(self) -> str:
        return f"shop:{self.shop}"
