"""
The door of selling: shops, goods, stock, buying, and the way of an order.

Whoever asks is an argument of every call. Signatures that take ``now`` change something or tell the time of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from shop.shapes import (
    Address,
    Answer,
    Changed,
    LineView,
    OpeningHours,
    OrderChanges,
    Orders,
    OrderSummary,
    OrderView,
    PhotoView,
    Placed,
    ProductPage,
    ProductView,
    Quote,
    Refused,
    ShipmentView,
    ShopPage,
    ShopView,
    Side,
    StepView,
    StockView,
)
from superapp.core.money import Money

__all__ = [
    "Address",
    "Answer",
    "Changed",
    "LineView",
    "OpeningHours",
    "OrderChanges",
    "OrderSummary",
    "OrderView",
    "Orders",
    "PhotoView",
    "Placed",
    "ProductPage",
    "ProductView",
    "Quote",
    "Refused",
    "ShipmentView",
    "ShopPage",
    "ShopView",
    "Side",
    "StepView",
    "StockView",
]

# Shops.


def open_shop(
    *,
    owner_id: int,
    handle: str,
    name: str,
    town: str,
    about: str = "",
    opening_hours: OpeningHours | None = None,
    time_zone: str = "Asia/Jakarta",
    now: datetime,
) -> ShopView:
    """
    Open a person's shop. Sending the same again answers the shop that stands.

    :raises ShopAlreadyOpen: if they have another one
    :raises HandleInvalid, HandleTaken, TextInvalid, OpeningHoursInvalid, TimeZoneUnknown:
    """
    raise NotImplementedError


def change_shop(
    *,
    owner_id: int,
    name: str | None = None,
    town: str | None = None,
    about: str | None = None,
    opening_hours: OpeningHours | None = None,
    time_zone: str | None = None,
    is_open: bool | None = None,
    now: datetime,
) -> ShopView:
    """Change one's shop; what is None stays. The handle stays for ever, since others have linked to it."""
    raise NotImplementedError


def set_logo(*, owner_id: int, logo: str, now: datetime) -> ShopView:
    """Give one's shop a picture that is in the storage under this name, or none with ``""``."""
    raise NotImplementedError


def shop_of(owner_id: int) -> ShopView | None:
    """This person's shop."""
    raise NotImplementedError


# Goods. ``product`` is a public id; only the owner of its shop may change it, and to others there is none.


def add_product(
    *,
    owner_id: int,
    name: str,
    price: Money,
    description: str = "",
    quantity: int = 0,
    listed: bool = False,
    idempotency_key: str,
    now: datetime,
) -> ProductView:
    """
    Put something into one's shop, once under its key: a draft, or ``listed`` at once, with so many pieces.

    :raises ShopNotFound: if there is no shop yet
    :raises TextInvalid, PriceInvalid, QuantityInvalid, TooManyProducts, KeyReused:
    """
    raise NotImplementedError


def change_product(
    *,
    owner_id: int,
    product: UUID,
    name: str | None = None,
    description: str | None = None,
    price: Money | None = None,
    now: datetime,
) -> ProductView:
    """Change a product; what is None stays. Its slug stays for ever."""
    raise NotImplementedError


def list_product(*, owner_id: int, product: UUID, now: datetime) -> ProductView:
    """Show it to everybody; again is once."""
    raise NotImplementedError


def hide_product(*, owner_id: int, product: UUID, now: datetime) -> ProductView:
    """Take it from the shelf; again is once. Orders that stand are not touched."""
    raise NotImplementedError


def move_product(*, owner_id: int, product: UUID, position: int, now: datetime) -> None:
    """Put it at this place of the shelf, counted from 0."""
    raise NotImplementedError


def add_photo(
    *, owner_id: int, product: UUID, name: str, width: int, height: int, placeholder: str, now: datetime
) -> ProductView:
    """Add a picture that is in the storage, at the end; the same again is once."""
    raise NotImplementedError


def arrange_photos(*, owner_id: int, product: UUID, names: Sequence[str], now: datetime) -> ProductView:
    """Put the photos into this order and drop those that are not named."""
    raise NotImplementedError


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
    raise NotImplementedError


def product_of_owner(*, owner_id: int, product: UUID) -> ProductView:
    """One's own product, in whatever state. :raises ProductNotFound:"""
    raise NotImplementedError


def products_of_owner(*, owner_id: int) -> list[ProductView]:
    """Everything in one's shop, drafts and hidden too, in the order of the shelf."""
    raise NotImplementedError


# What everybody sees.


def shop_page(handle: str, *, after: int | None = None, limit: int = 60) -> ShopPage:
    """A shop with its listed goods. :raises ShopNotFound:"""
    raise NotImplementedError


def product_page(handle: str, slug: str, *, viewer_id: int | None = None) -> ProductPage:
    """
    A product of a shop; one that is not listed is there for its owner alone.

    :raises ProductNotFound:
    """
    raise NotImplementedError


def newest_products(handle: str, *, limit: int = 30) -> ShopPage:
    """A shop with what was listed last, for feeds. :raises ShopNotFound:"""
    raise NotImplementedError


