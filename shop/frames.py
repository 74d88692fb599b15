"""Rows of shops, goods and orders on the wire."""

from __future__ import annotations

import msgspec

from shop.shapes import (
    AVAILABLE_TOLD_MAX,
    Address,
    LineView,
    OpeningHours,
    OrderChanges,
    Orders,
    OrderSummary,
    OrderView,
    ProductView,
    Quote,
    ShipmentView,
    ShopView,
    StepView,
    StockView,
)
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow
from superapp.core import clock
from superapp.core.honest import Envelope
from superapp.core.money import Money

MoneyRow = dict[str, int | str]


class ShopRow(msgspec.Struct, kw_only=True):
    """A shop, as everybody sees it. ``logo`` is the name of its picture, or empty."""

    id: str
    handle: str
    name: str
    town: str
    about: str
    logo: str
    opening_hours: OpeningHours
    time_zone: str
    is_open: bool
    rev: int


class PhotoRow(msgspec.Struct, kw_only=True):
    name: str
    width: int
    height: int
    placeholder: str


class StockRow(msgspec.Struct, kw_only=True):
    """
    How many pieces there are, and how many can be bought now. The shop alone is told all of it: for others
    ``on_hand``, ``held`` and ``committed`` are null, and ``available`` counts to 10, which means 10 or more.
    """

    on_hand: int | None
    held: int | None
    committed: int | None
    available: int


class ProductRow(msgspec.Struct, kw_only=True):
    """A product. ``price`` or ``stock`` is null when it could not be read: then nothing is sold, and nothing is 0."""

    id: str
    shop: str
    slug: str
    name: str
    description: str
    state: str
    price: MoneyRow | None
    stock: StockRow | None
    photos: list[PhotoRow]
    version: int


class Refusal(msgspec.Struct, kw_only=True):
    """What stands in the way: a code, and the sentence for it."""

    code: str
    message: str


class QuoteRow(msgspec.Struct, kw_only=True):
    """What so many pieces cost now."""

    product: ProductRow
    quantity: int
    items: MoneyRow
    shipping: MoneyRow
    total: MoneyRow
    why_not: Refusal | None


class LineRow(msgspec.Struct, kw_only=True):
    product: str
    name: str
    photo: str
    price: MoneyRow
    quantity: int
    total: MoneyRow


class StepRow(msgspec.Struct, kw_only=True):
    """One move of an order, and who made it. ``courier`` and ``resi`` are the parcel, where the move names one."""

    version: int
    transition: str
    state: str
    actor: str
    reason: str
    courier: str
    resi: str
    at: str


class ShipmentRow(msgspec.Struct, kw_only=True):
    """The parcel. ``delivered_source`` says on whose word it is delivered: ``courier``, ``merchant`` or nobody's."""

    courier: str
    resi: str
    shipped_at: str
    delivered_at: str | None
    delivered_source: str


class OrderRow(msgspec.Struct, kw_only=True):
    """
    An order in a list. ``side`` is yours, ``can`` what you may do, ``rev`` that of the order and ``list_rev`` that of
    the list at its last change. ``due`` is what happens by itself at ``due_at``: ``expire``,
    ``complete`` or ``review``.
    """

    id: str
    number: str
    rev: int
    list_rev: int
    side: str
    state: str
    cancelled_by: str
    shop: str
    shop_handle: str
    shop_name: str
    shop_town: str
    buyer: PersonRow | None
    first_line: LineRow
    pieces: int
    total: MoneyRow
    town: str
    note: str
    placed_at: str
    changed_at: str
    due_at: str | None
    due: str
    can: list[str]


class WholeOrder(msgspec.Struct, kw_only=True):
    """An order with all that belongs to it. ``fee`` is what we keep of it, for the merchant alone."""

    order: OrderRow
    lines: list[LineRow]
    steps: list[StepRow]
    items: MoneyRow
    shipping: MoneyRow
    fee: MoneyRow | None
    address: Address
    shipment: ShipmentRow | None


class Changes(msgspec.Struct, kw_only=True):
    """A delta of a list of orders, with the counts at its rev."""

    rev: int
    orders: int
    unfinished: int
    rows: list[OrderRow]
    more: bool


def shop(shown: ShopView) -> ShopRow:
    return ShopRow(
        id=str(shown.public_id),
        handle=shown.handle,
        name=shown.name,
        town=shown.town,
        about=shown.about,
        logo=shown.logo,
        opening_hours=shown.opening_hours,
        time_zone=shown.time_zone,
        is_open=shown.is_open,
        rev=shown.rev,
    )


def product(shown: ProductView) -> ProductRow:
    """Return the row of a product for the shop that sells it."""
    return _product(shown, stock(shown.stock) if shown.stock else None)


