"""Facade of shops and products: open and change a shop, manage its catalog and stock, read public pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import UNSET, UnsetType

from shop.actions import catalog, shops
from shop.actions.shops import ShopFields
from shop.contracts.values import (
    CatalogPage,
    OpeningHours,
    ProductDetails,
    ProductWithShop,
    ShopDetails,
    StockLevel,
)
from shop.domain.feature_gates import require_storefront
from shop.queries import catalog as catalog_queries
from shop.queries import public_catalog
from superapp.core.money import Money


def move_product(*, owner_id: int, product: UUID, position: int, now: datetime) -> None:
    """Move a product to this position of the catalog, counted from 0. :raises ProductNotFound:"""
    catalog.move_product(owner_id=owner_id, product=product, position=position, now=now)


def add_photo(
    *, owner_id: int, product: UUID, name: str, width: int, height: int, placeholder: str, now: datetime
) -> ProductDetails:
    """
    Append a stored photo to a product. Adding the same photo again changes nothing.

    :raises ProductNotFound: if it does not exist or belongs to somebody else
    :raises PhotoNotFound: if the name is no name of a photo
    :raises PhotosInvalid: if the product has as many photos as it may have
    """
    catalog.add_photo(
        owner_id=owner_id, product=product, name=name, width=width, height=height, placeholder=placeholder, now=now
    )
    return catalog_queries.product_details(catalog_queries.fetch_own_product(owner_id, product))


def arrange_photos(*, owner_id: int, product: UUID, names: Sequence[str], now: datetime) -> ProductDetails:
    """
    Put the photos of a product into this order, and remove those that are not named.

    :raises ProductNotFound: if it does not exist or belongs to somebody else
    :raises PhotosInvalid: if a name occurs twice, or is not a photo of the product
    """
    catalog.arrange_photos(owner_id=owner_id, product=product, names=names, now=now)
    return catalog_queries.product_details(catalog_queries.fetch_own_product(owner_id, product))


def set_stock(
    *,
    owner_id: int,
    product: UUID,
    variant: UUID | None = None,
    on_hand: int,
    expected_on_hand: int | None = None,
    idempotency_key: str,
    now: datetime,
) -> StockLevel:
    """
    Set the number of pieces on hand of a variant, once under its idempotency key, and return the stock level. Without
    ``variant`` it is the only one that the product sells.

    :raises ProductNotFound: if it does not exist or belongs to somebody else
    :raises VariantNotFound, VariantNeeded: if it sells no such variant, or several and none is named
    :raises StockTooLow: if fewer pieces than are sold and not shipped yet
    :raises StockMoved: if ``expected_on_hand`` is not the current number
    :raises QuantityInvalid: if it is no whole number in range
    :raises KeyReused: if the key was used with another number
    """
    stock = catalog.set_stock(
        owner_id=owner_id,
        product=product,
        variant=variant,
        on_hand=on_hand,
        expected_on_hand=expected_on_hand,
        idempotency_key=idempotency_key,
        now=now,
    )
    return catalog_queries.stock_level(stock)


@require_storefront
def open_shop(
    *,
    owner_id: int,
    handle: str,
    name: str,
    town: str,
    about: str = "",
    opening_hours: OpeningHours | None = None,
    time_zone: str = "Asia/Jakarta",
    now: datetime,
) -> ShopDetails:
    """
    Open a person's shop. Repeating the call with the same handle returns the existing shop.

    :raises NotOffered: where the legal profile has no shops
    :raises ShopAlreadyOpen: if the person has a shop with another handle
    :raises HandleInvalid, HandleTaken, NameReserved, TextInvalid, OpeningHoursInvalid, TimeZoneUnknown: if a field is
        invalid
    """
    shop_fields = ShopFields(name=name, town=town, about=about, opening_hours=opening_hours or {}, time_zone=time_zone)
    return catalog_queries.shop_details(
        shops.open_shop(owner_id=owner_id, handle=handle, shop_fields=shop_fields, now=now)
    )


def change_shop(
    *,
    owner_id: int,
    name: str | None = None,
    town: str | None = None,
    about: str | None = None,
    opening_hours: OpeningHours | None = None,
    time_zone: str | None = None,
    is_open: bool | None = None,
    now: datetime,
) -> ShopDetails:
    """
    Change fields of the owner's shop; arguments that are None stay as they are. The handle cannot be changed.

    :raises ShopNotFound: if the person has no shop
    :raises NameReserved, TextInvalid, OpeningHoursInvalid, TimeZoneUnknown: if a field is invalid
    """
    shop_fields = ShopFields(
        name=name, town=town, about=about, opening_hours=opening_hours, time_zone=time_zone, is_open=is_open
    )
    return catalog_queries.shop_details(shops.change_shop(owner_id=owner_id, shop_fields=shop_fields, now=now))


def set_logo(*, owner_id: int, logo: str, now: datetime) -> ShopDetails:
    """
    Set the logo of the owner's shop to a stored photo, or remove it with ``""``.

    :raises ShopNotFound: if the person has no shop
    :raises PhotoNotFound: if the name is no name of a photo
    """
    return catalog_queries.shop_details(shops.set_logo(owner_id=owner_id, logo=logo, now=now))


def find_shop(owner_id: int) -> ShopDetails | None:
    """Return the shop of this owner, or None."""
    shop = catalog_queries.find_shop(owner_id)
    return catalog_queries.shop_details(shop) if shop else None


@require_storefront
def add_product(
    *,
    owner_id: int,
    name: str,
    price: Money,
    description: str = "",
    weight_grams: int | None = None,
    quantity: int = 0,
    listed: bool = False,
    idempotency_key: str,
    now: datetime,
) -> ProductDetails:
    """
    Add a product to the owner's shop, once under its idempotency key: as a draft, or ``listed`` at once.

    :raises NotOffered: where the legal profile has no shops
    :raises ShopNotFound: if the person has no shop
    :raises TextInvalid, PriceInvalid, WeightInvalid, QuantityInvalid: if a field is invalid
    :raises TooManyProducts: if the shop is full
    :raises KeyReused: if the key was used with other fields
    """
    added = catalog.add_product(
        owner_id=owner_id,
        name=name,
        price=price,
        description=description,
        weight_grams=weight_grams,
        quantity=quantity,
        listed=listed,
        idempotency_key=idempotency_key,
        now=now,
    )
    return fetch_own_product(owner_id=owner_id, product=added.public_id)


def change_product(
    *,
    owner_id: int,
    product: UUID,
    name: str | None = None,
    description: str | None = None,
    price: Money | None = None,
    weight_grams: int | UnsetType | None = UNSET,
    expected_version: int | None = None,
    now: datetime,
) -> ProductDetails:
    """
    Change a product; the slug never changes. A field that is None stays as it is, but a weight of None is removed,
    and stays if UNSET. Price and weight are those of its only variant.

    :raises ProductNotFound: if it does not exist or belongs to somebody else
    :raises VariantNeeded: if price or weight is given and it sells several
    :raises ProductMoved: if something would change and the product is not at ``expected_version``
    :raises TextInvalid, PriceInvalid, WeightInvalid: if a field is invalid
    """
    catalog.change_product(
        owner_id=owner_id,
        product=product,
        name=name,
        description=description,
        price=price,
        weight_grams=weight_grams,
        expected_version=expected_version,
        now=now,
    )
    return fetch_own_product(owner_id=owner_id, product=product)


def set_category(*, owner_id: int, product: UUID, category: str, now: datetime) -> ProductDetails:
    """
    Put a product into a category by its slug; into none if it is empty. Idempotent.

    :raises ProductNotFound: if it does not exist or belongs to somebody else
    :raises CategoryNotFound: if there is no such category
    """
    catalog.set_category(owner_id=owner_id, product=product, category=category, now=now)
    return fetch_own_product(owner_id=owner_id, product=product)


def publish_product(*, owner_id: int, product: UUID, now: datetime) -> ProductDetails:
    """Publish a product in the catalog. Idempotent. :raises ProductNotFound:"""
    catalog.set_product_state(owner_id=owner_id, product=product, state="listed", now=now)
    return fetch_own_product(owner_id=owner_id, product=product)


def unpublish_product(*, owner_id: int, product: UUID, now: datetime) -> ProductDetails:
    """
    Hide a product from everybody but its owner; existing orders are unaffected. Idempotent. :raises ProductNotFound:
    """
    catalog.set_product_state(owner_id=owner_id, product=product, state="hidden", now=now)
    return fetch_own_product(owner_id=owner_id, product=product)


def fetch_own_product(*, owner_id: int, product: UUID) -> ProductDetails:
    """Return a product of this owner in any state. :raises ProductNotFound:"""
    return catalog_queries.product_details(catalog_queries.fetch_own_product(owner_id, product))


def list_own_products(*, owner_id: int) -> list[ProductDetails]:
    """List all products of this owner, drafts and hidden ones included, in catalog order. :raises ShopNotFound:"""
    return [
        catalog_queries.product_details(product)
        for product in catalog_queries.list_products(catalog_queries.fetch_own_shop(owner_id))
    ]


def fetch_catalog_page(handle: str, *, after: int | None = None, limit: int = 60) -> CatalogPage:
    """
    Return a shop with a page of its listed products; ``after`` is the ``next`` of the page before.

    :raises ShopNotFound: if no shop has this handle
    """
    shop = catalog_queries.fetch_shop_by_handle(handle)
    # One more than a page, to know whether there is a next page.
    found = catalog_queries.list_listed_products(shop, after=after, limit=limit + 1)
    page = tuple(catalog_queries.product_details(product) for product in found[:limit])
    return CatalogPage(catalog_queries.shop_details(shop), page, (after or 0) + limit if len(found) > limit else None)


def fetch_product(handle: str, slug: str, *, viewer_id: int | None = None) -> ProductWithShop:
    """
    Return a product by shop handle and slug, with its shop. Only its owner sees one that is not listed.

    :raises ProductNotFound: if it does not exist, or is not visible to this viewer
    """
    product = catalog_queries.fetch_product_by_slug(handle, slug, viewer_id=viewer_id)
    return ProductWithShop(catalog_queries.shop_details(product.shop), catalog_queries.product_details(product))


def fetch_listed_product(product: UUID) -> ProductWithShop:
    """Return a listed product by its public id, with its shop. :raises ProductNotFound:"""
    return public_catalog.fetch_listed_product(product)


def fetch_newest_products(handle: str, *, limit: int = 30) -> CatalogPage:
    """Return a shop with its most recently added listed products, for feeds. :raises ShopNotFound:"""
    shop = catalog_queries.fetch_shop_by_handle(handle)
    page = tuple(
        catalog_queries.product_details(product) for product in catalog_queries.list_newest_products(shop, limit=limit)
    )
    return CatalogPage(catalog_queries.shop_details(shop), page, None)


def count_sitemap_blocks(*, size: int) -> int:
    """Return the number of sitemap blocks of ``size`` entries that hold all public pages; at least 1."""
    return catalog_queries.count_sitemap_blocks(size=size)


def list_sitemap_entries(block: int, *, size: int) -> list[tuple[str, str, datetime]]:
    """List (handle, slug or "", time of the last change) of the public pages in a block, counted from 1."""
    return catalog_queries.list_sitemap_entries(block, size=size)
