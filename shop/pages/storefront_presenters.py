"""Presenters of shops and products on public pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from shop.api import PhotoDetails, ProductDetails, ProductWithShop, ShopDetails, VariantDetails
from shop.queries import photos
from shop.queries.photos import SIZES
from superapp.core.money import Money
from superapp.web import time_formats

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A Monday, from which the names of weekdays are formatted.
SOME_MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - a day, and no moment.
# Buyers see the number of pieces if there are fewer than this.
SCARCE_BELOW = 10
HUES_COUNT = 8


@dataclass(frozen=True, slots=True)
class PhotoPresenter:
    """
    A photo with the URLs of its sizes, its dimensions, alternative text, and the placeholder colour while it loads.
    """

    name: str
    url: str
    sources: str
    width: int
    height: int
    placeholder: str
    alt_text: str


@dataclass(frozen=True, slots=True)
class ProductPresenter:
    """
    A product as public pages show it. ``price`` and ``left`` are None if they could not be read; ``stock_label`` says
    so. ``prices`` is the range of the prices of its variants, or the price if all cost the same.
    """

    id: str
    url: str
    name: str
    description: str
    price: Money | None
    prices: str
    left: int | None
    stock_label: str
    weight_label: str
    photos: Sequence[PhotoPresenter]
    is_listed: bool

    @property
    def photo(self) -> PhotoPresenter | None:
        return self.photos[0] if self.photos else None

    @property
    def is_sold_out(self) -> bool:
        return self.left is not None and self.left <= 0

    @property
    def is_scarce(self) -> bool:
        """Low or unknown stock, which lists mention."""
        return self.left is None or self.left < SCARCE_BELOW

    @property
    def is_known(self) -> bool:
        return self.price is not None and self.left is not None


@dataclass(frozen=True, slots=True)
class ShopPresenter:
    id: str
    owner_id: int
    handle: str
    url: str
    chat_url: str
    name: str
    town: str
    about: str
    logo: PhotoPresenter | None
    hue: int
    is_open: bool
    hours: Sequence[tuple[str, str, bool]]
    opening_status: str
    zone: str


def present_shop(view: ShopDetails, *, now: datetime) -> ShopPresenter:
    return ShopPresenter(
        id=str(view.public_id),
        owner_id=view.owner_id,
        handle=view.handle,
        url=f"/toko/{view.handle}/",
        chat_url=f"/obrolan/toko/{view.handle}/",
        name=view.name,
        town=view.town,
        about=view.about,
        logo=_present_logo(view),
        hue=crc32(view.handle.encode()) % HUES_COUNT,
        is_open=view.is_open,
        hours=opening_hours_table(view, now=now),
        opening_status=opening_status(view, now=now),
        zone=time_formats.zone_label(view.time_zone),
    )


def present_products_with_shops(pages: Sequence[ProductWithShop]) -> list[tuple[ProductPresenter, str]]:
    """Return each product with the name of its shop."""
    return [(present_product(one.product, handle=one.shop.handle), one.shop.name) for one in pages]


def present_product(view: ProductDetails, *, handle: str, variant: VariantDetails | None = None) -> ProductPresenter:
    """Present a product as lists show it, or with ``variant`` that one of it."""
    shown = variant or view
    left = None if shown.stock is None else max(0, shown.stock.available)
    own = variant.photo if variant is not None else ""
    # The photo of the variant comes first.
    shots = sorted(view.photos, key=lambda photo: photo.name != own) if own else view.photos
    return ProductPresenter(
        id=str(view.public_id),
        url=f"/toko/{handle}/{view.slug}/",
        name=view.name,
        description=view.description,
        price=shown.price,
        prices=str(shown.price) if variant is not None else price_range(view),
        left=left,
        stock_label=stock_label(left),
        weight_label=weight_label(shown.weight_grams),
        photos=[_present_photo(one, _alt_text(view, place)) for place, one in enumerate(shots, 1)],
        is_listed=view.state == "listed",
    )


def price_range(view: ProductDetails) -> str:
    """Return the lowest and the highest price of a product; empty if it could not be read."""
    if view.price is None:
        return ""
    return str(view.price) if view.price == view.highest_price else f"{view.price} – {view.highest_price}"


def stock_label(left: int | None) -> str:
    """Return the stock in words; unknown stock is shown as unknown, never as sold out."""
    if left is None:
        return _("Stock cannot be shown right now")
    if left == 0:
        return _("Sold out")
    if left < SCARCE_BELOW:
        return ngettext("{count} left", "{count} left", left).format(count=left)
    return _("In stock")


def weight_label(grams: int | None) -> str:
    """Return the weight in words, or an empty text if the merchant did not say."""
    if grams is None:
        return ""
    return ngettext("Weight: {count} gram", "Weight: {count} grams", grams).format(
        count=formats.number_format(grams, force_grouping=True)
    )


def opening_hours_table(view: ShopDetails, *, now: datetime) -> list[tuple[str, str, bool]]:
    """Return each weekday with its hours and whether it is today; empty if the shop gives no hours."""
    if not view.opening_hours:
        return []
    today = now.astimezone(ZoneInfo(view.time_zone)).weekday()
    return [
        (
            formats.date_format(SOME_MONDAY + timedelta(days=day), "l"),
            ", ".join(f"{_format_time(first)}–{_format_time(last)}" for first, last in view.opening_hours.get(name, ()))
            or pgettext("day", "closed"),
            day == today,
        )
        for day, name in enumerate(WEEKDAYS)
    ]


def opening_status(view: ShopDetails, *, now: datetime) -> str:
    """Return whether the shop is open now and until when, or when it opens; empty if it gives no hours."""
    if not view.opening_hours:
        return ""
    local = now.astimezone(ZoneInfo(view.time_zone))
    zone = time_formats.zone_label(view.time_zone)
    for ahead in range(8):
        day = local + timedelta(days=ahead)
        for first, last in view.opening_hours.get(WEEKDAYS[day.weekday()], ()):
            # Times of day in the same format can be compared as text.
            if ahead == 0 and last <= f"{local:%H:%M}":
                continue
            if ahead == 0 and first <= f"{local:%H:%M}":
                return _("Open now, until {hour} {zone}").format(hour=_format_time(last), zone=zone)
            if ahead == 0:
                return _("Opens today at {hour} {zone}").format(hour=_format_time(first), zone=zone)
            weekday = _("tomorrow") if ahead == 1 else formats.date_format(day, "l")
            return _("Opens {day} at {hour} {zone}").format(day=weekday, hour=_format_time(first), zone=zone)
    return _("Closed")


def _format_time(written: str) -> str:
    return written if time_formats.language() == "en" else written.replace(":", ".")


def _alt_text(view: ProductDetails, place: int) -> str:
    if len(view.photos) == 1:
        return view.name
    return _("{name}, photo {place} of {count}").format(name=view.name, place=place, count=len(view.photos))


def _present_logo(view: ShopDetails) -> PhotoPresenter | None:
    if not view.logo:
        return None
    side = SIZES[0]
    return _present_photo(PhotoDetails(name=view.logo, width=side, height=side, placeholder=""), "")


def _present_photo(view: PhotoDetails, alt_text: str) -> PhotoPresenter:
    """Return a photo with a ``srcset`` of its sizes, so that browsers fetch no larger file than they show."""
    sources = ", ".join(
        f"{photos.photo_url(view.name, size)} {photos.width_at(size, width=view.width, height=view.height)}w"
        for size in reversed(SIZES)
    )
    return PhotoPresenter(
        name=view.name,
        url=photos.photo_url(view.name, SIZES[1]),
        sources=sources,
        width=view.width,
        height=view.height,
        placeholder=view.placeholder,
        alt_text=alt_text,
    )
