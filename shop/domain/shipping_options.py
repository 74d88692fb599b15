"""
The ways in which a shop sends a purchase, and what each costs the buyer.

Prices never fall with weight, and free shipping never raises one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from shop.domain.distances import Pin, measure_km
from shop.domain.shipping_rates import CourierService, Size, contains, find_rate


class OptionKind(StrEnum):
    """The kinds of shipping options; those other than couriers' have their kind as id."""

    AGREED = "agreed"  # The shop says no prices: buyer and shop agree on them, outside of the total.
    COURIER = "courier"
    FLAT = "flat"  # One price for the whole country, by a courier that the shop chooses.
    OWN_COURIER = "own"
    PICKUP = "pickup"


@dataclass(frozen=True, slots=True)
class Area:
    """A region to which a shop's own courier goes, and what that costs."""

    code: str
    name: str
    price_sen: int


@dataclass(frozen=True, slots=True)
class Band:
    """A distance in a straight line up to which a shop's own courier goes, and what that costs."""

    km: int
    price_sen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingTerms:
    """
    The terms on which a shop sends, as its settings say.

    From ``free_from_sen`` of items on the shop pays the shipping, up to ``free_up_to_sen``; all of it if that is None.
    """

    origin: str
    origin_pin: Pin | None
    services: frozenset[str]
    flat_sen: int | None
    free_from_sen: int | None
    free_up_to_sen: int | None
    pickup_address: str
    areas: tuple[Area, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """A purchase to be sent: where to, and how heavy, large and dear it is. It weighs 0 if that is not known."""

    destination: str
    pin: Pin | None = None
    grams: int
    size: Size | None = None
    items_sen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingOption:
    """
    A way in which a purchase can be sent. The buyer pays ``price_sen``, and the shop what ``full_sen`` is above it.

    ``label`` is a courier with its service; empty for the shop's own ways, which pages name in the reader's language.
    ``days`` is how many it takes at least and at most, None if that is not known.
    """

    id: str
    kind: OptionKind
    label: str = ""
    price_sen: int
    full_sen: int
    days: tuple[int, int] | None = None


AGREED = ShippingOption(id=OptionKind.AGREED.value, kind=OptionKind.AGREED, price_sen=0, full_sen=0)


def list_options(
    terms: ShippingTerms | None, services: Iterable[CourierService], consignment: Consignment
) -> list[ShippingOption]:
    """
    List the ways in which a shop can send a purchase, the cheapest first, pickup last.

    Empty if the shop does not send there. A shop without terms agrees with each buyer.
    """
    if terms is None:
        return [AGREED]
    delivered = [*_couriers(terms, services, consignment), *_flat(terms), *_own_courier(terms, consignment)]
    paid = [_paid_by_buyer(option, terms, consignment.items_sen) for option in delivered]
    pickup = [_option(OptionKind.PICKUP, 0)] if terms.pickup_address else []
    return [*sorted(paid, key=lambda option: (option.price_sen, option.full_sen, option.id)), *pickup]


def _couriers(
    terms: ShippingTerms, services: Iterable[CourierService], consignment: Consignment
) -> Iterator[ShippingOption]:
    for service in services:
        if service.id not in terms.services:
            continue
        rate = find_rate(
            service,
            origin=terms.origin,
            destination=consignment.destination,
            grams=consignment.grams,
            size=consignment.size,
        )
        if rate is not None:
            yield ShippingOption(
                id=service.id,
                kind=OptionKind.COURIER,
                label=service.label,
                price_sen=rate.price_sen,
                full_sen=rate.price_sen,
                days=rate.days,
            )


def _flat(terms: ShippingTerms) -> Iterator[ShippingOption]:
    if terms.flat_sen is not None:
        yield _option(OptionKind.FLAT, terms.flat_sen)


def _own_courier(terms: ShippingTerms, consignment: Consignment) -> Iterator[ShippingOption]:
    price_sen = _find_own_price(terms, consignment)
    if price_sen is not None:
        yield _option(OptionKind.OWN_COURIER, price_sen)


def _find_own_price(terms: ShippingTerms, consignment: Consignment) -> int | None:
    """Return the price by distance where both points are known, else by the narrowest area; None if neither says."""
    if terms.bands and terms.origin_pin and consignment.pin:
        km = measure_km(terms.origin_pin, consignment.pin)
        bands = sorted(terms.bands, key=lambda band: band.km)
        return next((band.price_sen for band in bands if km <= band.km), None)
    areas = [area for area in terms.areas if contains(area.code, consignment.destination)]
    return max(areas, key=lambda area: len(area.code)).price_sen if areas else None


def _option(kind: OptionKind, price_sen: int) -> ShippingOption:
    return ShippingOption(id=kind.value, kind=kind, price_sen=price_sen, full_sen=price_sen)


def _paid_by_buyer(option: ShippingOption, terms: ShippingTerms, items_sen: int) -> ShippingOption:
    if terms.free_from_sen is None or items_sen < terms.free_from_sen:
        return option
    left = 0 if terms.free_up_to_sen is None else max(0, option.full_sen - terms.free_up_to_sen)
    return replace(option, price_sen=left)
