"""Wire rows of shops, products and quotes, and functions that build them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from shop.contracts.values import (
    PUBLIC_STOCK_MAX,
    OpeningHours,
    ProductDetails,
    Quote,
    ShopDetails,
    StockLevel,
    VariantDetails,
)
from superapp.core.money import Money

MoneyRow = dict[str, int | str]


class ShopRow(msgspec.Struct, kw_only=True):
    """A shop, as everybody may see it. ``logo`` is the name of its picture, or empty."""

    id: str
    handle: str
    name: str
    town: str
    about: str
    logo: str
    opening_hours: OpeningHours
    time_zone: str
    is_open: bool
    rev: int


class PhotoRow(msgspec.Struct, kw_only=True):
    name: str
    width: int
    height: int
    placeholder: str


class StockRow(msgspec.Struct, kw_only=True):
    """
    The stock of a product. Only its shop gets ``on_hand``, ``held`` and ``committed``; for others they are null, and
    ``available`` is capped at 10, which means 10 or more.
    """

    on_hand: int | None
    held: int | None
    committed: int | None
    available: int


class OptionRow(msgspec.Struct, kw_only=True):
    name: str
    values: list[str]


class VariantRow(msgspec.Struct, kw_only=True):
    """
    A variant of a product: a value of each option, and ``title``, which joins them. ``photo`` is the name of its
    own photo, or empty. ``stock`` is null if it could not be read.
    """

    id: str
    title: str
    values: list[str]
    price: MoneyRow
    sku: str
    weight_grams: int | None
    photo: str
    stock: StockRow | None


class ProductRow(msgspec.Struct, kw_only=True):
    """
    A product and the variants that are sold of it. ``price`` is the lowest of them, ``stock`` their sum, and
    ``weight_grams`` that of the first, null if the merchant did not say. ``price`` or ``stock`` is null if it could not
    be read; then it cannot be bought. ``category`` is the slug of a category, or empty.
    """

    id: str
    shop: str
    slug: str
    name: str
    description: str
    category: str
    state: str
    price: MoneyRow | None
    weight_grams: int | None
    stock: StockRow | None
    photos: list[PhotoRow]
    options: list[OptionRow]
    variants: list[VariantRow]
    version: int


class RefusalRow(msgspec.Struct, kw_only=True):
    """The reason why a product cannot be bought: an error code and its message."""

    code: str
    message: str


class QuoteRow(msgspec.Struct, kw_only=True):
    """The current price of a quantity of a product; ``variant`` is the id of the one it is for, or null."""

    product: ProductRow
    variant: str | None
    quantity: int
    items: MoneyRow
    shipping: MoneyRow
    total: MoneyRow
    why_not: RefusalRow | None


def shop_row(shown: ShopDetails) -> ShopRow:
    return ShopRow(
        id=str(shown.public_id),
        handle=shown.handle,
        name=shown.name,
        town=shown.town,
        about=shown.about,
        logo=shown.logo,
        opening_hours=shown.opening_hours,
        time_zone=shown.time_zone,
        is_open=shown.is_open,
        rev=shown.rev,
    )


def product_row(shown: ProductDetails) -> ProductRow:
    """Return the row of a product for its own shop, with all stock counters."""
    return _product_row(shown, stock_row)


def stock_row(counted: StockLevel) -> StockRow:
    """Return the row of a stock for its own shop, with all counters."""
    return StockRow(
        on_hand=counted.on_hand, held=counted.held, committed=counted.committed, available=counted.available
    )


def _public_stock_row(counted: StockLevel) -> StockRow:
    available = max(0, min(counted.available, PUBLIC_STOCK_MAX))
    return StockRow(on_hand=None, held=None, committed=None, available=available)


def _product_row(shown: ProductDetails, told: Callable[[StockLevel], StockRow]) -> ProductRow:
    return ProductRow(
        id=str(shown.public_id),
        shop=str(shown.shop),
        slug=shown.slug,
        name=shown.name,
        description=shown.description,
        category=shown.category,
        state=shown.state,
        price=money_row(shown.price),
        weight_grams=shown.weight_grams,
        stock=told(shown.stock) if shown.stock else None,
        photos=[
            PhotoRow(name=photo.name, width=photo.width, height=photo.height, placeholder=photo.placeholder)
            for photo in shown.photos
        ],
        options=[OptionRow(name=option.name, values=list(option.values)) for option in shown.options],
        variants=[_variant_row(variant, told) for variant in shown.variants],
        version=shown.version,
    )


def _variant_row(shown: VariantDetails, told: Callable[[StockLevel], StockRow]) -> VariantRow:
    return VariantRow(
        id=str(shown.public_id),
        title=shown.title,
        values=list(shown.values),
        price=shown.price.to_wire(),
        sku=shown.sku,
        weight_grams=shown.weight_grams,
        photo=shown.photo,
        stock=told(shown.stock) if shown.stock else None,
    )


def quote_row(shown: Quote, *, viewer_id: int) -> QuoteRow:
    """Return the row of a quote; only the shop's owner gets all stock counters."""
    why_not = shown.why_not
    told = stock_row if shown.shop.owner_id == viewer_id else _public_stock_row
    return QuoteRow(
        product=_product_row(shown.product, told),
        variant=str(shown.variant.public_id) if shown.variant else None,
        quantity=shown.quantity,
        items=shown.items.to_wire(),
        shipping=shown.shipping.to_wire(),
        total=shown.total.to_wire(),
        why_not=RefusalRow(code=why_not.code, message=str(why_not.body()["message"])) if why_not else None,
    )


def money_row(money: Money | None) -> MoneyRow | None:
    return money.to_wire() if money is not None else None
