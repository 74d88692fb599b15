"""Handlers of facts in the shop: those of payments, and its own."""

from __future__ import annotations

from uuid import UUID

from payments.events import EscrowPaid, QrisPaid
from shop import push
from shop.actions import pending_purchases, product_index, qris, tracking
from shop.adapters import connected_couriers
from shop.domain.order_states import PARCEL_TRANSITIONS
from shop.domain.payment_references import find_order_id, find_shop_id
from shop.events import OrderMoved, ProductChanged, ShopProductsChanged
from shop.queries.orders import find_parcel
from superapp.core import clock
from superapp.core.events import subscribe


@subscribe(QrisPaid)
def push_qris_payment(event: QrisPaid) -> None:
    """Tell the open pages of a shop that a code of it was paid."""
    shop = find_shop_id(event.merchant)
    if shop is not None:
        push.qris_paid(shop, rev=qris.qris_rev(event.merchant), bill=event.bill)


@subscribe(EscrowPaid)
def place_order_that_was_paid(event: EscrowPaid) -> None:
    """Place the order for which money came from a bank; an order that the wallet paid is placed already."""
    order = find_order_id(event.reference)
    if order is not None:
        pending_purchases.place_paid_purchase(order, now=clock.now())


@subscribe(ProductChanged)
def index_changed_product(event: ProductChanged) -> None:
    """Have a product found as it is now."""
    product_index.index_product(UUID(event.product))


@subscribe(ShopProductsChanged)
def index_products_of_changed_shop(event: ShopProductsChanged) -> None:
    """Have the products of a shop found as it is now, and no more if it was closed."""
    product_index.index_shop(UUID(event.shop), after=event.after)


@subscribe(OrderMoved)
def track_parcel_that_was_named(event: OrderMoved) -> None:
    """Have the courier of a parcel asked about it, if it is connected."""
    parcel = find_parcel(UUID(event.order)) if event.transition in PARCEL_TRANSITIONS else None
    if parcel is not None and connected_couriers.is_connected(parcel[0]):
        tracking.begin_tracking(*parcel, now=clock.now())
