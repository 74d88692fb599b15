"""Opaque references under which payments keeps the money of orders and shops."""

from __future__ import annotations

from uuid import UUID

from superapp.core import ids


def order_reference(order: UUID) -> str:
    """Return the opaque reference under which payments keeps an order's escrow."""
    return f"shop.order:{order}"


def find_order_id(reference: str) -> UUID | None:
    """Return the order whose escrow payments keeps under a reference, or None if it is no order's."""
    prefix, _colon, order = reference.partition(":")
    return ids.parse_id(order) if prefix == "shop.order" else None


def merchant_reference(shop: UUID) -> str:
    """Return the opaque reference under which payments keeps a shop's balance."""
    return f"shop.storefront:{shop}"


def find_shop_id(reference: str) -> UUID | None:
    """Return the shop whose balance payments keeps under a reference, or None if it is no shop's."""
    prefix, _colon, shop = reference.partition(":")
    return ids.parse_id(shop) if prefix == "shop.storefront" else None
