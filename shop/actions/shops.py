"""Opening a shop, and saying other things of it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import available_timezones

from django.conf import settings
from django.db import IntegrityError, transaction

from shop import words
from shop.errors import (
    HandleInvalid,
    HandleTaken,
    NameReserved,
    OpeningHoursInvalid,
    PhotoNotFound,
    ShopAlreadyOpen,
    TimeZoneUnknown,
)
from shop.events import ShopChanged
from shop.models import OrderCounter, Shop
from shop.queries import goods
from shop.shapes import OpeningHours
from superapp.core import outbox
from superapp.core.errors import ErrorCollector
from superapp.core.house_names import is_house_name

HANDLE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
HANDLE_CHARS_MIN = 3
# Addresses below /toko/ that are, or may become, pages of the house.
RESERVED = frozenset(
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
_PICTURE = re.compile(r"(?:[0-9a-f]{64})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody says of their shop; None where nothing is said."""

    name: str | None = None
    town: str | None = None
    about: str | None = None
    opening_hours: OpeningHours | None = None
    time_zone: str | None = None
    is_open: bool | None = None


def open_shop(*, owner_id: int, handle: str, wishes: Wishes, now: datetime) -> Shop:
    """Open a person's shop; the same again answers the shop that stands."""
    refused = ErrorCollector()
    cleaned, fields = "", dict[str, object]()
    with refused:
        cleaned = clean_handle(handle)
    with refused:
        fields = _cleaned(wishes)
    refused.raise_first()
    standing = goods.shop_of(owner_id)
    if standing is not None:
        if standing.handle != cleaned:
            raise ShopAlreadyOpen
        return standing
    if goods.handle_is_taken(cleaned):
        raise HandleTaken
    try:
        with transaction.atomic():
            shop = Shop.objects.create(owner_id=owner_id, handle=cleaned, created_at=now, **fields)
            OrderCounter.objects.create(shop=shop, public_id=shop.public_id)
    except IntegrityError:
        # Two at once: by the same person, who has the shop now, or by somebody else, who has the handle.
        standing = goods.shop_of(owner_id)
        if standing is None:
            raise HandleTaken from None
        return standing
    return shop


def check_shop(*, name: str, town: str, about: str, opening_hours: OpeningHours) -> None:
    """
    Look at what a form says of a shop, without changing anything.

    :raises TextInvalid, OpeningHoursInvalid: the first, with every further one beside it
    """
    _cleaned(Wishes(name=name, town=town, about=about, opening_hours=opening_hours))


def free_handle(suggestion: str) -> str:
    """Return an address that nobody has, made of a suggestion, which may be empty or no address at all."""
    base = suggestion[: Shop.HANDLE_CHARS_MAX - len("toko-")].strip("-")
    numbered = (f"{base or 'toko'}-{number}" for number in range(2, 100))
    for handle in (suggestion, f"toko-{base}", *numbered):
        try:
            cleaned = clean_handle(handle)
        except (HandleInvalid, HandleTaken):
            continue
        if not goods.handle_is_taken(cleaned):
            return cleaned
    return f"toko-{secrets.token_hex(6)}"


def change_shop(*, owner_id: int, wishes: Wishes, now: datetime) -> Shop:
    """Say other things of one's shop; what is None stays."""
    del now  # Nothing of a shop keeps the time of its change.
    fields = _cleaned(wishes)
    with transaction.atomic():
        shop = goods.lock_shop(owner_id)
        changed = {name: value for name, value in fields.items() if getattr(shop, name) != value}
        if changed:
            _save(shop, changed)
    return shop


def set_logo(*, owner_id: int, logo: str, now: datetime) -> Shop:
    """Give one's shop a picture that is in the storage, or none."""
    del now
    if not _PICTURE.fullmatch(logo):
        raise PhotoNotFound
    with transaction.atomic():
        shop = goods.lock_shop(owner_id)
        if shop.logo != logo:
            _save(shop, {"logo": logo})
    return shop


def clean_handle(written: str) -> str:
    """
    The handle as it is kept.

    :raises HandleInvalid: if it has not the shape of one
    :raises HandleTaken: if it is kept for the house
    """
    handle = written.strip().removeprefix("@").lower()
    if not HANDLE_CHARS_MIN <= len(handle) <= Shop.HANDLE_CHARS_MAX or not HANDLE.fullmatch(handle):
        raise HandleInvalid
    if handle.replace("-", "") in RESERVED or is_house_name(handle):
        raise HandleTaken
    return handle


def _save(shop: Shop, changed: dict[str, object]) -> None:
    for name, value in changed.items():
        setattr(shop, name, value)
    shop.rev += 1
    shop.save(update_fields=[*changed, "rev"])
    outbox.publish(ShopChanged(shop=str(shop.public_id), merchant_id=shop.owner_id))


def _cleaned(wishes: Wishes) -> dict[str, object]:
    """Return what is said, in the form in which it is kept; whatever is wrong is refused together."""
    fields: dict[str, object] = {}
    refused = ErrorCollector()
    if wishes.name is not None:
        with refused:
            fields["name"] = _clean_name(wishes.name)
    if wishes.town is not None:
        with refused:
            fields["town"] = words.line(wishes.town, field="town", chars_max=Shop.TOWN_CHARS_MAX)
    if wishes.about is not None:
        with refused:
            fields["about"] = words.lines(wishes.about, field="about", chars_max=Shop.ABOUT_CHARS_MAX)
    if wishes.opening_hours is not None:
        with refused:
            fields["opening_hours"] = _clean_hours(wishes.opening_hours)
    if wishes.time_zone is not None:
        with refused:
            fields["time_zone"] = _known_zone(wishes.time_zone)
    refused.raise_first()
    if wishes.is_open is not None:
        fields["is_open"] = wishes.is_open
    return fields


def _clean_name(written: str) -> str:
    name = words.line(written, field="name", chars_max=Shop.NAME_CHARS_MAX)
    if is_house_name(name):
        raise NameReserved(field="name", brand=settings.BRAND_NAME)
    return name


def _known_zone(written: str) -> str:
    if written not in available_timezones():
        raise TimeZoneUnknown
    return written


def _clean_hours(written: OpeningHours) -> OpeningHours:
    """Return the days in their order, with spans from earlier to later that do not touch."""
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
