"""Actions on products, their photos and their stock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction
from msgspec import UNSET, UnsetType

from shop import errors
from shop.domain import categories, text_cleaning
from shop.events import ProductChanged
from shop.models import KEY_CHARS_MAX, PRICE_SEN_MAX, QUANTITY_MAX, Photo, PriceChange, Product, Shop, Stock, Variant
from shop.queries import catalog
from shop.writers import stock_writer
from superapp.core import outbox
from superapp.core.errors import ErrorCollector, InputInvalid
from superapp.core.money import IDR, Money

PRODUCTS_MAX = catalog.PRODUCTS_MAX
PHOTOS_MAX = 8
PHOTO_NAME = re.compile(r"[0-9a-f]{64}")
# Fields that are in the document of a product.
_FOUND_BY = {"name", "description", "category", "state", "price_sen"}
_canonical = msgspec.json.Encoder(order="deterministic").encode


def add_product(
    *,
    owner_id: int,
    name: str,
    price: Money,
    description: str,
    weight_grams: int | None,
    quantity: int,
    listed: bool,
    idempotency_key: str,
    now: datetime,
) -> Product:
    """
    Add a product to the owner's shop, once under its idempotency key, and return it.

    :raises ShopNotFound: if the person has no shop
    :raises KeyReused: if the key was used with other fields
    :raises TooManyProducts: if the shop is full
    :raises TextInvalid, PriceInvalid, WeightInvalid, QuantityInvalid, InputInvalid: if a field or the key is invalid
    """
    content: list[object] = [name, price.to_wire(), description, quantity, listed]
    # Without a weight the hash is that of versions before there were weights, so that their keys can be retried.
    if weight_grams is not None:
        content.append(weight_grams)
    fields = {
        **clean_product(name=name, description=description, price=price, weight_grams=weight_grams, quantity=quantity),
        "state": Product.State.LISTED if listed else Product.State.DRAFT,
        "idempotency_key": _require_key(idempotency_key),
        "content_hash": hashlib.sha256(_canonical(content)).hexdigest(),
    }
    of_variant = _take_variant_fields(fields)
    with transaction.atomic():
        # Concurrent calls for the same shop wait here: slugs and positions are assigned one at a time.
        shop = catalog.lock_shop(owner_id)
        before = catalog.find_product_by_key(shop, idempotency_key)
        if before is not None:
            if before.content_hash != fields["content_hash"]:
                raise errors.KeyReused
            return before
        position = catalog.next_position(shop)
        if position >= PRODUCTS_MAX:
            raise errors.TooManyProducts(products_max=PRODUCTS_MAX)
        product = Product.objects.create(
            shop=shop,
            slug=_free_slug(shop, str(fields["name"])),
            position=position,
            created_at=now,
            changed_at=now,
            **fields,
        )
        stock = create_variant(Variant(product=product, **of_variant), now)
        if quantity:
            stock_writer.set_on_hand(
                stock, quantity, reference=f"set:{quantity}", key="added", actor_id=owner_id, now=now
            )
        publish_changed(product)
    return product


def _take_variant_fields(fields: dict[str, object]) -> dict[str, object]:
    """Take those of the stored fields that belong to a variant out of the fields of its product, and return them."""
    return {name: fields.pop(name) for name in ("price_sen", "weight_grams") if name in fields}


def clean_product(
    *,
    name: str | None = None,
    description: str | None = None,
    price: Money | None = None,
    weight_grams: int | UnsetType | None = UNSET,
    quantity: int | None = None,
) -> dict[str, object]:
    """
    Return the given fields of a product in their stored form; arguments that are None are left out. A weight that is
    None is no weight, and left out if it is UNSET.

    :raises TextInvalid, PriceInvalid, WeightInvalid, QuantityInvalid: the first error, with the others attached
    """
    fields: dict[str, object] = {}
    refused = ErrorCollector()
    if name is not None:
        with refused:
            fields["name"] = text_cleaning.clean_line(name, field="name", chars_max=Product.NAME_CHARS_MAX)
    if description is not None:
        with refused:
            fields["description"] = text_cleaning.clean_lines(
                description, field="description", chars_max=Product.DESCRIPTION_CHARS_MAX
            )
    if price is not None:
        with refused:
            fields["price_sen"] = _require_price(price)
    if weight_grams is not UNSET:
        with refused:
            fields["weight_grams"] = _require_weight(weight_grams)
    if quantity is not None:
        with refused:
            _require_quantity(quantity)
    refused.raise_first()
    return fields


def change_product(
    *,
    owner_id: int,
    product: UUID,
    name: str | None,
    description: str | None,
    price: Money | None,
    weight_grams: int | UnsetType | None,
    expected_version: int | None,
    now: datetime,
) -> None:
    """
    Change a product. A field that is None stays as it is, but a weight of None is removed, and stays if UNSET. Price
    and weight are those of its only variant.

    :raises ProductNotFound: if it does not exist or belongs to somebody else
    :raises VariantNeeded: if price or weight is given and it sells several
    :raises ProductMoved: if something would change and the product is not at ``expected_version``
    :raises TextInvalid, PriceInvalid, WeightInvalid: if a field is invalid
    """
    fields = clean_product(name=name, description=description, price=price, weight_grams=weight_grams)
    of_variant = _take_variant_fields(fields)
    with transaction.atomic():
        locked = catalog.lock_product(owner_id, product)
        variant = catalog.find_variant(locked, None) if of_variant else None
        _change(locked, fields, now, expected_version, variant, of_variant)


def set_product_state(*, owner_id: int, product: UUID, state: str, now: datetime) -> None:
    """List or hide a product. Idempotent. :raises ProductNotFound:"""
    with transaction.atomic():
        _change(catalog.lock_product(owner_id, product), {"state": state}, now)


def set_category(*, owner_id: int, product: UUID, category: str, now: datetime) -> None:
    """
    Put a product into a category by its slug; into none if it is empty. Idempotent.

    :raises ProductNotFound: if the product does not exist or belongs to somebody else
    :raises CategoryNotFound: if there is no such category
    """
    if category and category not in categories.categories():
        raise errors.CategoryNotFound
    with transaction.atomic():
        _change(catalog.lock_product(owner_id, product), {"category": category}, now)


def move_product(*, owner_id: int, product: UUID, position: int, now: datetime) -> None:
    """
    Move a product to a position in the catalog, counted from 0; the others are renumbered. :raises ProductNotFound:
    """
    del now  # A change of position does not count as a change of the product.
    with transaction.atomic():
        shop = catalog.lock_shop(owner_id)
        moved = catalog.fetch_own_product(owner_id, product)
        others = [one for one in catalog.list_products(shop) if one.pk != moved.pk]
        others.insert(max(0, position), moved)
        for place, one in enumerate(others):
            if one.position != place:
                Product.objects.filter(pk=one.pk).update(position=place)


def add_photo(
    *, owner_id: int, product: UUID, name: str, width: int, height: int, placeholder: str, now: datetime
) -> None:
    """
    Append a stored photo to a product. Adding the same photo again changes nothing.

    :raises ProductNotFound: if the product does not exist or belongs to somebody else
    :raises PhotoNotFound: if the name is no name of a photo
    :raises PhotosInvalid: if the product has as many photos as it may have
    """
    if not PHOTO_NAME.fullmatch(name):
        raise errors.PhotoNotFound
    with transaction.atomic():
        locked = catalog.lock_product(owner_id, product)
        photos = list(Photo.objects.filter(product=locked).order_by("position", "pk"))
        if any(photo.name == name for photo in photos):
            return
        if len(photos) >= PHOTOS_MAX:
            raise errors.PhotosInvalid(photos_max=PHOTOS_MAX)
        position = photos[-1].position + 1 if photos else 0
        Photo.objects.create(
            product=locked, position=position, name=name, width=width, height=height, placeholder=placeholder
        )
        touch(locked, now)


def arrange_photos(*, owner_id: int, product: UUID, names: Sequence[str], now: datetime) -> None:
    """
    Put the photos of a product into this order, and remove those that are not named.

    :raises ProductNotFound: if the product does not exist or belongs to somebody else
    :raises PhotosInvalid: if a name occurs twice, or is not a photo of the product
    """
    with transaction.atomic():
        locked = catalog.lock_product(owner_id, product)
        by_name = {photo.name: photo for photo in Photo.objects.filter(product=locked)}
        if len(set(names)) != len(names) or not set(names) <= set(by_name):
            raise errors.PhotosInvalid(photos_max=PHOTOS_MAX)
        before = sorted(by_name.values(), key=lambda photo: (photo.position, photo.pk))
        if [photo.name for photo in before] == list(names):
            return
        Photo.objects.filter(product=locked).exclude(name__in=names).delete()
        for position, name in enumerate(names):
            Photo.objects.filter(pk=by_name[name].pk).update(position=position)
        touch(locked, now)


def set_stock(
    *,
    owner_id: int,
    product: UUID,
    variant: UUID | None,
    on_hand: int,
    expected_on_hand: int | None,
    idempotency_key: str,
    now: datetime,
) -> Stock:
    """
    Set the number of pieces on hand of a variant, once under its idempotency key, and return the stock. Without
    ``variant`` it is the only one that the product sells.

    :raises ProductNotFound: if the product does not exist or belongs to somebody else
    :raises VariantNotFound, VariantNeeded: if it sells no such variant, or several and none is named
    :raises StockTooLow: if fewer pieces than are sold and not shipped yet
    :raises StockMoved: if ``expected_on_hand`` is not the current number
    :raises QuantityInvalid, InputInvalid: if the number or the key is invalid
    :raises KeyReused: if the key was used with another number
    """
    with transaction.atomic():
        found = catalog.find_variant(catalog.fetch_bare_product(owner_id, product), variant)
        return count_stock(
            found,
            on_hand,
            expected_on_hand=expected_on_hand,
            idempotency_key=idempotency_key,
            owner_id=owner_id,
            now=now,
        )


def count_stock(
    variant: Variant, on_hand: int, *, expected_on_hand: int | None, idempotency_key: str, owner_id: int, now: datetime
) -> Stock:
    """Set the stock of a variant of this owner, and return it; the errors are those of ``set_stock``."""
    pieces, key, reference = _require_quantity(on_hand), f"set:{_require_key(idempotency_key)}", f"set:{on_hand}"
    stock = catalog.lock_stock(variant)
    before = catalog.find_stock_move(stock, key)
    if before is not None:
        if before.reference != reference:
            raise errors.KeyReused
        return stock
    if expected_on_hand is not None and stock.on_hand != expected_on_hand:
        raise errors.StockMoved(on_hand=stock.on_hand)
    if pieces != stock.on_hand:
        stock_writer.set_on_hand(stock, pieces, reference=reference, key=key, actor_id=owner_id, now=now)
        stock.refresh_from_db()
    return stock


def _change(
    product: Product,
    fields: dict[str, object],
    now: datetime,
    expected_version: int | None = None,
    variant: Variant | None = None,
    of_variant: dict[str, object] | None = None,
) -> None:
    """Change a locked product and one of its variants together, as one version; nothing if nothing would change."""
    changed = _differing(product, fields)
    changed_of_variant = _differing(variant, of_variant or {})
    if not changed and not changed_of_variant:
        return
    if expected_version is not None and product.version != expected_version:
        raise errors.ProductMoved
    if variant is not None:
        save_variant(variant, changed_of_variant, now)
    save_differing(product, changed)
    touch(product, now)
    if _FOUND_BY & {*changed, *changed_of_variant}:
        publish_changed(product)


def _differing(row: Product | Variant | None, fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if getattr(row, name) != value}


def save_differing(row: Product | Variant, fields: dict[str, object]) -> bool:
    """Save those of the fields that differ from the row, and return whether there are any."""
    changed = _differing(row, fields)
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.save(update_fields=changed)
    return bool(changed)


def create_variant(variant: Variant, now: datetime) -> Stock:
    """Save a new variant with its first price, and return its stock, which is empty."""
    variant.save()
    PriceChange.objects.create(variant=variant, price_sen=variant.price_sen, at=now)
    return Stock.objects.create(variant=variant)


def save_variant(variant: Variant, fields: dict[str, object], now: datetime) -> bool:
    """Save those of the fields that differ, a new price with its row of history; return whether there are any."""
    price_sen = fields.get("price_sen")
    if isinstance(price_sen, int) and price_sen != variant.price_sen:
        before = catalog.find_newest_price(variant)
        # A call that waited for the product's lock may have an earlier time than the one that held it.
        at = max(now, before.at) if before is not None else now
        PriceChange.objects.create(variant=variant, price_sen=price_sen, at=at)
    return save_differing(variant, fields)


def touch(product: Product, now: datetime) -> None:
    """Count a change of a locked product."""
    product.version += 1
    product.changed_at = now
    product.save(update_fields=["version", "changed_at"])


def publish_changed(product: Product) -> None:
    """Say that something changed that a product is found by."""
    outbox.publish(ProductChanged(product=str(product.public_id), shop=str(product.shop.public_id)))


def _require_price(price: Money) -> int:
    minor = price.amount_minor
    if price.asset != IDR or not 0 < minor <= PRICE_SEN_MAX or minor % 100:
        raise errors.PriceInvalid(price_max=str(Money(PRICE_SEN_MAX)))
    return minor


def _require_weight(grams: int | None) -> int | None:
    # bool is a subclass of int: True would weigh a gram.
    if grams is not None and (type(grams) is not int or not 1 <= grams <= Variant.WEIGHT_GRAMS_MAX):
        raise errors.WeightInvalid(grams_max=Variant.WEIGHT_GRAMS_MAX)
    return grams


def _require_quantity(written: int) -> int:
    # bool is a subclass of int: True would count as one piece.
    if type(written) is not int or not 0 <= written <= QUANTITY_MAX:
        raise errors.QuantityInvalid(quantity_min=0, quantity_max=QUANTITY_MAX)
    return written


def _require_key(written: str) -> str:
    if not 0 < len(written) <= KEY_CHARS_MAX - 4 or not written.isprintable():
        raise InputInvalid(detail="idempotency_key")
    return written


def _free_slug(shop: Shop, name: str) -> str:
    wanted = text_cleaning.make_slug(name)
    taken = catalog.list_slugs_with_prefix(shop, wanted)
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wanted, *numbered) if slug not in taken)
