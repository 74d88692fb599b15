"""Queries of shops, products and stock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import connection
from django.db.models import Max, Prefetch, Q, QuerySet

from shop.contracts.values import PhotoDetails, ProductDetails, ProductState, ShopDetails, StockLevel, VariantDetails
from shop.domain.product_options import OPTIONS_MAX, Combination, title_of
from shop.errors import ProductNotFound, ShopNotFound, StockUnknown, VariantNeeded, VariantNotFound
from shop.models import Photo, PriceChange, Product, Shop, Stock, StockMove, Variant
from superapp.accounts import api as accounts
from superapp.core import prepared
from superapp.core.money import Money

PRODUCTS_MAX = 1_000
LISTED = Q(state=Product.State.LISTED)
FOR_SALE = LISTED & Q(shop__is_open=True)


# Shops.


def find_shop(owner_id: int) -> Shop | None:
    return Shop.objects.filter(owner_id=owner_id).first()


def fetch_own_shop(owner_id: int) -> Shop:
    """Return the shop of this owner. :raises ShopNotFound:"""
    shop = find_shop(owner_id)
    if shop is None:
        raise ShopNotFound
    return shop


def lock_shop(owner_id: int) -> Shop:
    """Lock and return the shop of this owner. :raises ShopNotFound:"""
    shop = Shop.objects.select_for_update(no_key=True).filter(owner_id=owner_id).first()
    if shop is None:
        raise ShopNotFound
    return shop


def fetch_shop_by_handle(handle: str) -> Shop:
    """Return the shop with this handle. :raises ShopNotFound:"""
    shop = Shop.objects.filter(handle=handle).first()
    if shop is None:
        raise ShopNotFound
    return shop


def is_handle_taken(handle: str) -> bool:
    return Shop.objects.filter(handle=handle).exists()


# Products.


def products_with_details() -> QuerySet[Product]:
    """Return a queryset of all products that loads with each what ``product_details`` shows: shop, variants, photos."""
    photos = Photo.objects.order_by("position", "pk")
    return Product.objects.select_related("shop").prefetch_related(
        Prefetch("photos", queryset=photos), Prefetch("variants", queryset=sold_variants().select_related("stock"))
    )


def sold_variants() -> QuerySet[Variant]:
    """Return the variants that are not retired, in the order of their products."""
    return Variant.objects.filter(is_retired=False).order_by("position", "pk")


def find_variant(product: Product, public_id: UUID | None) -> Variant:
    """
    Return a variant of a product that is sold; the only one if ``public_id`` is None.

    :raises VariantNotFound: if the product sells no such variant
    :raises VariantNeeded: if it sells several, and none is named
    """
    rows = sold_variants().filter(product=product)
    found = list(rows.filter(public_id=public_id) if public_id is not None else rows[:2])
    if not found:
        raise VariantNotFound
    if len(found) > 1:
        raise VariantNeeded
    return found[0]


def list_listed_products(shop: Shop, *, after: int | None = None, limit: int) -> list[Product]:
    """List listed products in catalog order, at most ``limit``; ``after`` is the number of products to skip."""
    rows = products_with_details().filter(LISTED, shop=shop).order_by("position", "pk")
    start = after or 0
    return list(rows[start : start + limit])


def list_newest_products(shop: Shop, *, limit: int) -> list[Product]:
    return list(products_with_details().filter(LISTED, shop=shop).order_by("-created_at", "-pk")[:limit])


def list_products(shop: Shop) -> list[Product]:
    return list(products_with_details().filter(shop=shop).order_by("position", "pk")[:PRODUCTS_MAX])


def fetch_product_by_slug(handle: str, slug: str, *, viewer_id: int | None) -> Product:
    """
    Return a product by shop handle and slug. Only its owner gets one that is not listed.

    :raises ProductNotFound: if it does not exist, or is not visible to this viewer
    """
    mine = Q(shop__owner_id=viewer_id) if viewer_id is not None else Q(pk__in=())
    product = products_with_details().filter(LISTED | mine, shop__handle=handle, slug=slug).first()
    if product is None:
        raise ProductNotFound
    return product


def fetch_own_product(owner_id: int, public_id: UUID) -> Product:
    """Return a product of this owner in any state. :raises ProductNotFound:"""
    product = products_with_details().filter(shop__owner_id=owner_id, public_id=public_id).first()
    if product is None:
        raise ProductNotFound
    return product


def fetch_bare_product(owner_id: int, public_id: UUID) -> Product:
    """Return a product of this owner in any state, without its details. :raises ProductNotFound:"""
    product = Product.objects.filter(shop__owner_id=owner_id, public_id=public_id).first()
    if product is None:
        raise ProductNotFound
    return product


def lock_product(owner_id: int, public_id: UUID) -> Product:
    """Lock and return a product of this owner. :raises ProductNotFound:"""
    rows = Product.objects.select_for_update(of=("self",), no_key=True).select_related("shop")
    product = rows.filter(shop__owner_id=owner_id, public_id=public_id).first()
    if product is None:
        raise ProductNotFound
    return product


def find_product_by_key(shop: Shop, idempotency_key: str) -> Product | None:
    return Product.objects.filter(shop=shop, idempotency_key=idempotency_key).first()


def next_position(shop: Shop) -> int:
    last = Product.objects.filter(shop=shop).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def find_newest_price(variant: Variant) -> PriceChange | None:
    return PriceChange.objects.filter(variant=variant).order_by("-pk").first()


def find_retired_variant(product: Product, values: Combination) -> Variant | None:
    """Return the variant that was sold last as this combination, and is not sold now; None without one."""
    value_1, value_2, value_3 = (*values, "", "", "")[:OPTIONS_MAX]
    rows = Variant.objects.filter(product=product, is_retired=True, value_1=value_1, value_2=value_2, value_3=value_3)
    return rows.order_by("-pk").first()


def list_slugs_with_prefix(shop: Shop, slug: str) -> set[str]:
    return set(Product.objects.filter(shop=shop, slug__startswith=slug).values_list("slug", flat=True))


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant as the checkout of one buyer reads it: price in sen, availability, shop and merchant."""

    variant_id: int
    shop_id: int
    shop: UUID
    shop_handle: str
    shop_name: str
    shop_town: str
    merchant_id: int
    # Also False for a buyer blocked by the owner, so that the error does not disclose it.
    is_for_sale: bool
    name: str
    variant_title: str
    sku: str
    price_sen: int
    # None if the stock could not be read; then the product cannot be bought.
    available: int | None
    photo: str
    # The buyer's public id; None while the buyer has no order counter.
    buyer: UUID | None


