"""
Prices of couriers by weight and zone, as rate tables say them.

A price that no rule gives is None: the service does not go there. It is never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# Centimetres: length, width and height.
Size = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """
    A rule of a service: what the first step of weight costs between two regions, and each further one.

    ``origins`` and ``destinations`` are codes of regions, which stand for all regions inside them; "" is the whole
    country. ``within`` narrows the rule to parcels that stay in one regency or province.
    """

    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    within: Literal["", "regency", "province"]
    first_sen: int
    next_sen: int
    days: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierService:
    """
    A service of a courier with its zones.

    Weight is counted in steps of ``step_grams``; a further step begins only beyond ``tolerance_grams``. A parcel that
    is larger than it is heavy weighs its volume: cubic centimetres by ``volume_divisor``, in kilograms.
    """

    id: str
    courier: str
    name: str
    step_grams: int
    tolerance_grams: int
    max_grams: int
    volume_divisor: int
    zones: tuple[Zone, ...]

    @property
    def label(self) -> str:
        return f"{self.courier} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The price of a service for one parcel, and how many days it takes."""

    price_sen: int
    days: tuple[int, int]


_REGENCY_CHARS, _PROVINCE_CHARS = len("32.73"), len("32")


def find_rate(
    service: CourierService, *, origin: str, destination: str, grams: int, size: Size | None = None
) -> Rate | None:
    """Return what a service costs from one region to another; None if it does not go there, or not with this weight."""
    zone = find_zone(service.zones, origin=origin, destination=destination)
    billed = max(grams, volume_grams(size, service.volume_divisor))
    if zone is None or billed > service.max_grams:
        return None
    return Rate(price_sen=zone.first_sen + (count_steps(billed, service) - 1) * zone.next_sen, days=zone.days)


def find_zone(zones: Sequence[Zone], *, origin: str, destination: str) -> Zone | None:
    """
    Return the rule for two regions: the one whose destination is the narrowest, then the one whose origin is.

    Of equally narrow ones it is the first.
    """
    fitting = [
        (specificity, zone)
        for zone in zones
        if (specificity := _specificity(zone, origin=origin, destination=destination)) is not None
    ]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None


def count_steps(grams: int, service: CourierService) -> int:
    """Return the steps of weight that are paid for. A parcel that weighs nothing, or is not weighed yet, counts one."""
    beyond = grams - service.tolerance_grams
    return max(1, -(-beyond // service.step_grams))


def volume_grams(size: Size | None, divisor: int) -> int:
    """Return the weight that a parcel of this size counts as, rounded up to a gram; 0 without a size."""
    if size is None:
        return 0
    length, width, height = size
    return -(-length * width * height * 1_000 // divisor)


def contains(region: str, code: str) -> bool:
    """Return whether a region is another one, or around it; "" is the whole country."""
    return not region or code == region or code.startswith(f"{region}.")


def _specificity(zone: Zone, *, origin: str, destination: str) -> tuple[int, int, int] | None:
    chars = {"": 0, "regency": _REGENCY_CHARS, "province": _PROVINCE_CHARS}[zone.within]
    if chars and (min(len(origin), len(destination)) < chars or origin[:chars] != destination[:chars]):
        return None
    to = [len(one) for one in zone.destinations if contains(one, destination)]
    since = [len(one) for one in zone.origins if contains(one, origin)]
    return (max(*to, chars), max(*since, chars), chars) if to and since else None
