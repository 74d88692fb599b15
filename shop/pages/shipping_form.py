"""The form of how a shop sends: what was typed, the steps of choosing regions in it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from shop import errors
from shop.actions.shipping import AREAS_MAX, BANDS_MAX, KM_MAX, WrittenShipping
from shop.domain.shipping_options import Area, Band
from shop.models import SHIPPING_SEN_MAX, ShippingSettings
from superapp.addresses import api as addresses
from superapp.core import money
from superapp.core.errors import AmountInvalid, DomainError, ErrorCollector
from superapp.core.form_pages import errors_by_field, make_field_lookup
from superapp.core.money import Money

TYPED = ("cari", "cari_area", "origin", "point", "flat", "free_from", "free_up_to", "pickup_address")
# The fields with messages of their own, in the order of the page.
FIELDS = ("origin", "point", "areas", "bands", "flat", "free_from", "free_up_to", "pickup_address")
INPUT_CHARS_MAX = 300
_field_of = make_field_lookup({})


@dataclass(slots=True)
class ShippingForm:
    """The form as it stands. ``areas`` are codes with typed prices, ``bands`` typed distances with typed prices."""

    typed: dict[str, str] = field(default_factory=lambda: dict.fromkeys(TYPED, ""))
    services: set[str] = field(default_factory=set)
    areas: list[tuple[str, str]] = field(default_factory=list)
    bands: list[tuple[str, str]] = field(default_factory=list)
    # What a search found, by its field; None if nothing was searched.
    found: dict[str, list[addresses.RegionPath]] = field(default_factory=dict)

    @property
    def band_rows(self) -> list[tuple[str, str]]:
        """The rows of distances, empty ones up to the limit included."""
        return [*self.bands, *[("", "")] * (BANDS_MAX - len(self.bands))]

    @property
    def area_rows(self) -> list[tuple[str, str, str]]:
        """The areas with their names and typed prices; an area that was dissolved has its code as its name."""
        rows = []
        for code, price in self.areas:
            region = addresses.get_region(code)
            rows.append((code, region.name if region else code, price))
        return rows

    @property
    def origin_names(self) -> tuple[str, ...]:
        region = addresses.get_region(self.typed["origin"]) if self.typed["origin"] else None
        return tuple(reversed(region.names)) if region else ()


def fill_form(stored: ShippingSettings | None) -> ShippingForm:
    """Fill the form with what is stored."""
    if stored is None:
        return ShippingForm()
    is_pinned = stored.origin_latitude is not None and stored.origin_longitude is not None
    pin = (stored.origin_latitude or 0.0, stored.origin_longitude or 0.0) if is_pinned else None
    return ShippingForm(
        typed={
            "cari": "",
            "cari_area": "",
            "origin": stored.origin_code,
            "point": addresses.format_pin(pin),
            "flat": _typed_price(stored.flat_sen),
            "free_from": _typed_price(stored.free_from_sen),
            "free_up_to": _typed_price(stored.free_up_to_sen),
            "pickup_address": stored.pickup_address,
        },
        services=set(stored.services),
        areas=[(code, _typed_price(sen)) for code, _name, sen in stored.areas],
        bands=[(str(km), _typed_price(sen)) for km, sen in stored.bands],
    )


def read_form(posted: QueryDict) -> ShippingForm:
    """Read the form as it was sent."""
    prices = _cut(posted.getlist("area_price"))
    band_prices = _cut(posted.getlist("band_price"))
    return ShippingForm(
        typed={name: posted.get(name, "")[:INPUT_CHARS_MAX] for name in TYPED},
        services=set(posted.getlist("services")[:100]),
        areas=list(zip(posted.getlist("area")[: AREAS_MAX + 1], prices, strict=False)),
        bands=list(zip(_cut(posted.getlist("km")), band_prices, strict=False))[:BANDS_MAX],
    )


def take_step(form: ShippingForm, posted: QueryDict) -> bool:
    """
    Take the step of choosing regions that a button of the form asks for, and return whether one did.

    Enter in a field searches if there are words to search, and else saves.
    """
    chosen, area, removed = (posted.get(name, "") for name in ("choose", "choose_area", "drop_area"))
    do = posted.get("do", "")
    if chosen:
        form.typed |= {"origin": chosen if addresses.get_region(chosen) else "", "cari": ""}
    elif area:
        if addresses.get_region(area) and all(code != area for code, _price in form.areas):
            form.areas.append((area, ""))
        form.typed["cari_area"] = ""
    elif removed:
        form.areas = [one for one in form.areas if one[0] != removed]
    else:
        name = {"search": "cari", "search_area": "cari_area"}.get(do) or _searched(form, do)
        if not name:
            return False
        form.found = {name: addresses.search_regions(form.typed[name].strip())}
    return True


def _searched(form: ShippingForm, do: str) -> str:
    return next((name for name in ("cari", "cari_area") if do == "enter" and form.typed[name].strip()), "")


def parse_form(form: ShippingForm) -> WrittenShipping:
    """
    Return what is written in the form.

    :raises DomainError: for the first wrong field, with one more for each further such field
    """
    refused = ErrorCollector()
    pin: addresses.Pin | None = None
    prices: dict[str, Money | None] = {}
    areas: list[Area] = []
    bands: list[Band] = []
    with refused:
        pin = addresses.parse_pin(form.typed["point"])
    for name in ("flat", "free_from", "free_up_to"):
        with refused:
            prices[name] = _parse_price(form.typed[name], name)
    with refused:
        areas = [Area(code, "", _require_price(price, "areas")) for code, price in form.areas]
    with refused:
        bands = [_parse_band(km, price) for km, price in form.bands if km.strip() or price.strip()]
    refused.raise_first()
    return WrittenShipping(
        origin=form.typed["origin"],
        origin_pin=pin,
        services=sorted(form.services),
        flat=prices["flat"],
        free_from=prices["free_from"],
        free_up_to=prices["free_up_to"],
        pickup_address=form.typed["pickup_address"],
        areas=areas,
        bands=bands,
    )


def list_problems(refusal: DomainError | None) -> dict[str, object]:
    """Return what the page says about a refusal, by field."""
    return errors_by_field(refusal.all(), fields=FIELDS, field_of=_field_of) if refusal else {}


def _parse_band(km: str, price: str) -> Band:
    if not km.strip().isascii() or not km.strip().isdecimal() or len(km) > 4:
        raise errors.DistanceInvalid(field="bands", km_max=KM_MAX)
    return Band(int(km), _require_price(price, "bands"))


def _require_price(written: str, name: str) -> int:
    price = _parse_price(written, name)
    if price is None:
        raise _price_invalid(name)
    return price.amount_minor


def _parse_price(written: str, name: str) -> Money | None:
    if not written.strip():
        return None
    try:
        return money.parse(written)
    except AmountInvalid:
        raise _price_invalid(name) from None


def _price_invalid(name: str) -> errors.ShippingPriceInvalid:
    return errors.ShippingPriceInvalid(field=name, price_max=str(Money(SHIPPING_SEN_MAX)))


def _typed_price(sen: int | None) -> str:
    return "" if sen is None else str(Money(sen)).removeprefix("Rp")


def _cut(values: Sequence[str]) -> list[str]:
    return [value[:INPUT_CHARS_MAX] for value in values[: AREAS_MAX + 1]]
