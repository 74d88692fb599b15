"""Commands and topics of the shop. Importing this package registers them."""

from shop.endpoints import catalog, checkout, merchant_balance, orders, qris, shipping

__all__ = ["catalog", "checkout", "merchant_balance", "orders", "qris", "shipping"]
