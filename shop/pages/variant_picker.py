"""The picker of a product page: links that choose a variant, each saying why it cannot be bought, if it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from shop.api import ProductDetails, VariantDetails
from shop.domain.product_options import Combination

# The anchor of the picker, so that a page stays where it is when something is chosen.
ANCHOR = "pilihan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of an option; ``why_not`` says why it cannot be bought with the other chosen values, or is empty."""

    value: str
    url: str
    is_chosen: bool
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionPicker:
    name: str
    choices: tuple[Choice, ...]


def choose_variant(product: ProductDetails, public_id: UUID | None) -> VariantDetails | None:
    """Return the variant that a page shows: the one that is asked for, or the first of which some are left."""
    asked = next((one for one in product.variants if one.public_id == public_id), None)
    there = next((one for one in product.variants if one.stock is not None and one.stock.available > 0), None)
    return asked or there or (product.variants[0] if product.variants else None)


def present_options(product: ProductDetails, chosen: VariantDetails | None, *, url: str) -> list[OptionPicker]:
    """Return a row of links for each option. A value of which no variant is sold is left out."""
    if chosen is None:
        return []
    sold = {variant.values: variant for variant in product.variants}
    pickers = []
    for place, option in enumerate(product.options):
        choices = (_present_choice(sold, chosen.values, place, value, url) for value in option.values)
        pickers.append(OptionPicker(name=option.name, choices=tuple(one for one in choices if one is not None)))
    return pickers


def _present_choice(
    sold: Mapping[Combination, VariantDetails], chosen: Combination, place: int, value: str, url: str
) -> Choice | None:
    wanted = (*chosen[:place], value, *chosen[place + 1 :])
    # A value that is not sold with the others leads to one with which it is.
    near = (values for values in sold if values[place] == value)
    target = sold.get(wanted) or sold.get(next(near, ()))
    if target is None:
        return None
    return Choice(
        value=value,
        url=f"{url}?varian={target.public_id}#{ANCHOR}",
        is_chosen=value == chosen[place],
        why_not=_why_not(sold.get(wanted)),
    )


def _why_not(variant: VariantDetails | None) -> str:
    if variant is None:
        return _("Not available")
    # An unknown stock is no reason; the page says that it is unknown.
    return _("Sold out") if variant.stock is not None and variant.stock.available <= 0 else ""
