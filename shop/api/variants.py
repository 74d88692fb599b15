"""Facade of variants: the options of a product, and what is sold of it for how much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shop.actions import variants
from shop.actions.variants import VariantChange
from shop.contracts.values import ProductDetails
from shop.domain.product_options import ProductOption
from shop.queries import catalog as catalog_queries


def set_options(
    *,
    owner_id: int,
    product: UUID,
    options: Sequence[ProductOption],
    expected_version: int | None = None,
    now: datetime,
) -> ProductDetails:
    """
    Give a product these options, and a variant to each combination of their values. Idempotent.

    Variants of values that stay keep their price and stock; new ones cost what the first costs, and there are none of
    them yet. Variants of values that are gone are no longer sold; existing orders are unaffected.

    :raises ProductNotFound: if it does not exist or belongs to somebody else
    :raises ProductMoved: if something would change and the product is not at ``expected_version``
    :raises TextInvalid, OptionInvalid, TooManyVariants, InputInvalid: if a name or value is invalid; ``field`` names it
    """
    variants.set_options(
        owner_id=owner_id, product=product, options=options, expected_version=expected_version, now=now
    )
    return catalog_queries.product_details(catalog_queries.fetch_own_product(owner_id, product))


def change_variants(
    *,
    owner_id: int,
    product: UUID,
    changes: Sequence[VariantChange],
    expected_version: int | None = None,
    idempotency_key: str,
    now: datetime,
) -> ProductDetails:
    """
    Change variants of a product together: all of them or none. A stock is set once under the key.

    :raises ProductNotFound: if it does not exist or belongs to somebody else
    :raises VariantNotFound: if its options do not make a combination that is named
    :raises ProductMoved: if something would change and the product is not at ``expected_version``
    :raises LastVariant: if none would be sold any more
    :raises PriceInvalid, WeightInvalid, TextInvalid, PhotoNotFound, QuantityInvalid, StockTooLow, StockMoved: the first
        error, with the others attached; ``field`` is ``price-0`` for the price of the first change
    """
    variants.change_variants(
        owner_id=owner_id,
        product=product,
        changes=changes,
        expected_version=expected_version,
        idempotency_key=idempotency_key,
        now=now,
    )
    return catalog_queries.product_details(catalog_queries.fetch_own_product(owner_id, product))