def pipeline_offer(product: UUID, variant: UUID | None = None, *, buyer_id: int) -> Callable[[], Offer]:
    """
    Queue the read of an offer, and return the function that fetches it. The SQL is hand-written since every checkout
    runs it. Without ``variant`` it is of the only one that the product sells.

    The fetch raises ``ProductNotFound`` if the product does not exist or was never listed, ``VariantNotFound`` if it
    has no such variant, and ``VariantNeeded`` if none is named and it sells several.
    """
    keys = [one if connection.vendor == "postgresql" else one.hex for one in (product, variant) if one is not None]
    asked = prepared.execute_deferred(_OFFER if variant is None else _OFFER_OF_VARIANT, [buyer_id, buyer_id, *keys])

    def offer() -> Offer:
        rows = asked()
        if not rows:
            raise VariantNotFound if variant is not None else ProductNotFound
        if len(rows) > 1:
            raise VariantNeeded
        (
            variant_id, shop_id, shop, handle, shop_name, town, owner_id, is_for_sale, name, *values, sku, price, left,
            photo, buyer,
        ) = rows[0]  # fmt: skip
        return Offer(
            variant_id, shop_id, _uuid(shop), handle, shop_name, town, owner_id, bool(is_for_sale), name,
            title_of(values), sku, price, left, photo or "", None if buyer is None else _uuid(buyer),
        )  # fmt: skip

    return offer


_OFFERS = f"""
SELECT v.id, s.id, s.public_id, s.handle, s.name, s.town, s.owner_id,
    p.state = 'listed' AND NOT v.is_retired AND s.is_open
        AND NOT {accounts.HAS_BLOCKED_SQL.format(owner="s.owner_id", peer="%s")},
    p.name, v.value_1, v.value_2, v.value_3, v.sku, v.price_sen, k.on_hand - k.held - k.committed,
    coalesce(
        (SELECT f.name FROM shop_photo f WHERE f.id = v.photo_id),
        (SELECT f.name FROM shop_photo f WHERE f.product_id = p.id ORDER BY f.position, f.id LIMIT 1)
    ),
    c.public_id
FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id JOIN shop_variant v ON v.product_id = p.id
LEFT JOIN shop_stock k ON k.variant_id = v.id LEFT JOIN shop_ordercounter c ON c.user_id = %s
WHERE p.public_id = %s AND p.state <> 'draft'"""  # noqa: S608  # Only constants are put in.
_OFFER = f"{_OFFERS} AND NOT v.is_retired LIMIT 2"
_OFFER_OF_VARIANT = f"{_OFFERS} AND v.public_id = %s"


