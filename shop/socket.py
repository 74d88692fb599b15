"""What clients may ask of selling, on the socket and under ``/api/v1``: parse, one call, shape the answer."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from shop import (  # noqa: F401  # The shop's money registers its commands.
    api,
    frames,
    listing,
    socket_earnings,
)
from shop.asked import Amount, Key, Nothing, Pin
from shop.errors import OrderNotFound, ShopNotFound
from shop.offering import shown, sold
from shop.queries import orders as books
from superapp.core import clock, ids
from superapp.core.honest import Envelope
from superapp.realtime import registry
from superapp.realtime.registry import Caller, Shape, command

Rev = Annotated[int, Meta(ge=0, le=2**53)]
Pieces = Annotated[int, Meta(ge=0, le=1_000_000)]
# Longer than any text may be; what exactly is too long, each command says itself.
Text = Annotated[str, Meta(max_length=8_000)]


# One's own shop.


class ShopAnswer(msgspec.Struct):
    shop: frames.ShopRow | None


@command("shop.mine", Nothing, rest="GET shop", answer=ShopAnswer)
@shown
def mine(caller: Caller, _nothing: Nothing) -> ShopAnswer:
    """One's own shop, or null."""
    shop = api.shop_of(caller.user_id)
    return ShopAnswer(frames.shop(shop) if shop else None)


class OpenIn(Shape):
    handle: Text
    name: Text
    town: Text
    about: Text = ""
    opening_hours: dict[str, list[list[str]]] = {}
    time_zone: Text = "Asia/Jakarta"


@command("shop.open", OpenIn, rest="POST shop", cost=10, answer=frames.ShopRow)
@shown
def open_shop(caller: Caller, open_in: OpenIn) -> frames.ShopRow:
    """Open a shop; the same again answers the shop that stands."""
    return frames.shop(api.open_shop(owner_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(open_in)))


class ShopChangeIn(Shape):
    name: Text | None = None
    town: Text | None = None
    about: Text | None = None
    opening_hours: dict[str, list[list[str]]] | None = None
    time_zone: Text | None = None
    is_open: bool | None = None


@command("shop.change", ShopChangeIn, rest="PATCH shop", cost=3, answer=frames.ShopRow)
@shown
def change_shop(caller: Caller, change_in: ShopChangeIn) -> frames.ShopRow:
    """Say other things of one's shop; what is left out stays."""
    return frames.shop(api.change_shop(owner_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(change_in)))


# One's own goods.


class Products(msgspec.Struct):
    rows: list[frames.ProductRow]


@command("shop.products", Nothing, rest="GET shop/products", cost=3, answer=Products)
@shown
def products(caller: Caller, _nothing: Nothing) -> Products:
    """Everything in one's shop, drafts and hidden too, in the order of the shelf."""
    return Products([frames.product(product) for product in api.products_of_owner(owner_id=caller.user_id)])


class ProductIn(Shape):
    name: Text
    price: Amount
    idempotency_key: Key
    description: Text = ""
    quantity: Pieces = 0
    listed: bool = False


@command("shop.product_add", ProductIn, rest="POST shop/products", cost=5, answer=frames.ProductRow)
@shown
def product_add(caller: Caller, product_in: ProductIn) -> frames.ProductRow:
    """Put something into one's shop, once under its key."""
    fields = msgspec.structs.asdict(product_in) | {"price": product_in.price.money}
    return frames.product(api.add_product(owner_id=caller.user_id, now=clock.now(), **fields))


class ProductChangeIn(Shape):
    product: UUID
    name: Text | None = None
    description: Text | None = None
    price: Amount | None = None
    listed: bool | None = None


@command("shop.product_change", ProductChangeIn, rest="PATCH shop/products/<uuid:product>", cost=3,
         answer=frames.ProductRow)  # fmt: skip
@shown
def product_change(caller: Caller, change_in: ProductChangeIn) -> frames.ProductRow:
    """Change a product; what is left out stays. ``listed`` puts it on the shelf, or takes it from there."""
    owner_id, product = caller.user_id, change_in.product
    shown = api.product_of_owner(owner_id=owner_id, product=product)
    if (change_in.name, change_in.description, change_in.price) != (None, None, None):
        shown = api.change_product(
            owner_id=owner_id,
            product=product,
            name=change_in.name,
            description=change_in.description,
            price=change_in.price.money if change_in.price else None,
            now=clock.now(),
        )
    if change_in.listed is not None:
        change = api.list_product if change_in.listed else api.hide_product
        shown = change(owner_id=owner_id, product=product, now=clock.now())
    return frames.product(shown)


class PlaceIn(Shape):
    product: UUID
    position: Annotated[int, Meta(ge=0, le=10_000)]


