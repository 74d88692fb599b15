"""Commands and topics of orders: lists, one order, and its transitions."""

from __future__ import annotations

import msgspec

from shop import api
from shop.contracts import rows
from shop.endpoints.schemas import (
    CancelRequest,
    ConfirmRequest,
    ListChangesRequest,
    ListPurchasesRequest,
    ListSalesRequest,
    OrderRequest,
    ShipRequest,
    TransitionRequest,
)
from shop.errors import OrderNotFound, ShopNotFound
from shop.queries import order_pagination
from shop.queries import orders as order_queries
from superapp.core import clock, ids
from superapp.core.list_envelope import ListEnvelope
from superapp.realtime import registry
from superapp.realtime.registry import Caller, register_command


@register_command(
    "shop.purchases", ListPurchasesRequest, rest="GET orders", cost=2, response=ListEnvelope[rows.OrderRow]
)
def list_purchases(caller: Caller, list_in: ListPurchasesRequest) -> ListEnvelope[rows.OrderRow]:
    """Return the caller's purchases, newest first, in a list envelope."""
    found = api.list_purchases(caller.user_id, only=list_in.only, after=list_in.after, now=clock.now())
    return rows.order_list_envelope(found)


@register_command("shop.sales", ListSalesRequest, rest="GET shop/orders", cost=2, response=ListEnvelope[rows.OrderRow])
def list_sales(caller: Caller, list_in: ListSalesRequest) -> ListEnvelope[rows.OrderRow]:
    """
    Return the orders of the caller's shop: ``today`` lists unfinished ones, those that wait for the shop first; ``all``
    lists all, newest first.
    """
    return rows.order_list_envelope(
        api.list_sales(caller.user_id, only=list_in.only, after=list_in.after, now=clock.now())
    )


@register_command("shop.purchase_changes", ListChangesRequest, rest="GET orders/changes", response=rows.OrderChangesRow)
def list_purchase_changes(caller: Caller, changes_in: ListChangesRequest) -> rows.OrderChangesRow:
    """Return a page of the caller's purchases that changed after a rev; with ``more``, others follow its ``rev``."""
    return rows.order_changes_row(api.list_purchase_changes(caller.user_id, after=changes_in.after))


@register_command(
    "shop.sale_changes", ListChangesRequest, rest="GET shop/orders/changes", response=rows.OrderChangesRow
)
def list_sale_changes(caller: Caller, changes_in: ListChangesRequest) -> rows.OrderChangesRow:
    """Return a page of the orders of the caller's shop that changed after a rev; with ``more``, others follow."""
    return rows.order_changes_row(api.list_sale_changes(caller.user_id, after=changes_in.after))


@register_command("shop.order", OrderRequest, rest="GET orders/<uuid:order>", response=rows.OrderDetailsRow)
def fetch_order(caller: Caller, order_in: OrderRequest) -> rows.OrderDetailsRow:
    """Return an order with its lines and history, for its buyer or its merchant."""
    return rows.order_details_row(api.fetch_order(user_id=caller.user_id, order=order_in.order))


@register_command(
    "shop.accept", TransitionRequest, rest="POST orders/<uuid:order>/accept", cost=3, response=rows.OrderDetailsRow
)
def accept_order(caller: Caller, move_in: TransitionRequest) -> rows.OrderDetailsRow:
    """Accept an order, as its merchant."""
    return rows.order_details_row(
        api.accept_order(user_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(move_in))
    )


@register_command(
    "shop.pack", TransitionRequest, rest="POST orders/<uuid:order>/pack", cost=3, response=rows.OrderDetailsRow
)
def pack_order(caller: Caller, move_in: TransitionRequest) -> rows.OrderDetailsRow:
    """Mark an order as packed, as its merchant."""
    return rows.order_details_row(
        api.pack_order(user_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(move_in))
    )


@register_command("shop.ship", ShipRequest, rest="POST orders/<uuid:order>/ship", cost=3, response=rows.OrderDetailsRow)
def ship_order(caller: Caller, ship_in: ShipRequest) -> rows.OrderDetailsRow:
    """Mark an order as handed to a courier under a tracking number, as its merchant."""
    return rows.order_details_row(
        api.ship_order(user_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(ship_in))
    )


@register_command(
    "shop.correct_resi", ShipRequest, rest="PUT orders/<uuid:order>/resi", cost=3, response=rows.OrderDetailsRow
)
def correct_resi(caller: Caller, ship_in: ShipRequest) -> rows.OrderDetailsRow:
    """Correct courier or tracking number of a parcel on its way, as the merchant."""
    return rows.order_details_row(
        api.correct_resi(user_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(ship_in))
    )


@register_command(
    "shop.report_delivery",
    TransitionRequest,
    rest="POST orders/<uuid:order>/delivered",
    cost=3,
    response=rows.OrderDetailsRow,
)
def report_delivery(caller: Caller, move_in: TransitionRequest) -> rows.OrderDetailsRow:
    """Mark an order as delivered, as its merchant."""
    return rows.order_details_row(
        api.report_delivery(user_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(move_in))
    )


@register_command(
    "shop.confirm", ConfirmRequest, rest="POST orders/<uuid:order>/confirm", cost=3, response=rows.OrderDetailsRow
)
def confirm_receipt(caller: Caller, confirm_in: ConfirmRequest) -> rows.OrderDetailsRow:
    """
    Confirm receipt of an order, as its buyer; the merchant is paid. It takes a trusted device, the device on which the
    order was placed, or the PIN.
    """
    fields = msgspec.structs.asdict(confirm_in)
    return rows.order_details_row(
        api.confirm_receipt(user_id=caller.user_id, device_id=caller.device_id, now=clock.now(), **fields)
    )


@register_command(
    "shop.cancel", CancelRequest, rest="POST orders/<uuid:order>/cancel", cost=3, response=rows.OrderDetailsRow
)
def cancel_order(caller: Caller, cancel_in: CancelRequest) -> rows.OrderDetailsRow:
    """
    Cancel an order and refund the buyer. It takes a trusted device, for the buyer the device on which the order was
    placed, or the PIN.
    """
    fields = msgspec.structs.asdict(cancel_in)
    return rows.order_details_row(
        api.cancel_order(user_id=caller.user_id, device_id=caller.device_id, now=clock.now(), **fields)
    )


def _order_rev(caller: Caller, order_id: str) -> int:
    public_id = ids.parse_id(order_id)
    if public_id is None:
        raise OrderNotFound
    return order_queries.fetch_order_rev(public_id, user_id=caller.user_id)


def _purchases_rev(caller: Caller, user_id: str) -> int:
    if user_id != str(caller.user_public_id):
        raise OrderNotFound
    return order_pagination.fetch_purchases_rev(caller.user_id)


def _sales_rev(caller: Caller, shop_id: str) -> int:
    shop = api.find_shop(caller.user_id)
    if shop is None or str(shop.public_id) != shop_id:
        raise ShopNotFound
    return order_pagination.fetch_sales_rev(caller.user_id)


registry.register_topic_kind("order", _order_rev)
registry.register_topic_kind("purchases", _purchases_rev)
registry.register_topic_kind("sales", _sales_rev)