def every_address() -> list[tuple[str, str, datetime]]:
    """(handle, slug or "", when it changed) of all that is public, for the map of the site."""
    raise NotImplementedError


def photo_is_public(name: str) -> bool:
    """Whether this picture is a logo, or on a listed product."""
    raise NotImplementedError


# Buying.


def quote(*, product: UUID, quantity: int, buyer_id: int | None = None) -> Quote:
    """
    What it would cost now, in whole; what stands in the way, if something does.

    :raises ProductNotFound: if it is not on sale
    :raises QuantityInvalid:
    """
    raise NotImplementedError


def place_order(
    *,
    buyer_id: int,
    product: UUID,
    quantity: int,
    address: Address,
    note: str = "",
    expected_total: Money,
    pin: str,
    idempotency_key: str,
    now: datetime,
) -> Answer:
    """
    Buy, and pay from the wallet, in one commit: stock, order, escrow, counters and facts are true together or not.

    Once under its key: a retry is answered the same without asking for the PIN. ``Changed`` if the total is not what
    the buyer agreed to, ``Refused`` if it is sold out, hidden or not paid; both are final under the key.

    :raises ProductNotFound, QuantityInvalid, AddressInvalid, TextInvalid: and burn no key
    :raises PinWrong: and the like of payments, and burn no key
    :raises KeyReused: if the key was used for something else
    """
    raise NotImplementedError


# The way of an order. ``user_id`` is who does it; whoever is neither side is told that there is no order. Doing again
# what is done already changes nothing and answers how the order stands. With ``expected_rev``, only if nothing happened
# since.


def accept_order(*, user_id: int, order: UUID, expected_rev: int | None = None, now: datetime) -> OrderView:
    """The merchant takes it on. :raises OrderNotFound, NotNow:"""
    raise NotImplementedError


def pack_order(*, user_id: int, order: UUID, expected_rev: int | None = None, now: datetime) -> OrderView:
    """The merchant has packed it. :raises OrderNotFound, NotNow:"""
    raise NotImplementedError


def ship_order(
    *, user_id: int, order: UUID, courier: str, resi: str, expected_rev: int | None = None, now: datetime
) -> OrderView:
    """
    The merchant has given it to a courier, under this number.

    :raises OrderNotFound, NotNow, ShipmentInvalid, ResiTaken:
    """
    raise NotImplementedError


def report_delivery(*, user_id: int, order: UUID, expected_rev: int | None = None, now: datetime) -> OrderView:
    """The merchant says that it has arrived: it is shown so, and starts no clock. :raises OrderNotFound, NotNow:"""
    raise NotImplementedError


def courier_delivered(*, courier: str, resi: str, evidence: dict[str, str], now: datetime) -> None:
    """
    A courier says that a parcel has arrived: from now on the order completes by itself after some days.

    Not for people's doors. Saying it again, or later than everything, changes nothing.

    :raises OrderNotFound: if no order has this parcel
    """
    raise NotImplementedError


def confirm_receipt(*, user_id: int, order: UUID, expected_rev: int | None = None, now: datetime) -> OrderView:
    """The buyer has it: the money goes to the merchant. :raises OrderNotFound, NotNow:"""
    raise NotImplementedError


def cancel_order(
    *, user_id: int, order: UUID, reason: str = "", expected_rev: int | None = None, now: datetime
) -> OrderView:
    """
    Take it back, and the money with it: the buyer until it is accepted, the merchant until it is completed.

    :raises OrderNotFound, NotNow: and payments' refusals, if the money cannot go back
    """
    raise NotImplementedError


# Orders, in the honest envelope.


def order(*, user_id: int, order: UUID) -> OrderView:
    """An order, for either side of it. :raises OrderNotFound:"""
    raise NotImplementedError


def orders_of_buyer(
    user_id: int, *, only: Literal["all", "unfinished"] = "all", after: str | None = None, now: datetime
) -> Orders:
    """
    What this person bought, the newest first. Empty is proved by the counter.

    :raises OrdersUnavailable: if there are orders that cannot be read
    """
    raise NotImplementedError


def orders_of_shop(
    owner_id: int, *, only: Literal["all", "today"] = "today", after: str | None = None, now: datetime
) -> Orders:
    """
    What this person's shop sold: ``today`` is what is unfinished, the oldest first; ``all`` the newest first.

    :raises ShopNotFound: if they have none
    :raises OrdersUnavailable: if there are orders that cannot be read
    """
    raise NotImplementedError


def purchase_changes(user_id: int, *, after: int) -> OrderChanges:
    """What changed in a buyer's list after this rev: the delta of topic ``purchases:<user public id>``."""
    raise NotImplementedError


def sale_changes(owner_id: int, *, after: int) -> OrderChanges:
    """
    What changed in a shop's list after this rev: the delta of topic ``sales:<shop public id>``.

    :raises ShopNotFound: if this person has none
    """
    raise NotImplementedError


def merchant_name(shop: UUID) -> str:
    """Under which opaque name payments knows this shop's money."""
    return f"shop.storefront:{shop}"