@command("shop.product_move", PlaceIn, rest="PUT shop/products/<uuid:product>/position", cost=3, answer=Products)
@shown
def product_move(caller: Caller, place_in: PlaceIn) -> Products:
    """Put it at this place of the shelf, counted from 0."""
    api.move_product(owner_id=caller.user_id, product=place_in.product, position=place_in.position, now=clock.now())
    return products(caller, Nothing())


class PhotosIn(Shape):
    product: UUID
    photos: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=20)]


@command("shop.photos_arrange", PhotosIn, rest="PUT shop/products/<uuid:product>/photos", cost=3,
         answer=frames.ProductRow)  # fmt: skip
@shown
def photos_arrange(caller: Caller, photos_in: PhotosIn) -> frames.ProductRow:
    """Put the photos into this order, and drop those that are not named."""
    return frames.product(
        api.arrange_photos(owner_id=caller.user_id, product=photos_in.product, names=photos_in.photos, now=clock.now())
    )


class StockIn(Shape):
    product: UUID
    on_hand: Pieces
    idempotency_key: Key
    expected_on_hand: Pieces | None = None


@command("shop.stock_set", StockIn, rest="PUT shop/products/<uuid:product>/stock", cost=3, answer=frames.StockRow)
@shown
def stock_set(caller: Caller, stock_in: StockIn) -> frames.StockRow:
    """Say how many pieces there are."""
    stock = api.set_stock(owner_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(stock_in))
    return frames.stock(stock)


# Buying.


class QuoteIn(Shape):
    product: UUID
    quantity: int = 1


@command("shop.quote", QuoteIn, rest="GET products/<uuid:product>/quote", answer=frames.QuoteRow)
@sold
def quote(caller: Caller, quote_in: QuoteIn) -> frames.QuoteRow:
    """What so many pieces cost now, and what stands in the way."""
    found = api.quote(product=quote_in.product, quantity=quote_in.quantity, buyer_id=caller.user_id)
    return frames.quote(found, viewer_id=caller.user_id)


class AddressIn(msgspec.Struct, frozen=True):
    name: Text
    phone: Text
    text: Text
    town: Text


class BuyIn(Shape):
    product: UUID
    quantity: int
    address: AddressIn
    expected_total: Amount
    pin: Pin
    idempotency_key: Key
    note: Text = ""


class BuyAnswer(msgspec.Struct):
    order: str
    number: str


@command("shop.buy", BuyIn, rest="POST orders", cost=10, answer=BuyAnswer)
@sold
def buy(caller: Caller, buy_in: BuyIn) -> BuyAnswer:
    """Buy and pay, once; what was answered under a key is answered again, refusals too."""
    address: api.Address = msgspec.to_builtins(buy_in.address)
    answer = api.place_order(
        buyer_id=caller.user_id,
        product=buy_in.product,
        quantity=buy_in.quantity,
        address=address,
        note=buy_in.note,
        expected_total=buy_in.expected_total.money,
        pin=buy_in.pin,
        device_id=caller.device_id,
        idempotency_key=buy_in.idempotency_key,
        now=clock.now(),
    )
    if not isinstance(answer, api.Placed):
        raise answer.error()
    return BuyAnswer(str(answer.order), answer.number)


# Orders.


class PurchasesIn(Shape):
    only: Literal["all", "unfinished"] = "all"
    after: Annotated[str, Meta(max_length=36)] | None = None


@command("shop.purchases", PurchasesIn, rest="GET orders", cost=2, answer=Envelope[frames.OrderRow])
def purchases(caller: Caller, list_in: PurchasesIn) -> Envelope[frames.OrderRow]:
    """What one bought, the newest first, in the honest envelope."""
    found = api.orders_of_buyer(caller.user_id, only=list_in.only, after=list_in.after, now=clock.now())
    return frames.orders(found)


class SalesIn(Shape):
    only: Literal["all", "today"] = "today"
    after: Annotated[str, Meta(max_length=36)] | None = None


@command("shop.sales", SalesIn, rest="GET shop/orders", cost=2, answer=Envelope[frames.OrderRow])
def sales(caller: Caller, list_in: SalesIn) -> Envelope[frames.OrderRow]:
    """What one's shop sold: ``today`` what is to be done, what waits for the shop first; ``all`` the newest first."""
    return frames.orders(api.orders_of_shop(caller.user_id, only=list_in.only, after=list_in.after, now=clock.now()))


class ChangesIn(Shape):
    after: Rev


@command("shop.purchase_changes", ChangesIn, rest="GET orders/changes", answer=frames.Changes)
def purchase_changes(caller: Caller, changes_in: ChangesIn) -> frames.Changes:
    """What changed in one's purchases after a rev: a delta."""
    return frames.changes(api.purchase_changes(caller.user_id, after=changes_in.after))


