"""Merchant page of the variants of a product: its options, and a table of what is sold of it for how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop import api
from shop.api import ProductDetails, ProductOption, VariantChange, VariantDetails
from shop.domain.product_options import (
    NAME_CHARS_MAX,
    OPTIONS_MAX,
    VARIANTS_MAX,
    Combination,
    list_combinations,
    title_of,
)
from shop.errors import (
    LastVariant,
    OptionInvalid,
    PhotoNotFound,
    PriceInvalid,
    ProductMoved,
    QuantityInvalid,
    StockMoved,
    StockTooLow,
    TextInvalid,
    TooManyVariants,
    VariantNotFound,
    WeightInvalid,
)
from shop.models import Variant
from shop.pages import product_fields
from shop.pages.form_errors import PRODUCT_MESSAGES, error_message_for
from shop.pages.merchant import require_own_shop
from superapp.accounts.api import flash_next, get_current_user, named_person_required, take_flash
from superapp.core import clock, ids
from superapp.core.errors import DomainError, ErrorCollector
from superapp.core.form_pages import FORM_ERRORS, errors_by_field, form_cost, make_field_lookup

REFUSALS = (
    *(TextInvalid, OptionInvalid, TooManyVariants, ProductMoved, VariantNotFound, LastVariant),
    *(PriceInvalid, WeightInvalid, QuantityInvalid, PhotoNotFound, StockTooLow, StockMoved),
)
INPUT_CHARS_MAX = 8_000
SHORT_INPUT_CHARS_MAX = 60
KEY_CHARS_MAX = 64
# The inputs of a row, each with its number behind a hyphen, and those that can be filled in all rows at once.
ROW_INPUTS = ("price", "stock", "sku", "weight", "photo", "expected")
FILLED = ("price", "stock", "weight")
Typed = dict[str, str]

# Texts for the JavaScript of this page.
JS_MESSAGES = {
    "count": gettext_lazy("These make {count} variants."),
    "too_many": gettext_lazy("These make {count} variants, more than the {most} that a product can have."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of a form: its number, which the names of its inputs end with, and their errors without that number."""

    number: int
    problems: Mapping[str, object]

    @property
    def number_text(self) -> str:
        return str(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRow(_Row):
    """A row of the form of options, with what is written in it."""

    name: str
    values: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantRow(_Row):
    """A row of the table: a combination, whether it is sold, and what is written in its inputs."""

    title: str
    is_sold: bool
    # Not, while its stock cannot be read.
    is_counted: bool
    typed: Typed


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def variants(request: HttpRequest, product: UUID) -> HttpResponse:
    """Show and change the options of a product of the caller's shop, and its variants."""
    user = get_current_user(request)
    shop = require_own_shop(user.pk)
    problem: DomainError | None = None
    do = request.POST.get("do", "")
    if request.method == "POST" and do in ("options", "rows"):
        apply = _apply_options if do == "options" else _apply_rows
        try:
            flash_next(request, apply(request, user.pk, product))
            return redirect("shop:my_variants", product=product)
        except REFUSALS as refusal:
            problem = refusal
    shown = api.fetch_own_product(owner_id=user.pk, product=product)
    problems = _problems(problem)
    posted = request.POST if problem is not None or do == "fill" else None
    context = {
        "shop": shop,
        "product": shown,
        "option_rows": _option_rows(posted if do == "options" else None, shown, problems),
        "rows": _variant_rows(posted if do != "options" else None, shown, problems),
        "has_rows": bool(shown.options),
        "photos": [(one.name, number) for number, one in enumerate(shown.photos, 1)],
        "filled": {name: request.POST.get(f"fill-{name}", "")[:SHORT_INPUT_CHARS_MAX] for name in FILLED},
        "is_filled": do == "fill",
        "problems": problems,
        "note": take_flash(request),
        "key": str(ids.new_id()),
        "name_chars_max": NAME_CHARS_MAX,
        "variants_max": VARIANTS_MAX,
        "limits": Variant,
        "words": JS_MESSAGES,
    }
    return render(request, "shop/merchant/variants.html", context, status=problem.kind if problem else 200)


def _apply_options(request: HttpRequest, owner_id: int, product: UUID) -> str:
    """Give the product the options of the form, and return the sentence that confirms it."""
    options = [ProductOption(name, tuple(_split_values(values))) for name, values in _posted_options(request.POST)]
    shown = api.set_options(
        owner_id=owner_id,
        product=product,
        options=options,
        expected_version=product_fields.parse_version(request.POST.get("version", "")),
        now=clock.now(),
    )
    if not options:
        return _("Saved. The product has no options now.")
    return _("Saved. Now set price and stock of the {count} variants.").format(count=len(shown.variants))


def _apply_rows(request: HttpRequest, owner_id: int, product: UUID) -> str:
    """Change the variants as the table says, and return the sentence that confirms it."""
    shown = api.fetch_own_product(owner_id=owner_id, product=product)
    by_title = {title_of(values): values for values in list_combinations(shown.options)}
    refused = ErrorCollector()
    changes = [
        _parse_row(request.POST, number, by_title, refused)
        for number in range(VARIANTS_MAX)
        if f"row-{number}" in request.POST
    ]
    refused.raise_first()
    api.change_variants(
        owner_id=owner_id,
        product=product,
        changes=changes,
        expected_version=product_fields.parse_version(request.POST.get("version", "")),
        idempotency_key=request.POST.get("key", "")[:KEY_CHARS_MAX] or str(ids.new_id()),
        now=clock.now(),
    )
    return _("Variants saved.")


def _parse_row(
    posted: Mapping[str, str], number: int, by_title: Mapping[str, Combination], refused: ErrorCollector
) -> VariantChange:
    """Return what a row of the table says; what is wrong in it is collected, by the name of its input."""
    values = by_title.get(posted[f"row-{number}"])
    if values is None:
        # The options have changed since the page was shown.
        raise ProductMoved
    if f"sold-{number}" not in posted:
        return VariantChange(values=values, is_sold=False)
    typed = _posted_row(posted, number)
    found: dict[str, Any] = {}
    for field, name, cleaned_as, parse in (
        ("price", "price", "price", product_fields.parse_price),
        ("stock", "on_hand", "quantity", product_fields.parse_quantity),
        ("weight", "weight_grams", "weight_grams", product_fields.parse_weight),
    ):
        # A page that could not show the stock has no field for it.
        if field == "stock" and f"stock-{number}" not in posted:
            continue
        with refused:
            try:
                found[name] = parse(typed[field])
                api.clean_product(**{cleaned_as: found[name]})
            except DomainError as refusal:
                refusal.params["field"] = f"{field}-{number}"
                raise
    expected = typed["expected"]
    return VariantChange(
        values=values,
        is_sold=True,
        sku=typed["sku"],
        photo=typed["photo"],
        expected_on_hand=int(expected) if expected.isascii() and expected.isdigit() else None,
        **found,
    )


def _posted_options(posted: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return name and values of the options in which something is written."""
    rows = [
        (posted.get(f"option-{n}", "")[:INPUT_CHARS_MAX], posted.get(f"values-{n}", "")[:INPUT_CHARS_MAX])
        for n in range(1, OPTIONS_MAX + 1)
    ]
    return [row for row in rows if any(one.strip() for one in row)]


def _split_values(written: str) -> list[str]:
    """Return the values of an option, which are separated by commas or lines."""
    return [one.strip() for one in written.replace("\n", ",").split(",") if one.strip()]


def _option_rows(
    posted: Mapping[str, str] | None, shown: ProductDetails, problems: Mapping[str, object]
) -> list[OptionRow]:
    """Return the rows of the form of options, stored or as they were written, and empty ones up to the limit."""
    stored = [(option.name, ", ".join(option.values)) for option in shown.options]
    written = _posted_options(posted) if posted is not None else stored
    blank = [("", "")] * (OPTIONS_MAX - len(written))
    return [
        OptionRow(number=number, name=name, values=values, problems=_of_row(problems, number, ("option", "values")))
        for number, (name, values) in enumerate([*written, *blank], 1)
    ]


def _variant_rows(
    posted: Mapping[str, str] | None, shown: ProductDetails, problems: Mapping[str, object]
) -> list[VariantRow]:
    """Return the rows of the table, stored or as they were written."""
    sold = {variant.values: variant for variant in shown.variants}
    numbers = {posted[f"row-{n}"]: n for n in range(VARIANTS_MAX) if f"row-{n}" in posted} if posted is not None else {}
    rows = []
    for place, values in enumerate(list_combinations(shown.options)):
        title, variant = title_of(values), sold.get(values)
        typed, is_sold = _stored_row(variant, shown), variant is not None
        mine = _of_row(problems, place, ROW_INPUTS)
        if posted is not None and title in numbers:
            is_sold = f"sold-{numbers[title]}" in posted
            typed |= _written_row(posted, numbers[title], is_sold=is_sold, has_stock_changed="stock" in mine)
        is_counted = variant is None or variant.stock is not None
        rows.append(
            VariantRow(number=place, title=title, is_sold=is_sold, is_counted=is_counted, typed=typed, problems=mine)
        )
    return rows


def _written_row(posted: Mapping[str, str], number: int, *, is_sold: bool, has_stock_changed: bool) -> Typed:
    """Return what was written in a row, and what is to be the same in all that are sold."""
    written = {name: text for name, text in _posted_row(posted, number).items() if f"{name}-{number}" in posted}
    if has_stock_changed:
        # The number that is counted from is the one that the message says.
        written.pop("expected", None)
    if is_sold:
        written |= {name: posted[f"fill-{name}"][:SHORT_INPUT_CHARS_MAX] for name in _filled(posted)}
    return written


def _of_row(problems: Mapping[str, object], number: int, names: Sequence[str]) -> dict[str, object]:
    return {name: problems[f"{name}-{number}"] for name in names if f"{name}-{number}" in problems}


def _filled(posted: Mapping[str, str]) -> list[str]:
    """Return the inputs that are to be the same in all rows."""
    return [name for name in FILLED if posted.get("do") == "fill" and posted.get(f"fill-{name}", "").strip()]


def _posted_row(posted: Mapping[str, str], number: int) -> Typed:
    return {name: posted.get(f"{name}-{number}", "")[: SHORT_INPUT_CHARS_MAX * 2] for name in ROW_INPUTS}


def _stored_row(variant: VariantDetails | None, shown: ProductDetails) -> Typed:
    price = variant.price if variant is not None else shown.price
    on_hand = variant.stock.on_hand if variant is not None and variant.stock is not None else None
    return {
        "price": str(price).removeprefix("Rp") if price is not None else "",
        "stock": "0" if variant is None else "" if on_hand is None else str(on_hand),
        "expected": "" if on_hand is None else str(on_hand),
        "sku": variant.sku if variant is not None else "",
        "weight": str(variant.weight_grams or "") if variant is not None else "",
        "photo": variant.photo if variant is not None else "",
    }


def _problems(problem: DomainError | None) -> dict[str, object]:
    """Return the error messages by the name of their input."""
    if problem is None:
        return {}
    fields = [
        *(f"{name}-{number}" for number in range(1, OPTIONS_MAX + 1) for name in ("option", "values")),
        *(f"{name}-{number}" for number in range(VARIANTS_MAX) for name in ROW_INPUTS),
    ]
    return errors_by_field(
        problem.all(),
        fields=fields,
        field_of=make_field_lookup({TooManyVariants: "values-1", LastVariant: FORM_ERRORS}),
        sentence_of=error_message_for({}, PRODUCT_MESSAGES),
    )
