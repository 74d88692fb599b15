"""Actions that open shops and change their fields."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import available_timezones

from django.conf import settings
from django.db import IntegrityError, transaction

from shop.contracts.values import OpeningHours
from shop.domain import text_cleaning
from shop.errors import (
    HandleInvalid,
    HandleTaken,
    NameReserved,
    OpeningHoursInvalid,
    PhotoNotFound,
    ShopAlreadyOpen,
    TimeZoneUnknown,
)
from shop.events import ShopChanged, ShopProductsChanged
from shop.models import OrderCounter, Shop
from shop.queries import catalog
from superapp.core import outbox
from superapp.core.errors import ErrorCollector
from superapp.core.reserved_names import is_reserved_name

HANDLE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
HANDLE_CHARS_MIN = 3
# Addresses below /toko/ that are reserved for pages of the site itself.
RESERVED_HANDLES = frozenset(
    (
        "baru",
        "buka",
        "cari",
        "semua",
        "pesanan",
        "bantuan",
        "sitemap",
        "toko",
        "shop",
        "admin",
        "nusa",
        "resmi",
        "staff",
    )
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPANS_A_DAY_MAX = 3
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
# Fields that are in the documents of the shop's products.
_PRODUCTS_FOUND_BY = {"name", "town", "is_open"}
_PHOTO_NAME_OR_EMPTY = re.compile(r"(?:[0-9a-f]{64})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopFields:
    """Fields of a shop to set; None leaves a field as it is."""

    name: str | None = None
    town: str | None = None
    about: str | None = None
    opening_hours: OpeningHours | None = None
    time_zone: str | None = None
    is_open: bool | None = None


def open_shop(*, owner_id: int, handle: str, shop_fields: ShopFields, now: datetime) -> Shop:
    """
    Open a person's shop, and return it. Repeating the call with the same handle returns the existing shop.

    :raises ShopAlreadyOpen: if the person has a shop with another handle
    :raises HandleInvalid, HandleTaken, NameReserved, TextInvalid, OpeningHoursInvalid, TimeZoneUnknown: if a field is
        invalid
    """
    refused = ErrorCollector()
    cleaned, fields = "", dict[str, object]()
    with refused:
        cleaned = clean_handle(handle)
    with refused:
        fields = _clean_fields(shop_fields)
    refused.raise_first()
    standing = catalog.find_shop(owner_id)
    if standing is not None:
        if standing.handle != cleaned:
            raise ShopAlreadyOpen
        return standing
    if catalog.is_handle_taken(cleaned):
        raise HandleTaken
    try:
        with transaction.atomic():
            shop = Shop.objects.create(owner_id=owner_id, handle=cleaned, created_at=now, **fields)
            OrderCounter.objects.create(shop=shop, public_id=shop.public_id)
    except IntegrityError:
        # A concurrent call opened this person's shop, or took the handle for somebody else.
        standing = catalog.find_shop(owner_id)
        if standing is None:
            raise HandleTaken from None
        return standing
    return shop


def validate_shop(*, name: str, town: str, about: str, opening_hours: OpeningHours) -> None:
    """
    Validate the fields of a shop without changing anything.

    :raises TextInvalid, NameReserved, OpeningHoursInvalid: the first error, with the others attached
    """
    _clean_fields(ShopFields(name=name, town=town, about=about, opening_hours=opening_hours))


def suggest_free_handle(suggestion: str) -> str:
    """Return a valid handle that is free, derived from a suggestion that may be empty or invalid."""
    base = suggestion[: Shop.HANDLE_CHARS_MAX - len("toko-")].strip("-")
    numbered = (f"{base or 'toko'}-{number}" for number in range(2, 100))
    for handle in (suggestion, f"toko-{base}", *numbered):
        try:
            cleaned = clean_handle(handle)
        except (HandleInvalid, HandleTaken):
            continue
        if not catalog.is_handle_taken(cleaned):
            return cleaned
    return f"toko-{secrets.token_hex(6)}"


def change_shop(*, owner_id: int, shop_fields: ShopFields, now: datetime) -> Shop:
    """
    Change fields of the owner's shop; fields that are None stay as they are.

    :raises ShopNotFound: if the person has no shop
    :raises NameReserved, TextInvalid, OpeningHoursInvalid, TimeZoneUnknown: if a field is invalid
    """
    del now  # Shops store no time of change.
    fields = _clean_fields(shop_fields)
    with transaction.atomic():
        shop = catalog.lock_shop(owner_id)
        changed = {name: value for name, value in fields.items() if getattr(shop, name) != value}
        if changed:
            save_shop(shop, changed)
    return shop


def set_logo(*, owner_id: int, logo: str, now: datetime) -> Shop:
    """
    Set the logo of the owner's shop to a stored photo, or remove it with ``""``.

    :raises ShopNotFound: if the person has no shop
    :raises PhotoNotFound: if the name is no name of a photo
    """
    del now
    if not _PHOTO_NAME_OR_EMPTY.fullmatch(logo):
        raise PhotoNotFound
    with transaction.atomic():
        shop = catalog.lock_shop(owner_id)
        if shop.logo != logo:
            save_shop(shop, {"logo": logo})
    return shop


def clean_handle(written: str) -> str:
    """
    Return a handle in its stored form: lower case, without a leading ``@``.

    :raises HandleInvalid: if it is too short, too long, or has other characters than a to z, digits and hyphens
    :raises HandleTaken: if it is reserved
    """
    handle = written.strip().removeprefix("@").lower()
    if not HANDLE_CHARS_MIN <= len(handle) <= Shop.HANDLE_CHARS_MAX or not HANDLE.fullmatch(handle):
        raise HandleInvalid
    if handle.replace("-", "") in RESERVED_HANDLES or is_reserved_name(handle):
        raise HandleTaken
    return handle


def save_shop(shop: Shop, changed: dict[str, object]) -> None:
    """Save changed fields of a locked shop, and tell that it changed; without any, that something about it did."""
    for name, value in changed.items():
        setattr(shop, name, value)
    shop.rev += 1
    shop.save(update_fields=[*changed, "rev"])
    outbox.publish(ShopChanged(shop=str(shop.public_id), merchant_id=shop.owner_id))
    if _PRODUCTS_FOUND_BY & changed.keys():
        outbox.publish(ShopProductsChanged(shop=str(shop.public_id), after=0))


def _clean_fields(shop_fields: ShopFields) -> dict[str, object]:
    """Return the given fields in their stored form; raise the first error, with the others attached."""
    fields: dict[str, object] = {}
    refused = ErrorCollector()
    if shop_fields.name is not None:
        with refused:
            fields["name"] = _clean_name(shop_fields.name)
    if shop_fields.town is not None:
        with refused:
            fields["town"] = text_cleaning.clean_line(shop_fields.town, field="town", chars_max=Shop.TOWN_CHARS_MAX)
    if shop_fields.about is not None:
        with refused:
            fields["about"] = text_cleaning.clean_lines(
                shop_fields.about, field="about", chars_max=Shop.ABOUT_CHARS_MAX
            )
    if shop_fields.opening_hours is not None:
        with refused:
            fields["opening_hours"] = _clean_hours(shop_fields.opening_hours)
    if shop_fields.time_zone is not None:
        with refused:
            fields["time_zone"] = _require_known_time_zone(shop_fields.time_zone)
    refused.raise_first()
    if shop_fields.is_open is not None:
        fields["is_open"] = shop_fields.is_open
    return fields


def _clean_name(written: str) -> str:
    name = text_cleaning.clean_line(written, field="name", chars_max=Shop.NAME_CHARS_MAX)
    if is_reserved_name(name):
        raise NameReserved(field="name", brand=settings.BRAND_NAME)
    return name


def _require_known_time_zone(written: str) -> str:
    if written not in available_timezones():
        raise TimeZoneUnknown
    return written


def _clean_hours(written: OpeningHours) -> OpeningHours:
    """
    Return the opening hours in the order of the weekdays, without days that are closed.

    :raises OpeningHoursInvalid: if a day is unknown, or its spans are malformed or not in strictly ascending order
    """
    if not isinstance(written, dict) or not set(written) <= set(DAYS):
        raise OpeningHoursInvalid
    refused = ErrorCollector()
    for day, spans in written.items():
        with refused:
            _check_spans(day, spans)
    refused.raise_first()
    return {day: written[day] for day in DAYS if written.get(day)}


def _check_spans(day: str, spans: list[list[str]]) -> None:
    refusal = OpeningHoursInvalid(day=day)
    if not isinstance(spans, list) or len(spans) > SPANS_A_DAY_MAX:
        raise refusal
    if any(not isinstance(span, list) or len(span) != 2 for span in spans):
        raise refusal
    times = [moment for span in spans for moment in span]
    if not all(isinstance(moment, str) and _TIME.fullmatch(moment) for moment in times):
        raise refusal
    if any(earlier >= later for earlier, later in pairwise(times)):
        raise refusal
