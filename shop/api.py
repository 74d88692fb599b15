"""
The door of selling: shops, goods, stock, buying, and the way of an order.

Whoever asks is an argument of every call. Signatures that take ``now`` change something or tell the time of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from payments import api as payments
from shop import directory, listing
from shop.actions import checkout, goods, shops
from shop.actions.checkout import check_purchase, clean_address, quote
from shop.actions.goods import clean_product
from shop.actions.moving import courier_delivered, merchant_name
from shop.actions.reviewing import decide_review_case
from shop.actions.shops import Wishes, check_shop, free_handle
from shop.earnings import earned, withdraw
from shop.log import placing
from shop.offering import goods_are_sold, shops_are_shown, shown, sold
from shop.order_names import OrderName, find_orders, order_names, shop_names
from shop.order_verbs import (
    accept_order,
    cancel_order,
    confirm_receipt,
    correct_resi,
    pack_order,
    report_delivery,
    ship_order,
)
from shop.photos import StoredPhoto, logo_address, store_logo, store_photo
from shop.queries import goods as shelves
from shop.queries import orders as books
from shop.queries.orders import last_purchase, orders_to_handle
from shop.queries.review_cases import list_review_cases
from shop.receipts import receipts_of
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
    ReviewCaseView,
    ShipmentView,
    ShopPage,
    ShopView,
    Side,
    StepView,
    StockView,
)
from shop.shelf_verbs import add_photo, arrange_photos, move_product, set_stock
from superapp.core.money import Money

__all__ = [
    "Address",
    "Answer",
    "Changed",
    "LineView",
    "OpeningHours",
    "OrderChanges",
    "OrderName",
    "OrderSummary",
    "OrderView",
    "Orders",
    "PhotoView",
    "Placed",
    "ProductPage",
    "ProductView",
    "Quote",
    "Refused",
    "ReviewCaseView",
    "ShipmentView",
    "ShopPage",
    "ShopView",
    "Side",
    "StepView",
    "StockView",
    "StoredPhoto",
    "accept_order",
    "add_photo",
    "arrange_photos",
    "cancel_order",
    "check_purchase",
    "check_shop",
    "clean_address",
    "clean_product",
    "confirm_receipt",
    "correct_resi",
    "courier_delivered",
    "decide_review_case",
    "earned",
    "find_orders",
    "free_handle",
    "goods_are_sold",
    "last_purchase",
    "list_review_cases",
    "logo_address",
    "merchant_name",
    "move_product",
    "order_names",
    "orders_to_handle",
    "pack_order",
    "quote",
    "receipts_of",
    "report_delivery",
    "set_stock",
    "ship_order",
    "shop_names",
    "shops_are_shown",
    "shown",
    "store_logo",
    "store_photo",
    "withdraw",
]

# Shops.


@shown
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

    :raises NotOffered: where there are no shops
    :raises ShopAlreadyOpen: if they have another one
    :raises HandleInvalid, HandleTaken, TextInvalid, OpeningHoursInvalid, TimeZoneUnknown:
    """
    wishes = Wishes(name=name, town=town, about=about, opening_hours=opening_hours or {}, time_zone=time_zone)
    return shelves.shop_view(shops.open_shop(owner_id=owner_id, handle=handle, wishes=wishes, now=now))


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
    wishes = Wishes(
        name=name, town=town, about=about, opening_hours=opening_hours, time_zone=time_zone, is_open=is_open
    )
    return shelves.shop_view(shops.change_shop(owner_id=owner_id, wishes=wishes, now=now))


def set_logo(*, owner_id: int, logo: str, now: datetime) -> ShopView:
    """Give one's shop a picture that is in the storage under this name, or none with ``""``."""
    return shelves.shop_view(shops.set_logo(owner_id=owner_id, logo=logo, now=now))


def shop_of(owner_id: int) -> ShopView | None:
    """This person's shop."""
    shop = shelves.shop_of(owner_id)
    return shelves.shop_view(shop) if shop else None


# Goods. ``product`` is a public id; only the owner of its shop may change it, and to others there is none.


@shown
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

    :raises NotOffered: where there are no shops
    :raises ShopNotFound: if there is no shop yet
    :raises TextInvalid, PriceInvalid, QuantityInvalid, TooManyProducts, KeyReused:
    """
    added = goods.add_product(
        owner_id=owner_id,
        name=name,
        price=price,
        description=description,
        quantity=quantity,
        listed=listed,
        idempotency_key=idempotency_key,
        now=now,
    )
    return product_of_owner(owner_id=owner_id, product=added.public_id)


def change_product(
    *,
    owner_id: int,
    product: UUID,
    name: str | None = None,
    description: str | None = None,
    price: Money | None = None,
    expected_version: int | None = None,
    now: datetime,
) -> ProductView:
    """
    Change a product; what is None stays. Its slug stays for ever.

    :raises ProductMoved: if it would change, and is not as it was in ``expected_version``
    """
    goods.change_product(
        owner_id=owner_id,
        product=product,
        name=name,
        description=description,
        price=price,
        expected_version=expected_version,
        now=now,
    )
    return product_of_owner(owner_id=owner_id, product=product)


def list_product(*, owner_id: int, product: UUID, now: datetime) -> ProductView:
    """Show it to everybody; again is once."""
    goods.set_state(owner_id=owner_id, product=product, state="listed", now=now)
    return product_of_owner(owner_id=owner_id, product=product)


def hide_product(*, owner_id: int, product: UUID, now: datetime) -> ProductView:
    """Take it from the shelf; again is once. Orders that stand are not touched."""
    goods.set_state(owner_id=owner_id, product=product, state="hidden", now=now)
    return product_of_owner(owner_id=owner_id, product=product)


def product_of_owner(*, owner_id: int, product: UUID) -> ProductView:
    """One's own product, in whatever state. :raises ProductNotFound:"""
    return shelves.product_view(shelves.own_product(owner_id, product))