def _uuid(stored: UUID | str) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(stored)


def fetch_visible_product(viewer_id: int | None, public_id: UUID) -> Product:
    """
    Return a product by public id. Only its owner gets one that is not listed.

    :raises ProductNotFound: if it does not exist, or is not visible to this viewer
    """
    mine = Q(shop__owner_id=viewer_id) if viewer_id is not None else Q(pk__in=())
    product = products_with_details().filter(LISTED | mine, public_id=public_id).first()
    if product is None:
        raise ProductNotFound
    return product


def count_sitemap_blocks(*, size: int) -> int:
    """Return how many blocks of ``size`` primary keys cover all shops and products; at least 1."""
    last = max(model.objects.aggregate(last=Max("pk"))["last"] or 0 for model in (Shop, Product))
    return max(1, -(-last // size))


def list_sitemap_entries(block: int, *, size: int) -> list[tuple[str, str, datetime]]:
    """
    Return (handle, slug or "", time of the last change) of the shops and listed products whose primary keys lie in a
    block.

    Blocks are counted from 1; a shop comes before its products. The cost depends on ``size``, not on the number of
    rows.
    """
    within = {"pk__gt": (block - 1) * size, "pk__lte": block * size}
    shops = Shop.objects.filter(**within).values_list("handle", "created_at")
    listed = Product.objects.filter(LISTED, **within).values_list("shop__handle", "slug", "changed_at")
    return sorted([*((handle, "", at) for handle, at in shops), *listed])


# Stock.


def lock_stock(variant: Variant) -> Stock:
    """
    Lock and return the stock of a variant. :raises StockUnknown: if the row is missing; it is never recreated by guess
    """
    stock = Stock.objects.select_for_update(no_key=True).filter(variant=variant).first()
    if stock is None:
        raise StockUnknown(retry_after=30)
    return stock


def find_stock_move(stock: Stock, idempotency_key: str) -> StockMove | None:
    return StockMove.objects.filter(stock=stock, idempotency_key=idempotency_key).first()


# Values of the facade.


def shop_details(shop: Shop) -> ShopDetails:
    return ShopDetails(
        public_id=shop.public_id,
        owner_id=shop.owner_id,
        handle=shop.handle,
        name=shop.name,
        town=shop.town,
        about=shop.about,
        logo=shop.logo,
        opening_hours=shop.opening_hours,
        time_zone=shop.time_zone,
        is_open=shop.is_open,
        rev=shop.rev,
        created_at=shop.created_at,
    )


def product_details(product: Product, photos: Iterable[Photo] | None = None) -> ProductDetails:
    shown = list(product.photos.all() if photos is None else photos)
    names = {photo.pk: photo.name for photo in shown}
    variants = tuple(_variant_details(variant, names) for variant in product.variants.all())
    return ProductDetails(
        public_id=product.public_id,
        shop=product.shop.public_id,
        slug=product.slug,
        name=product.name,
        description=product.description,
        category=product.category,
        state=cast("ProductState", product.state),
        price=min((variant.price for variant in variants), default=None),
        weight_grams=variants[0].weight_grams if variants else None,
        stock=_total_stock(variants),
        photos=tuple(PhotoDetails(photo.name, photo.width, photo.height, photo.placeholder) for photo in shown),
        options=tuple(product.list_options()),
        variants=variants,
        version=product.version,
        created_at=product.created_at,
        changed_at=product.changed_at,
    )


def _variant_details(variant: Variant, photo_names: dict[int, str]) -> VariantDetails:
    # A missing stock row makes this variant's stock unknown; others are still shown.
    stock: Stock | None = getattr(variant, "stock", None)
    return VariantDetails(
        public_id=variant.public_id,
        title=variant.title,
        values=variant.values,
        price=Money(variant.price_sen),
        sku=variant.sku,
        weight_grams=variant.weight_grams,
        photo=photo_names.get(variant.photo_id, "") if variant.photo_id is not None else "",
        stock=stock_level(stock) if stock is not None else None,
    )


def _total_stock(variants: Sequence[VariantDetails]) -> StockLevel | None:
    """Return the sum of the stock of all variants; None if one of them is unknown."""
    levels = [variant.stock for variant in variants if variant.stock is not None]
    if not levels or len(levels) < len(variants):
        return None
    return StockLevel(
        on_hand=sum(level.on_hand for level in levels),
        held=sum(level.held for level in levels),
        committed=sum(level.committed for level in levels),
    )


def stock_level(stock: Stock) -> StockLevel:
    return StockLevel(on_hand=stock.on_hand, held=stock.held, committed=stock.committed)
