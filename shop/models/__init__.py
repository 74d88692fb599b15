"""Database tables of the shop: shops, products, their variants, stock and its moves, orders and their events."""

from shop.models.catalog import KEY_CHARS_MAX, PRICE_SEN_MAX, QUANTITY_MAX, Photo, Product, Shop
from shop.models.orders import Attempt, Order, OrderCounter, OrderLine, Shipment
from shop.models.pending_purchases import PendingPurchase
from shop.models.product_documents import ProductDocument
from shop.models.shipping import SHIPPING_SEN_MAX, ShippingSettings
from shop.models.stock import Stock, StockMove
from shop.models.tracking import Checkpoint, CourierHealth, TrackedParcel
from shop.models.transitions import Dispute, OrderEvent, OrderTimer, ReviewCase, ShopNight, Transition
from shop.models.variants import PriceChange, Variant

__all__ = [
    "KEY_CHARS_MAX",
    "PRICE_SEN_MAX",
    "QUANTITY_MAX",
    "SHIPPING_SEN_MAX",
    "Attempt",
    "Checkpoint",
    "CourierHealth",
    "Dispute",
    "Order",
    "OrderCounter",
    "OrderEvent",
    "OrderLine",
    "OrderTimer",
    "PendingPurchase",
    "Photo",
    "PriceChange",
    "Product",
    "ProductDocument",
    "ReviewCase",
    "Shipment",
    "ShippingSettings",
    "Shop",
    "ShopNight",
    "Stock",
    "StockMove",
    "TrackedParcel",
    "Transition",
    "Variant",
]