@command("shop.sale_changes", ChangesIn, rest="GET shop/orders/changes", answer=frames.Changes)
def sale_changes(caller: Caller, changes_in: ChangesIn) -> frames.Changes:
    """What changed in one's sales after a rev: a delta."""
    return frames.changes(api.sale_changes(caller.user_id, after=changes_in.after))


class OrderIn(Shape):
    order: UUID


@command("shop.order", OrderIn, rest="GET orders/<uuid:order>", answer=frames.WholeOrder)
def order(caller: Caller, order_in: OrderIn) -> frames.WholeOrder:
    """An order whole, for either side of it."""
    return frames.order(api.order(user_id=caller.user_id, order=order_in.order))


class MoveIn(Shape):
    order: UUID
    expected_rev: Rev | None = None


@command("shop.accept", MoveIn, rest="POST orders/<uuid:order>/accept", cost=3, answer=frames.WholeOrder)
def accept(caller: Caller, move_in: MoveIn) -> frames.WholeOrder:
    """The merchant takes it on."""
    return frames.order(api.accept_order(user_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(move_in)))


@command("shop.pack", MoveIn, rest="POST orders/<uuid:order>/pack", cost=3, answer=frames.WholeOrder)
def pack(caller: Caller, move_in: MoveIn) -> frames.WholeOrder:
    """The merchant has packed it."""
    return frames.order(api.pack_order(user_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(move_in)))


class ShipIn(Shape):
    order: UUID
    courier: Text
    resi: Text
    expected_rev: Rev | None = None


@command("shop.ship", ShipIn, rest="POST orders/<uuid:order>/ship", cost=3, answer=frames.WholeOrder)
def ship(caller: Caller, ship_in: ShipIn) -> frames.WholeOrder:
    """The merchant has given it to a courier, under this number."""
    return frames.order(api.ship_order(user_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(ship_in)))


@command("shop.correct_resi", ShipIn, rest="PUT orders/<uuid:order>/resi", cost=3, answer=frames.WholeOrder)
def correct_resi(caller: Caller, ship_in: ShipIn) -> frames.WholeOrder:
    """The merchant corrects courier or number of a parcel on its way."""
    return frames.order(api.correct_resi(user_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(ship_in)))


@command("shop.report_delivery", MoveIn, rest="POST orders/<uuid:order>/delivered", cost=3, answer=frames.WholeOrder)
def report_delivery(caller: Caller, move_in: MoveIn) -> frames.WholeOrder:
    """The merchant says that it has arrived."""
    return frames.order(api.report_delivery(user_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(move_in)))


class ConfirmIn(Shape):
    order: UUID
    # Needed on a device that is not trusted, and did not place the order.
    pin: Pin = ""
    expected_rev: Rev | None = None


@command("shop.confirm", ConfirmIn, rest="POST orders/<uuid:order>/confirm", cost=3, answer=frames.WholeOrder)
def confirm(caller: Caller, confirm_in: ConfirmIn) -> frames.WholeOrder:
    """
    The buyer has it: the money goes to the merchant. It takes a trusted device, the one on which the order was placed,
    or the PIN.
    """
    fields = msgspec.structs.asdict(confirm_in)
    return frames.order(
        api.confirm_receipt(user_id=caller.user_id, device_id=caller.device_id, now=clock.now(), **fields)
    )


class CancelIn(Shape):
    order: UUID
    # Needed on a device that is not trusted, and did not place the order.
    pin: Pin = ""
    reason: Text = ""
    expected_rev: Rev | None = None


@command("shop.cancel", CancelIn, rest="POST orders/<uuid:order>/cancel", cost=3, answer=frames.WholeOrder)
def cancel(caller: Caller, cancel_in: CancelIn) -> frames.WholeOrder:
    """
    Take it back, and the money with it. It takes a trusted device, the buyer's one on which the order was placed, or
    the PIN.
    """
    fields = msgspec.structs.asdict(cancel_in)
    return frames.order(api.cancel_order(user_id=caller.user_id, device_id=caller.device_id, now=clock.now(), **fields))


# Topics.


def _order_rev(caller: Caller, order_id: str) -> int:
    public_id = ids.parse_id(order_id)
    if public_id is None:
        raise OrderNotFound
    return books.rev_for(public_id, user_id=caller.user_id)


def _purchases_rev(caller: Caller, user_id: str) -> int:
    if user_id != str(caller.user_public_id):
        raise OrderNotFound
    return listing.purchases_rev(caller.user_id)


def _sales_rev(caller: Caller, shop_id: str) -> int:
    shop = api.shop_of(caller.user_id)
    if shop is None or str(shop.public_id) != shop_id:
        raise ShopNotFound
    return listing.sales_rev(caller.user_id)


registry.topic("order", _order_rev)
registry.topic("purchases", _purchases_rev)
registry.topic("sales", _sales_rev)
