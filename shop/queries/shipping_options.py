"""Queries of how shops send, and what each way costs."""

from __future__ import annotations

from uuid import UUID

from shop.domain.distances import Pin
from shop.domain.rate_tables import get_services
from shop.domain.shipping_options import Area, Band, Consignment, ShippingOption, ShippingTerms, list_options
from shop.models import ShippingSettings


def find_terms(shop: UUID) -> ShippingTerms | None:
    """Return how a shop sends; None if it agrees with each buyer."""
    row = find_settings(shop)
    return None if row is None else build_terms(row)


def find_settings(shop: UUID) -> ShippingSettings | None:
    return ShippingSettings.objects.filter(shop__public_id=shop).first()


def list_shipping_options(
    shop: UUID, destination: str, weight_grams: int, items_sen: int, *, pin: Pin | None = None
) -> list[ShippingOption]:
    """
    List the ways in which a shop can send a purchase to a region, the cheapest first, pickup last.

    ``weight_grams`` is 0 if it is not known. Empty if the shop does not send there.
    """
    consignment = Consignment(destination=destination, pin=pin, grams=weight_grams, items_sen=items_sen)
    return list_options(find_terms(shop), get_services(), consignment)


def build_terms(row: ShippingSettings) -> ShippingTerms:
    """Build the terms of a shop from their row."""
    is_pinned = row.origin_latitude is not None and row.origin_longitude is not None
    return ShippingTerms(
        origin=row.origin_code,
        origin_pin=(row.origin_latitude or 0.0, row.origin_longitude or 0.0) if is_pinned else None,
        services=frozenset(row.services),
        flat_sen=row.flat_sen,
        free_from_sen=row.free_from_sen,
        free_up_to_sen=row.free_up_to_sen,
        pickup_address=row.pickup_address,
        areas=tuple(Area(*area) for area in row.areas),
        bands=tuple(Band(*band) for band in row.bands),
    )
