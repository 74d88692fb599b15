"""Commands on the caller's own shop, its products, photos and stock."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from shop import api
from shop.contracts import catalog_rows as rows
from shop.domain.feature_gates import require_storefront
from shop.endpoints.schemas import (
    AddProductRequest,
    ArrangePhotosRequest,
    ChangeProductRequest,
    ChangeShopRequest,
    ChangeVariantsRequest,
    EmptyRequest,
    MoveProductRequest,
    OpenShopRequest,
    SetOptionsRequest,
    SetStockRequest,
    VariantFields,
)
from superapp.core import clock
from superapp.realtime.registry import Caller, register_command


class ShopResponse(msgspec.Struct):
    shop: rows.ShopRow | None


@register_command("shop.mine", EmptyRequest, rest="GET shop", response=ShopResponse)
@require_storefront
def fetch_own_shop(caller: Caller, _nothing: EmptyRequest) -> ShopResponse:
    """Return the caller's own shop, or null."""
    shop = api.find_shop(caller.user_id)
    return ShopResponse(rows.shop_row(shop) if shop else None)


@register_command("shop.open", OpenShopRequest, rest="POST shop", cost=10, response=rows.ShopRow)
@require_storefront
def open_shop(caller: Caller, open_in: OpenShopRequest) -> rows.ShopRow:
    """Open the caller's shop. A repeated call with the same handle returns the existing shop."""
    return rows.shop_row(api.open_shop(owner_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(open_in)))


@register_command("shop.change", ChangeShopRequest, rest="PATCH shop", cost=3, response=rows.ShopRow)
@require_storefront
def change_shop(caller: Caller, change_in: ChangeShopRequest) -> rows.ShopRow:
    """Change the caller's shop; fields that are left out stay as they are."""
    return rows.shop_row(api.change_shop(owner_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(change_in)))


class ProductList(msgspec.Struct):
    rows: list[rows.ProductRow]


@register_command("shop.products", EmptyRequest, rest="GET shop/products", cost=3, response=ProductList)
@require_storefront
def list_products(caller: Caller, _nothing: EmptyRequest) -> ProductList:
    """Return all products of the caller's shop, drafts and hidden ones included, in catalog order."""
    return ProductList([rows.product_row(product) for product in api.list_own_products(owner_id=caller.user_id)])


@register_command("shop.product_add", AddProductRequest, rest="POST shop/products", cost=5, response=rows.ProductRow)
@require_storefront
def add_product(caller: Caller, product_in: AddProductRequest) -> rows.ProductRow:
    """Add a product to the caller's shop, once under its idempotency key."""
    fields = msgspec.structs.asdict(product_in) | {"price": product_in.price.money}
    return rows.product_row(api.add_product(owner_id=caller.user_id, now=clock.now(), **fields))


@register_command("shop.product_change", ChangeProductRequest, rest="PATCH shop/products/<uuid:product>", cost=3,
         response=rows.ProductRow)  # fmt: skip
@require_storefront
def change_product(caller: Caller, change_in: ChangeProductRequest) -> rows.ProductRow:
    """Change a product; fields that are left out stay as they are. A ``weight_grams`` of null removes it; ``category``
    is the slug of a category, or empty for none; ``listed`` publishes or hides the product.
    """
    owner_id, product = caller.user_id, change_in.product
    shown = api.fetch_own_product(owner_id=owner_id, product=product)
    given = (change_in.name, change_in.description, change_in.price, change_in.weight_grams)
    if given != (None, None, None, UNSET):
        shown = api.change_product(
            owner_id=owner_id,
            product=product,
            name=change_in.name,
            description=change_in.description,
            price=change_in.price.money if change_in.price else None,
            weight_grams=change_in.weight_grams,
            now=clock.now(),
        )
    if change_in.category is not None:
        shown = api.set_category(owner_id=owner_id, product=product, category=change_in.category, now=clock.now())
    if change_in.listed is not None:
        change = api.publish_product if change_in.listed else api.unpublish_product
        shown = change(owner_id=owner_id, product=product, now=clock.now())
    return rows.product_row(shown)


@register_command("shop.options_set", SetOptionsRequest, rest="PUT shop/products/<uuid:product>/options", cost=5,
         response=rows.ProductRow)  # fmt: skip
@require_storefront
def set_options(caller: Caller, options_in: SetOptionsRequest) -> rows.ProductRow:
    """Give a product these options, and a variant to each combination of their values."""
    shown = api.set_options(
        owner_id=caller.user_id,
        product=options_in.product,
        options=[api.ProductOption(option.name, tuple(option.values)) for option in options_in.options],
        expected_version=options_in.expected_version,
        now=clock.now(),
    )
    return rows.product_row(shown)


@register_command("shop.variants_change", ChangeVariantsRequest, rest="PATCH shop/products/<uuid:product>/variants",
         cost=5, response=rows.ProductRow)  # fmt: skip
@require_storefront
def change_variants(caller: Caller, change_in: ChangeVariantsRequest) -> rows.ProductRow:
    """Change variants of a product together; fields that are left out stay as they are."""
    shown = api.change_variants(
        owner_id=caller.user_id,
        product=change_in.product,
        changes=[_variant_change(fields) for fields in change_in.variants],
        expected_version=change_in.expected_version,
        idempotency_key=change_in.idempotency_key,
        now=clock.now(),
    )
    return rows.product_row(shown)


def _variant_change(fields: VariantFields) -> api.VariantChange:
    given = msgspec.structs.asdict(fields)
    price = fields.price.money if fields.price is not None else None
    return api.VariantChange(**given | {"values": tuple(fields.values), "price": price})


@register_command(
    "shop.product_move",
    MoveProductRequest,
    rest="PUT shop/products/<uuid:product>/position",
    cost=3,
    response=ProductList,
)
@require_storefront
def move_product(caller: Caller, place_in: MoveProductRequest) -> ProductList:
    """Move a product to a position in the catalog, counted from 0, and return all products in their order."""
    api.move_product(owner_id=caller.user_id, product=place_in.product, position=place_in.position, now=clock.now())
    return list_products(caller, EmptyRequest())


@register_command("shop.photos_arrange", ArrangePhotosRequest, rest="PUT shop/products/<uuid:product>/photos", cost=3,
         response=rows.ProductRow)  # fmt: skip
@require_storefront
def arrange_photos(caller: Caller, photos_in: ArrangePhotosRequest) -> rows.ProductRow:
    """Put the photos of a product into this order, and remove those that are not named."""
    return rows.product_row(
        api.arrange_photos(owner_id=caller.user_id, product=photos_in.product, names=photos_in.photos, now=clock.now())
    )


@register_command(
    "shop.stock_set", SetStockRequest, rest="PUT shop/products/<uuid:product>/stock", cost=3, response=rows.StockRow
)
@require_storefront
def set_stock(caller: Caller, stock_in: SetStockRequest) -> rows.StockRow:
    """Set the number of pieces on hand, once under its idempotency key."""
    stock = api.set_stock(owner_id=caller.user_id, now=clock.now(), **msgspec.structs.asdict(stock_in))
    return rows.stock_row(stock)
