"""Actions on the options of a product and on its variants: what is sold of it, for how much, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from msgspec import UNSET, UnsetType

from shop import errors
from shop.actions import catalog as catalog_actions
from shop.domain import text_cleaning
from shop.domain.product_options import (
    NAME_CHARS_MAX,
    OPTIONS_MAX,
    VALUE_CHARS_MAX,
    VARIANTS_MAX,
    Combination,
    OptionsChange,
    ProductOption,
    list_combinations,
    plan_change,
)
from shop.models import Photo, Product, Variant
from shop.queries import catalog
from superapp.core.errors import DomainError, ErrorCollector, InputInvalid
from superapp.core.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantChange:
    """
    A change of one combination of values; what is None stays as it is, and a weight that is UNSET.

    ``is_sold`` offers it or takes it out. An empty ``photo`` shows the product's first. ``on_hand`` sets its stock, if
    that is ``expected_on_hand`` until now.
    """

    values: Combination
    is_sold: bool | None = None
    price: Money | None = None
    sku: str | None = None
    weight_grams: int | UnsetType | None = UNSET
    photo: str | None = None
    on_hand: int | None = None
    expected_on_hand: int | None = None


def set_options(
    *,
    owner_id: int,
    product: UUID,
    options: Sequence[ProductOption],
    expected_version: int | None,
    now: datetime,
) -> None:
    """
    Give a product these options, and a variant to each combination of their values. Idempotent.

    Variants keep their price, stock and number, as ``plan_change`` says; new ones cost what the first costs, and there
    are none of them yet. Variants of values that are gone are retired.

    :raises ProductNotFound: if it does not exist or belongs to somebody else
    :raises ProductMoved: if something would change and the product is not at ``expected_version``
    :raises TextInvalid, OptionInvalid, TooManyVariants, InputInvalid: if a name or value is invalid; ``field`` names it
    """
    cleaned = clean_options(options)
    with transaction.atomic():
        locked = catalog.lock_product(owner_id, product)
        if cleaned == locked.list_options():
            return
        _require_version(locked, expected_version)
        sold = list(catalog.sold_variants().filter(product=locked))
        plan = plan_change(locked.list_options(), cleaned, [variant.values for variant in sold])
        _apply_plan(locked, sold, plan, list_combinations(cleaned), now)
        stored = [{"name": option.name, "values": list(option.values)} for option in cleaned]
        catalog_actions.save_differing(locked, {"options": stored})
        catalog_actions.touch(locked, now)
        catalog_actions.publish_changed(locked)


def clean_options(options: Sequence[ProductOption]) -> list[ProductOption]:
    """
    Return options in their stored form.

    :raises TextInvalid, OptionInvalid: the first error, with the others attached; ``field`` is ``option-1`` or
        ``values-1`` of the first option
    :raises TooManyVariants: if their values make more combinations than a product may have variants
    """
    if len(options) > OPTIONS_MAX:
        raise InputInvalid(detail="options")
    refused = ErrorCollector()
    cleaned: list[ProductOption] = []
    for place, option in enumerate(options, 1):
        name, values = "", []
        with refused:
            name = text_cleaning.clean_line(option.name, field=f"option-{place}", chars_max=NAME_CHARS_MAX)
            if name.casefold() in {one.name.casefold() for one in cleaned}:
                raise errors.OptionInvalid(field=f"option-{place}", chars_max=NAME_CHARS_MAX)
        with refused:
            values = _clean_values(option.values, f"values-{place}")
        cleaned.append(ProductOption(name, tuple(values)))
    refused.raise_first()
    count = len(list_combinations(cleaned))
    if count > VARIANTS_MAX:
        raise errors.TooManyVariants(variants_max=VARIANTS_MAX, count=count)
    return cleaned


def _clean_values(written: Sequence[str], field: str) -> list[str]:
    if not 0 < len(written) <= VARIANTS_MAX:
        raise errors.TextInvalid(field=field, chars_max=VALUE_CHARS_MAX)
    values = [text_cleaning.clean_line(one, field=field, chars_max=VALUE_CHARS_MAX) for one in written]
    # A title joins values by commas, and forms separate them so.
    if len({one.casefold() for one in values}) < len(values) or any("," in one for one in values):
        raise errors.OptionInvalid(field=field, chars_max=VALUE_CHARS_MAX)
    return values


def change_variants(
    *,
    owner_id: int,
    product: UUID,
    changes: Sequence[VariantChange],
    expected_version: int | None,
    idempotency_key: str,
    now: datetime,
) -> None:
    """
    Change variants of a product together: all of them or none. A stock is set once under the key.

    :raises ProductNotFound: if it does not exist or belongs to somebody else
    :raises VariantNotFound: if its options do not make a combination that is named
    :raises ProductMoved: if something would change and the product is not at ``expected_version``
    :raises LastVariant: if none would be sold any more
    :raises PriceInvalid, WeightInvalid, TextInvalid, PhotoNotFound, QuantityInvalid, StockTooLow, StockMoved: the first
        error, with the others attached; ``field`` is ``price-0`` for the price of the first change
    """
    with transaction.atomic():
        locked = catalog.lock_product(owner_id, product)
        cleaned = _clean_changes(locked, changes)
        places = {values: place for place, values in enumerate(list_combinations(locked.list_options()))}
        if not all(change.values in places for change in changes):
            raise errors.VariantNotFound
        sold = {variant.values: variant for variant in catalog.sold_variants().filter(product=locked)}
        first = next(iter(sold.values()))
        has_changed = _retire(sold, changes)
        for change, fields in zip(changes, cleaned, strict=True):
            variant = sold.get(change.values)
            if variant is None and change.is_sold:
                sold[change.values] = _offer(locked, change.values, places[change.values], first, fields, now)
                has_changed = True
            elif variant is not None:
                has_changed |= catalog_actions.save_variant(variant, fields, now)
        if not sold:
            raise errors.LastVariant
        if has_changed:
            _require_version(locked, expected_version)
            catalog_actions.touch(locked, now)
            catalog_actions.publish_changed(locked)
        _set_stocks(sold, changes, owner_id=owner_id, key=idempotency_key, now=now)


def _apply_plan(
    product: Product, sold: Sequence[Variant], plan: OptionsChange, order: Sequence[Combination], now: datetime
) -> None:
    """Retire, rename, place and add variants as planned."""
    place_of = {values: place for place, values in enumerate(order)}
    # All that change step aside first, since a combination is sold once at any moment.
    changing = [variant for variant in sold if plan.kept.get(variant.values) != variant.values]
    Variant.objects.filter(pk__in=[variant.pk for variant in changing]).update(is_retired=True)
    for variant in sold:
        values = plan.kept.get(variant.values)
        if values is not None:
            _put(variant, values, place_of[values])
    for values in plan.added:
        _offer(product, values, place_of[values], sold[0], {}, now)


def _put(variant: Variant, values: Combination, place: int) -> None:
    """Sell a variant as this combination, in this place."""
    variant.value_1, variant.value_2, variant.value_3 = (*values, "", "", "")[:OPTIONS_MAX]
    variant.position, variant.is_retired = place, False
    variant.save(update_fields=["value_1", "value_2", "value_3", "position", "is_retired"])


def _offer(
    product: Product, values: Combination, place: int, like: Variant, fields: dict[str, object], now: datetime
) -> Variant:
    """Sell a combination: as the variant that it was before, or else as a new one that costs what ``like`` costs."""
    variant = catalog.find_retired_variant(product, values)
    if variant is not None:
        _put(variant, values, place)
        catalog_actions.save_variant(variant, fields, now)
        return variant
    variant = Variant(product=product, price_sen=like.price_sen, weight_grams=like.weight_grams)
    for name, value in fields.items():
        setattr(variant, name, value)
    variant.value_1, variant.value_2, variant.value_3 = (*values, "", "", "")[:OPTIONS_MAX]
    variant.position = place
    catalog_actions.create_variant(variant, now)
    return variant


def _retire(sold: dict[Combination, Variant], changes: Sequence[VariantChange]) -> bool:
    """Retire the variants that the changes stop selling, and return whether there were any."""
    going = [sold.pop(change.values) for change in changes if change.is_sold is False and change.values in sold]
    Variant.objects.filter(pk__in=[variant.pk for variant in going]).update(is_retired=True)
    return bool(going)


def _clean_changes(product: Product, changes: Sequence[VariantChange]) -> list[dict[str, object]]:
    """Return the fields of each change in their stored form."""
    refused = ErrorCollector()
    photos = {photo.name: photo.pk for photo in Photo.objects.filter(product=product)}
    cleaned: list[dict[str, object]] = []
    for row, change in enumerate(changes):
        fields: dict[str, object] = {}
        with refused, _field(f"price-{row}"):
            fields |= catalog_actions.clean_product(price=change.price)
        with refused, _field(f"weight-{row}"):
            fields |= catalog_actions.clean_product(weight_grams=change.weight_grams)
        with refused, _field(f"stock-{row}"):
            catalog_actions.clean_product(quantity=change.on_hand)
        if change.sku is not None:
            with refused:
                fields["sku"] = text_cleaning.clean_line(
                    change.sku, field=f"sku-{row}", chars_max=Variant.SKU_CHARS_MAX, may_be_empty=True
                )
        if change.photo is not None:
            with refused, _field(f"photo-{row}"):
                if change.photo and change.photo not in photos:
                    raise errors.PhotoNotFound
                fields["photo_id"] = photos.get(change.photo)
        cleaned.append(fields)
    refused.raise_first()
    return cleaned


def _set_stocks(
    sold: dict[Combination, Variant], changes: Sequence[VariantChange], *, owner_id: int, key: str, now: datetime
) -> None:
    """Set the stock of each change that names one; stocks are locked in the order of their ids."""
    refused = ErrorCollector()
    counted = [
        (sold[change.values], change, f"stock-{row}")
        for row, change in enumerate(changes)
        if change.on_hand is not None and change.values in sold
    ]
    for variant, change, field in sorted(counted, key=lambda one: one[0].pk):
        with refused, _field(field):
            assert change.on_hand is not None
            catalog_actions.count_stock(
                variant,
                change.on_hand,
                expected_on_hand=change.expected_on_hand,
                idempotency_key=key,
                owner_id=owner_id,
                now=now,
            )
    refused.raise_first()


@contextmanager
def _field(name: str) -> Iterator[None]:
    """Name the field of a form in a refusal."""
    try:
        yield
    except DomainError as refusal:
        refusal.params["field"] = name
        raise


def _require_version(product: Product, expected: int | None) -> None:
    if expected is not None and product.version != expected:
        raise errors.ProductMoved
