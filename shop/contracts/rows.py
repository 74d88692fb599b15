"""Wire rows of orders, and functions that build them."""

from __future__ import annotations

import msgspec

from payments.api import RefundDetails
from shop.contracts.catalog_rows import MoneyRow, money_row
from shop.contracts.values import (
    Address,
    OrderChanges,
    OrderDetails,
    OrderLineDetails,
    OrderList,
    OrderStep,
    OrderSummary,
    ShipmentDetails,
)
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow
from superapp.core import clock
from superapp.core.list_envelope import ListEnvelope


class LineRow(msgspec.Struct, kw_only=True):
    """A line of an order; ``variant`` is the title of its variant, empty for a product without options."""

    product: str
    name: str
    variant: str
    sku: str
    photo: str
    price: MoneyRow
    quantity: int
    total: MoneyRow


class StepRow(msgspec.Struct, kw_only=True):
    """
    One transition of an order, and the kind of actor that made it. ``courier`` and ``resi`` are the parcel if the
    transition names one, otherwise empty; ``amount`` is what was refunded or offered.
    """

    version: int
    transition: str
    state: str
    actor: str
    reason: str
    courier: str
    resi: str
    at: str
    amount: MoneyRow | None


class RefundRow(msgspec.Struct, kw_only=True):
    """A refund by the merchant: ``waiting``, ``done`` or ``failed``, and whether it did not fit into the wallet."""

    number: str
    amount: MoneyRow
    reason: str
    state: str
    set_aside: bool
    requested_at: str


class ShipmentRow(msgspec.Struct, kw_only=True):
    """
    The parcel of an order. ``delivered_source`` is the source of the delivery report: ``courier``, ``merchant``, or
    empty.
    """

    courier: str
    resi: str
    shipped_at: str
    delivered_at: str | None
    delivered_source: str


class OrderRow(msgspec.Struct, kw_only=True):
    """
    An order in a list. ``side`` is your role in it, ``can`` lists the actions you may take, ``rev`` is the order's
    version and ``list_rev`` the rev of the list at the order's last change. ``due`` is what happens by itself at
    ``due_at``: ``expire``, ``complete`` or ``review``.
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
    request: str


class OrderDetailsRow(msgspec.Struct, kw_only=True):
    """
    An order with its lines, history, address and shipment. ``fee`` is given to the merchant only; ``set_aside`` is what
    did not fit into the buyer's wallet when the order was refunded.
    """

    order: OrderRow
    lines: list[LineRow]
    steps: list[StepRow]
    items: MoneyRow
    shipping: MoneyRow
    fee: MoneyRow | None
    refunds: list[RefundRow]
    set_aside: MoneyRow
    address: Address
    shipment: ShipmentRow | None


class OrderChangesRow(msgspec.Struct, kw_only=True):
    """Changes of a list of orders, with the list's counts at ``rev``."""

    rev: int
    orders: int
    unfinished: int
    rows: list[OrderRow]
    more: bool


def order_list_envelope(listed: OrderList) -> ListEnvelope[OrderRow]:
    """Return the list envelope with wire rows as items; all people in them are fetched in one query."""
    return ListEnvelope(
        known=listed.known,
        complete=listed.complete,
        as_of=listed.as_of,
        source=listed.source,
        expected_count=listed.expected_count,
        rev=listed.rev,
        items=_order_rows(listed.items),
        next=listed.next,
        parts=listed.parts,
    )


def order_changes_row(found: OrderChanges) -> OrderChangesRow:
    return OrderChangesRow(
        rev=found.rev,
        orders=found.orders,
        unfinished=found.unfinished,
        rows=_order_rows(list(found.rows)),
        more=found.more,
    )


def order_details_row(shown: OrderDetails) -> OrderDetailsRow:
    return OrderDetailsRow(
        order=_order_rows([shown.summary])[0],
        lines=[_line_row(line) for line in shown.lines],
        steps=[_step_row(step) for step in shown.steps],
        items=shown.items.to_wire(),
        shipping=shown.shipping.to_wire(),
        fee=money_row(shown.fee),
        refunds=[_refund_row(refund) for refund in shown.refunds],
        set_aside=shown.set_aside.to_wire(),
        address=shown.address,
        shipment=_shipment_row(shown.shipment) if shown.shipment else None,
    )


def _order_rows(rows: list[OrderSummary]) -> list[OrderRow]:
    people = accounts.get_people({row.buyer_id for row in rows})
    return [_order_row(row, people) for row in rows]


def _order_row(row: OrderSummary, people: dict[int, PersonRow]) -> OrderRow:
    return OrderRow(
        id=str(row.public_id),
        number=row.number,
        rev=row.rev,
        list_rev=row.list_rev,
        side=row.role,
        state=row.state,
        cancelled_by=row.cancelled_by,
        shop=str(row.shop),
        shop_handle=row.shop_handle,
        shop_name=row.shop_name,
        shop_town=row.shop_town,
        buyer=people.get(row.buyer_id),
        first_line=_line_row(row.first_line),
        pieces=row.pieces,
        total=row.total.to_wire(),
        town=row.town,
        note=row.note,
        placed_at=clock.to_wire(row.placed_at),
        changed_at=clock.to_wire(row.changed_at),
        due_at=clock.to_wire(row.due_at) if row.due_at else None,
        due=row.due,
        can=list(row.can),
        request=row.request,
    )


def _line_row(line: OrderLineDetails) -> LineRow:
    return LineRow(
        product=str(line.product),
        name=line.name,
        variant=line.variant,
        sku=line.sku,
        photo=line.photo,
        price=line.price.to_wire(),
        quantity=line.quantity,
        total=line.total.to_wire(),
    )


def _step_row(step: OrderStep) -> StepRow:
    return StepRow(
        version=step.version,
        transition=step.transition,
        state=step.state,
        actor=step.actor,
        reason=step.reason,
        courier=step.courier,
        resi=step.resi,
        at=clock.to_wire(step.at),
        amount=money_row(step.amount),
    )


def _refund_row(refund: RefundDetails) -> RefundRow:
    return RefundRow(
        number=refund.number,
        amount=refund.amount.to_wire(),
        reason=refund.reason,
        state=refund.state,
        set_aside=refund.is_suspended,
        requested_at=clock.to_wire(refund.requested_at),
    )


def _shipment_row(shipment: ShipmentDetails) -> ShipmentRow:
    return ShipmentRow(
        courier=shipment.courier,
        resi=shipment.resi,
        shipped_at=clock.to_wire(shipment.shipped_at),
        delivered_at=clock.to_wire(shipment.delivered_at) if shipment.delivered_at else None,
        delivered_source=shipment.delivered_source,
    )
