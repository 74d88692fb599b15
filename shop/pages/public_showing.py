"""Shops and goods as their public pages say them: plain values, everything decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from shop import photos
from shop.api import PhotoView, ProductPage, ProductView, ShopView
from shop.photos import SIZES
from superapp.core.money import Money
from superapp.web import times

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# 2024 began on a Monday: names of weekdays are read from its first days.
A_MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - a day, and no moment.
# Fewer than so many pieces are counted before the buyer's eyes.
FEW = 10
HUES = 8


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo: where its sizes are, how large it is, what it shows, and the colour that stands in for it."""

    name: str
    address: str
    sources: str
    width: int
    height: int
    placeholder: str
    words: str


@dataclass(frozen=True, slots=True)
class Product:
    """``price`` and ``stock`` are None if they could not be read; ``stock_words`` then says so."""

    id: str
    address: str
    name: str
    description: str
    price: Money | None
    left: int | None
    stock_words: str
    photos: Sequence[Photo]
    is_listed: bool

    @property
    def photo(self) -> Photo | None:
        return self.photos[0] if self.photos else None

    @property
    def is_sold_out(self) -> bool:
        return self.left is not None and self.left <= 0

    @property
    def is_scarce(self) -> bool:
        """Whether how many there are is worth a word among others."""
        return self.left is None or self.left < FEW

    @property
    def is_known(self) -> bool:
        return self.price is not None and self.left is not None


@dataclass(frozen=True, slots=True)
class Shop:
    id: str
    owner_id: int
    address: str
    chat_address: str
    name: str
    town: str
    about: str
    logo: Photo | None
    hue: int
    is_open: bool
    hours: Sequence[tuple[str, str, bool]]
    hours_now: str
    zone: str


def shop(view: ShopView, *, now: datetime) -> Shop:
    return Shop(
        id=str(view.public_id),
        owner_id=view.owner_id,
        address=f"/toko/{view.handle}/",
        chat_address=f"/obrolan/toko/{view.handle}/",
        name=view.name,
        town=view.town,
        about=view.about,
        logo=_logo(view),
        hue=crc32(view.handle.encode()) % HUES,
        is_open=view.is_open,
        hours=hours(view, now=now),
        hours_now=hours_now(view, now=now),
        zone=times.zone_label(view.time_zone),
    )


def products_of_shops(pages: Sequence[ProductPage]) -> list[tuple[Product, str]]:
    """Return each product with the name of its shop."""
    return [(product(one.product, handle=one.shop.handle), one.shop.name) for one in pages]


def product(view: ProductView, *, handle: str) -> Product:
    left = None if view.stock is None else max(0, view.stock.available)
    return Product(
        id=str(view.public_id),
        address=f"/toko/{handle}/{view.slug}/",
        name=view.name,
        description=view.description,
        price=view.price,
        left=left,
        stock_words=stock_words(left),
        photos=[_photo(one, _words(view, place)) for place, one in enumerate(view.photos, 1)],
        is_listed=view.state == "listed",
    )


def stock_words(left: int | None) -> str:
    """How many there are, as one says it: what is not known is said to be so, and is never none."""
    if left is None:
        return _("Stock cannot be shown right now")
    if left == 0:
        return _("Sold out")
    if left < FEW:
        return ngettext("{count} left", "{count} left", left).format(count=left)
    return _("In stock")


def hours(view: ShopView, *, now: datetime) -> list[tuple[str, str, bool]]:
    """Every weekday with its hours, and whether it is today; nothing if the shop says nothing."""
    if not view.opening_hours:
        return []
    today = now.astimezone(ZoneInfo(view.time_zone)).weekday()
    return [
        (
            formats.date_format(A_MONDAY + timedelta(days=day), "l"),
            ", ".join(f"{_clock(first)}–{_clock(last)}" for first, last in view.opening_hours.get(name, ()))
            or pgettext("day", "closed"),
            day == today,
        )
        for day, name in enumerate(WEEKDAYS)
    ]


def hours_now(view: ShopView, *, now: datetime) -> str:
    """Whether somebody is there now, and until or from when."""
    if not view.opening_hours:
        return ""
    local = now.astimezone(ZoneInfo(view.time_zone))
    zone = times.zone_label(view.time_zone)
    for ahead in range(8):
        day = local + timedelta(days=ahead)
        for first, last in view.opening_hours.get(WEEKDAYS[day.weekday()], ()):
            # Written alike, times of the day compare as text.
            if ahead == 0 and last <= f"{local:%H:%M}":
                continue
            if ahead == 0 and first <= f"{local:%H:%M}":
                return _("Open now, until {hour} {zone}").format(hour=_clock(last), zone=zone)
            if ahead == 0:
                return _("Opens today at {hour} {zone}").format(hour=_clock(first), zone=zone)
            weekday = _("tomorrow") if ahead == 1 else formats.date_format(day, "l")
            return _("Opens {day} at {hour} {zone}").format(day=weekday, hour=_clock(first), zone=zone)
    return _("Closed")


def _clock(written: str) -> str:
    return written if times.language() == "en" else written.replace(":", ".")


def _words(view: ProductView, place: int) -> str:
    if len(view.photos) == 1:
        return view.name
    return _("{name}, photo {place} of {count}").format(name=view.name, place=place, count=len(view.photos))


def _logo(view: ShopView) -> Photo | None:
    if not view.logo:
        return None
    side = SIZES[0]
    return _photo(PhotoView(name=view.logo, width=side, height=side, placeholder=""), "")


def _photo(view: PhotoView, words: str) -> Photo:
    """Its widths are told, so that a browser fetches no more than it shows."""
    sources = ", ".join(
        f"{photos.photo_address(view.name, size)} {photos.width_at(size, width=view.width, height=view.height)}w"
        for size in reversed(SIZES)
    )
    return Photo(
        name=view.name,
        address=photos.photo_address(view.name, SIZES[1]),
        sources=sources,
        width=view.width,
        height=view.height,
        placeholder=view.placeholder,
        words=words,
    )