def stock(counted: StockView) -> StockRow:
    """Return the row of a stock for the shop whose it is."""
    return StockRow(
        on_hand=counted.on_hand, held=counted.held, committed=counted.committed, available=counted.available
    )


def _told_stock(counted: StockView) -> StockRow:
    available = max(0, min(counted.available, AVAILABLE_TOLD_MAX))
    return StockRow(on_hand=None, held=None, committed=None, available=available)


def _product(shown: ProductView, stock: StockRow | None) -> ProductRow:
    return ProductRow(
        id=str(shown.public_id),
        shop=str(shown.shop),
        slug=shown.slug,
        name=shown.name,
        description=shown.description,
        state=shown.state,
        price=wire(shown.price),
        stock=stock,
        photos=[
            PhotoRow(name=photo.name, width=photo.width, height=photo.height, placeholder=photo.placeholder)
            for photo in shown.photos
        ],
        version=shown.version,
    )


def quote(shown: Quote, *, viewer_id: int) -> QuoteRow:
    """Return the row of a quote for whoever asks: what is theirs, or somebody else's."""
    why_not, counted = shown.why_not, shown.product.stock
    told = stock if shown.shop.owner_id == viewer_id else _told_stock
    return QuoteRow(
        product=_product(shown.product, told(counted) if counted else None),
        quantity=shown.quantity,
        items=shown.items.wire(),
        shipping=shown.shipping.wire(),
        total=shown.total.wire(),
        why_not=Refusal(code=why_not.code, message=str(why_not.body()["message"])) if why_not else None,
    )


def orders(listed: Orders) -> Envelope[OrderRow]:
    """The envelope as it is, with its rows; the people in them come in one query."""
    return Envelope(
        known=listed.known,
        complete=listed.complete,
        as_of=listed.as_of,
        source=listed.source,
        expected_count=listed.expected_count,
        rev=listed.rev,
        items=_rows(listed.items),
        next=listed.next,
        parts=listed.parts,
    )


def changes(found: OrderChanges) -> Changes:
    return Changes(
        rev=found.rev,
        orders=found.orders,
        unfinished=found.unfinished,
        rows=_rows(list(found.rows)),
        more=found.more,
    )


def order(shown: OrderView) -> WholeOrder:
    return WholeOrder(
        order=_rows([shown.summary])[0],
        lines=[_line(line) for line in shown.lines],
        steps=[_step(step) for step in shown.steps],
        items=shown.items.wire(),
        shipping=shown.shipping.wire(),
        fee=wire(shown.fee),
        address=shown.address,
        shipment=_shipment(shown.shipment) if shown.shipment else None,
    )


def _rows(rows: list[OrderSummary]) -> list[OrderRow]:
    people = accounts.people({row.buyer_id for row in rows})
    return [_order(row, people) for row in rows]


def _order(row: OrderSummary, people: dict[int, PersonRow]) -> OrderRow:
    return OrderRow(
        id=str(row.public_id),
        number=row.number,
        rev=row.rev,
        list_rev=row.list_rev,
        side=row.side,
        state=row.state,
        cancelled_by=row.cancelled_by,
        shop=str(row.shop),
        shop_handle=row.shop_handle,
        shop_name=row.shop_name,
        shop_town=row.shop_town,
        buyer=people.get(row.buyer_id),
        first_line=_line(row.first_line),
        pieces=row.pieces,
        total=row.total.wire(),
        town=row.town,
        note=row.note,
        placed_at=clock.wire(row.placed_at),
        changed_at=clock.wire(row.changed_at),
        due_at=clock.wire(row.due_at) if row.due_at else None,
        due=row.due,
        can=list(row.can),
    )


def _line(line: LineView) -> LineRow:
    return LineRow(
        product=str(line.product),
        name=line.name,
        photo=line.photo,
        price=line.price.wire(),
        quantity=line.quantity,
        total=line.total.wire(),
    )


def _step(step: StepView) -> StepRow:
    return StepRow(
        version=step.version,
        transition=step.transition,
        state=step.state,
        actor=step.actor,
        reason=step.reason,
        courier=step.courier,
        resi=step.resi,
        at=clock.wire(step.at),
    )


def _shipment(shipment: ShipmentView) -> ShipmentRow:
    return ShipmentRow(
        courier=shipment.courier,
        resi=shipment.resi,
        shipped_at=clock.wire(shipment.shipped_at),
        delivered_at=clock.wire(shipment.delivered_at) if shipment.delivered_at else None,
        delivered_source=shipment.delivered_source,
    )


def wire(money: Money | None) -> MoneyRow | None:
    return money.wire() if money is not None else None
