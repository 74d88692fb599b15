"""
Facade of the shop: shops, products, checkout, and orders with their transitions.

The id of the requesting person is an argument of every call. A function that takes ``now`` changes something or depends
on the time. Amounts are ``Money`` in sen; ids of products, orders and shops are public UUIDs.
"""

from __future__ import annotations

from shop.actions.catalog import clean_product
from shop.actions.order_reviews import decide_review_case
from shop.actions.payouts import fetch_merchant_balance, request_payout
from shop.actions.photo_storage import store_logo, store_photo
from shop.actions.purchase_requests import PurchaseLine, RequestedOrder, clean_address, validate_purchase
from shop.actions.qris import (
    bill_rev,
    draw_poster,
    draw_table_cards,
    fetch_bill,
    fetch_qris_rev,
    find_qris_account,
    list_qris_payments,
    make_bill,
    open_qris_account,
    write_shop_code,
)
from shop.actions.quotes import quote_purchase
from shop.actions.shops import suggest_free_handle, validate_shop
from shop.actions.transitions import record_courier_delivery
from shop.actions.variants import VariantChange
from shop.api.catalog import (
    add_photo,
    add_product,
    arrange_photos,
    change_product,
    change_shop,
    count_sitemap_blocks,
    fetch_catalog_page,
    fetch_listed_product,
    fetch_newest_products,
    fetch_own_product,
    fetch_product,
    find_shop,
    list_own_products,
    list_sitemap_entries,
    move_product,
    open_shop,
    publish_product,
    set_logo,
    set_stock,
    unpublish_product,
)
from shop.api.checkout import find_response, place_order, place_purchase
from shop.api.orders import (
    accept_order,
    cancel_order,
    confirm_receipt,
    correct_resi,
    fetch_order,
    list_purchase_changes,
    list_purchases,
    list_sale_changes,
    list_sales,
    pack_order,
    report_delivery,
    ship_order,
)
from shop.api.shipping import list_shipping_options
from shop.api.variants import change_variants, set_options
from shop.contracts.values import (
    Address,
    CatalogPage,
    CheckoutCompleted,
    CheckoutRefused,
    CheckoutResult,
    CheckoutTotalChanged,
    OpeningHours,
    OrderChanges,
    OrderDetails,
    OrderLineDetails,
    OrderList,
    OrderStep,
    OrderSummary,
    OrderTitle,
    PhotoDetails,
    ProductDetails,
    ProductWithShop,
    Quote,
    ReviewCaseDetails,
    ShipmentDetails,
    ShopDetails,
    StockLevel,
    StoredPhoto,
    VariantDetails,
)
from shop.domain.feature_gates import is_checkout_enabled, is_storefront_enabled, require_storefront
from shop.domain.order_states import OrderRole
from shop.domain.payment_references import merchant_reference
from shop.domain.product_options import ProductOption
from shop.domain.shipping_options import ShippingOption
from shop.queries.order_titles import (
    fetch_order_titles,
    fetch_shop_names,
    find_order_parties,
    find_shop_owners,
    search_orders,
)
from shop.queries.orders import filter_orders_to_handle, find_last_purchase
from shop.queries.photos import logo_url
from shop.queries.receipts import sign_receipts
from shop.queries.review_cases import list_review_cases

__all__ = [
    "Address",
    "CatalogPage",
    "CheckoutCompleted",
    "CheckoutRefused",
    "CheckoutResult",
    "CheckoutTotalChanged",
    "OpeningHours",
    "OrderChanges",
    "OrderDetails",
    "OrderLineDetails",
    "OrderList",
    "OrderRole",
    "OrderStep",
    "OrderSummary",
    "OrderTitle",
    "PhotoDetails",
    "ProductDetails",
    "ProductOption",
    "ProductWithShop",
    "PurchaseLine",
    "Quote",
    "RequestedOrder",
    "ReviewCaseDetails",
    "ShipmentDetails",
    "ShippingOption",
    "ShopDetails",
    "StockLevel",
    "StoredPhoto",
    "VariantChange",
    "VariantDetails",
    "accept_order",
    "add_photo",
    "add_product",
    "arrange_photos",
    "bill_rev",
    "cancel_order",
    "change_product",
    "change_shop",
    "change_variants",
    "clean_address",
    "clean_product",
    "confirm_receipt",
    "correct_resi",
    "count_sitemap_blocks",
    "decide_review_case",
    "draw_poster",
    "draw_table_cards",
    "fetch_bill",
    "fetch_catalog_page",
    "fetch_listed_product",
    "fetch_merchant_balance",
    "fetch_newest_products",
    "fetch_order",
    "fetch_order_titles",
    "fetch_own_product",
    "fetch_product",
    "fetch_qris_rev",
    "fetch_shop_names",
    "filter_orders_to_handle",
    "find_last_purchase",
    "find_order_parties",
    "find_qris_account",
    "find_response",
    "find_shop",
    "find_shop_owners",
    "is_checkout_enabled",
    "is_storefront_enabled",
    "list_own_products",
    "list_purchase_changes",
    "list_purchases",
    "list_qris_payments",
    "list_review_cases",
    "list_sale_changes",
    "list_sales",
    "list_shipping_options",
    "list_sitemap_entries",
    "logo_url",
    "make_bill",
    "merchant_reference",
    "move_product",
    "open_qris_account",
    "open_shop",
    "pack_order",
    "place_order",
    "place_purchase",
    "publish_product",
    "quote_purchase",
    "record_courier_delivery",
    "report_delivery",
    "request_payout",
    "require_storefront",
    "search_orders",
    "set_logo",
    "set_options",
    "set_stock",
    "ship_order",
    "sign_receipts",
    "store_logo",
    "store_photo",
    "suggest_free_handle",
    "unpublish_product",
    "validate_purchase",
    "validate_shop",
    "write_shop_code",
]
