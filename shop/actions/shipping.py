"""Actions on how a shop sends and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shop.actions.shops import save_shop
from shop.domain import text_cleaning
from shop.domain.distances import Pin
from shop.domain.rate_tables import get_services
from shop.domain.shipping_options import Area, Band
from shop.errors import (
    AreaUnknown,
    DistanceInvalid,
    NothingOffered,
    OriginNeeded,
    OriginPointNeeded,
    ShippingPriceInvalid,
)
from shop.models import SHIPPING_SEN_MAX, ShippingSettings
from shop.models.shipping import PICKUP_CHARS_MAX
from shop.queries import catalog
from superapp.addresses import api as addresses
from superapp.core.errors import ErrorCollector
from superapp.core.money import Money

AREAS_MAX, BANDS_MAX, KM_MAX = 50, 5, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenShipping:
    """The terms on which a shop sends, as its merchant writes them; names of areas are those of the loaded regions."""

    origin: str = ""
    origin_pin: Pin | None = None
    services: Sequence[str] = ()
    flat: Money | None = None
    free_from: Money | None = None
    free_up_to: Money | None = None
    pickup_address: str = ""
    areas: Sequence[Area] = ()
    bands: Sequence[Band] = ()


def set_shipping(*, owner_id: int, written: WrittenShipping, now: datetime) -> None:
    """
    Say how the owner's shop sends, in place of what was said before.

    :raises ShopNotFound: if the person has no shop
    :raises OriginNeeded, OriginPointNeeded, ShippingPriceInvalid, TextInvalid, AreaUnknown, DistanceInvalid,
        NothingOffered: the first error, with the others attached
    """
    columns = clean_shipping(written)
    with transaction.atomic():
        shop = catalog.lock_shop(owner_id)
        ShippingSettings.objects.update_or_create(shop=shop, defaults={**columns, "changed_at": now})
        save_shop(shop, {})


def forget_shipping(*, owner_id: int) -> None:
    """
    Have the owner's shop agree about shipping with each buyer again.

    :raises ShopNotFound: if the person has no shop
    """
    with transaction.atomic():
        shop = catalog.lock_shop(owner_id)
        if ShippingSettings.objects.filter(shop=shop).delete()[0]:
            save_shop(shop, {})


def clean_shipping(written: WrittenShipping) -> dict[str, object]:
    """Return what is written in its stored form, by column. Raises as ``set_shipping``."""
    refused = ErrorCollector()
    known = {service.id for service in get_services()}
    services = sorted({one for one in written.services if one in known})
    names, flat_sen, free_from_sen, free_up_to_sen, pickup = [""], None, None, None, ""
    areas: list[list[object]] = []
    bands: list[list[int]] = []
    with refused:
        names = _clean_origin(written.origin, is_needed=bool(services))
    with refused:
        flat_sen = _clean_price(written.flat, "flat", least=0)
    with refused:
        free_from_sen = _clean_price(written.free_from, "free_from", least=1)
    with refused:
        free_up_to_sen = _clean_price(written.free_up_to, "free_up_to", least=1) if free_from_sen else None
    with refused:
        pickup = text_cleaning.clean_line(
            written.pickup_address, field="pickup_address", chars_max=PICKUP_CHARS_MAX, may_be_empty=True
        )
    with refused:
        areas = _clean_areas(written.areas)
    with refused:
        bands = _clean_bands(written.bands)
    with refused:
        if bands and written.origin_pin is None:
            raise OriginPointNeeded(field="point")
    refused.raise_first()
    if not services and flat_sen is None and not pickup and not areas and not bands:
        raise NothingOffered
    latitude, longitude = written.origin_pin or (None, None)
    return {
        "origin_code": written.origin if names else "",
        "origin_names": names,
        "origin_latitude": latitude,
        "origin_longitude": longitude,
        "services": services,
        "flat_sen": flat_sen,
        "free_from_sen": free_from_sen,
        "free_up_to_sen": free_up_to_sen,
        "pickup_address": pickup,
        "areas": areas,
        "bands": bands,
    }


def _clean_origin(code: str, *, is_needed: bool) -> list[str]:
    """Return the names of the region where parcels leave, the widest first; a regency is the widest there is."""
    region = addresses.get_region(code) if code else None
    if region is not None and region.level >= addresses.RegionLevel.REGENCY:
        return list(region.names)
    if code or is_needed:
        raise OriginNeeded(field="origin")
    return []


def _clean_price(written: Money | None, field: str, *, least: int) -> int | None:
    if written is None:
        return None
    sen = written.amount_minor
    if not least <= sen <= SHIPPING_SEN_MAX or sen % 100:
        raise ShippingPriceInvalid(field=field, price_max=str(Money(SHIPPING_SEN_MAX)))
    return sen


def _clean_areas(areas: Sequence[Area]) -> list[list[object]]:
    if len(areas) > AREAS_MAX or len({area.code for area in areas}) < len(areas):
        raise AreaUnknown(field="areas", areas_max=AREAS_MAX)
    cleaned: list[list[object]] = []
    for area in areas:
        region = addresses.get_region(area.code)
        if region is None:
            raise AreaUnknown(field="areas", areas_max=AREAS_MAX)
        cleaned.append([area.code, region.name, _clean_price(Money(area.price_sen), "areas", least=0)])
    return cleaned


def _clean_bands(bands: Sequence[Band]) -> list[list[int]]:
    kilometres = [band.km for band in bands]
    if len(bands) > BANDS_MAX or len(set(kilometres)) < len(bands) or any(not 1 <= km <= KM_MAX for km in kilometres):
        raise DistanceInvalid(field="bands", km_max=KM_MAX)
    for band in bands:
        _clean_price(Money(band.price_sen), "bands", least=0)
    return sorted([band.km, band.price_sen] for band in bands)