def products_of_owner(*, owner_id: int) -> list[ProductView]:
    """Everything in one's shop, drafts and hidden too, in the order of the shelf."""
    return [shelves.product_view(product) for product in shelves.products_of(shelves.own_shop(owner_id))]


# What everybody sees.


def shop_page(handle: str, *, after: int | None = None, limit: int = 60) -> ShopPage:
    """A shop with its listed goods. :raises ShopNotFound:"""
    shop = shelves.shop_by_handle(handle)
    # One more than a page, to know whether there is another.
    found = shelves.on_shelf(shop, after=after, limit=limit + 1)
    page = tuple(shelves.product_view(product) for product in found[:limit])
    return ShopPage(shelves.shop_view(shop), page, (after or 0) + limit if len(found) > limit else None)


def product_page(handle: str, slug: str, *, viewer_id: int | None = None) -> ProductPage:
    """A product of a shop; one that is not listed is there for its owner alone. :raises ProductNotFound:"""
    product = shelves.product_at(handle, slug, viewer_id=viewer_id)
    return ProductPage(shelves.shop_view(product.shop), shelves.product_view(product))


def listed_product(product: UUID) -> ProductPage:
    """A product that everybody sees, with its shop. :raises ProductNotFound:"""
    return directory.product_by_id(product)


def newest_products(handle: str, *, limit: int = 30) -> ShopPage:
    """A shop with what was listed last, for feeds. :raises ShopNotFound:"""
    shop = shelves.shop_by_handle(handle)
    page = tuple(shelves.product_view(product) for product in shelves.newest_on_shelf(shop, limit=limit))
    return ShopPage(shelves.shop_view(shop), page, None)


def count_address_blocks(*, size: int) -> int:
    """Return how many blocks of ``size`` hold all that is public; at least 1."""
    return shelves.count_address_blocks(size=size)


def list_addresses(block: int, *, size: int) -> list[tuple[str, str, datetime]]:
    """Return (handle, slug or "", when it changed) of what is public in a block, counted from 1, for the site map."""
    return shelves.list_addresses(block, size=size)


# Buying.


@sold
def place_order(
    *,
    buyer_id: int,
    product: UUID,
    quantity: int,
    address: Address,
    note: str = "",
    expected_total: Money,
    pin: str,
    device_id: int | None = None,
    idempotency_key: str,
    now: datetime,
) -> Answer:
    """
    Buy, and pay from the wallet, in one commit: stock, order, escrow, counters and facts are true together or not.

    Once under its key: a retry is answered the same without asking for the PIN. ``Changed`` if the total is not what
    the buyer agreed to, ``Refused`` if it is sold out, hidden or not paid; both are final under the key. The device on
    which it is placed may later move this order's money without the PIN.

    :raises NotOffered: where nothing is sold
    :raises ProductNotFound, StockUnknown, QuantityInvalid, AddressInvalid, TextInvalid: and burn no key
    :raises PinWrong: and the like of payments, and burn no key
    :raises KeyReused: if the key was used for something else
    """
    wish = checkout.wish_for(
        buyer_id=buyer_id,
        product=product,
        quantity=quantity,
        address=address,
        note=note,
        expected_total=expected_total,
        idempotency_key=idempotency_key,
        device_id=device_id,
    )
    before = checkout.answered(wish)
    if before is not None:
        return before
    authorization = payments.verify_pin(user_id=buyer_id, device_id=device_id, pin=pin, now=now)
    return checkout.place(wish, authorization=authorization, now=now)


def answered(*, buyer_id: int, idempotency_key: str) -> Answer | None:
    """What was answered to this buyer under this key, whatever it was for; None if nothing was."""
    attempt = books.ask_attempt(buyer_id, idempotency_key)()
    return placing.answer_of(attempt) if attempt is not None else None


# Orders, in the honest envelope.


def order(*, user_id: int, order: UUID) -> OrderView:
    """An order, for either side of it. :raises OrderNotFound:"""
    return books.order_for(order, user_id=user_id)


def orders_of_buyer(
    user_id: int, *, only: Literal["all", "unfinished"] = "all", after: str | None = None, now: datetime
) -> Orders:
    """What this person bought, the newest first. Empty is proved by the counter. :raises OrdersUnavailable:"""
    return listing.purchases(user_id, only=only, after=after, now=now)


def orders_of_shop(
    owner_id: int, *, only: Literal["all", "today"] = "today", after: str | None = None, now: datetime
) -> Orders:
    """
    What this person's shop sold: ``today`` is what is unfinished, what waits for the shop before what waits
    for others, each the oldest first; ``all`` the newest first.

    :raises ShopNotFound: if they have none
    :raises OrdersUnavailable: if there are orders that cannot be read
    """
    return listing.sales(owner_id, only=only, after=after, now=now)


def purchase_changes(user_id: int, *, after: int) -> OrderChanges:
    """What changed in a buyer's list after this rev: the delta of topic ``purchases:<user public id>``."""
    return listing.purchase_changes(user_id, after=after)


def sale_changes(owner_id: int, *, after: int) -> OrderChanges:
    """The same of a shop: the delta of topic ``sales:<shop public id>``. :raises ShopNotFound:"""
    return listing.sale_changes(owner_id, after=after)
