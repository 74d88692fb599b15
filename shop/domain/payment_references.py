"""Opaque references under which payments keeps the money of orders and shops."""

from __future__ import annotations

from uuid import UUID


def order_reference(order: UUID) -> str:
    """Return the opaque reference under which payments keeps an order's escrow."""
    return f"shop.order:{order}"


def merchant_reference(shop: UUID) -> str:
    """Return the opaque reference under which payments keeps a shop's balance."""
    return f"shop.storefront:{shop}"
