"""Options and variants: a price and a stock for each combination, changed by the owner alone, and bought as such."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shop import api, errors
from shop.api import ProductOption, VariantChange
from shop.contracts import catalog_rows
from shop.maintenance import integrity_checks
from shop.models import Attempt, Order, OrderLine, Product, StockMove, Variant
from superapp.core.money import Money
from tests.shop.conftest import COLOURS, SIZES, variant_of


def titles(product):
    return [variant.title for variant in product.variants]


def test_product_without_options_is_one_variant(product):
    (variant,) = product.variants

    assert (product.options, variant.title, variant.values, variant.price) == ((), "", (), Money(25_000_00))
    assert variant.stock == product.stock == api.StockLevel(on_hand=10, held=0, committed=0)


def test_options_make_a_variant_for_each_combination(set_options, product):
    made = set_options(COLOURS, SIZES)

    assert titles(made) == ["Merah, S", "Merah, M", "Biru, S", "Biru, M"]
    assert made.options == (COLOURS, SIZES)
    assert {variant.price for variant in made.variants} == {Money(25_000_00)}
    # What was there is the first combination; of the others there are none yet.
    assert made.variants[0].public_id == product.variants[0].public_id
    assert [variant.stock.on_hand for variant in made.variants if variant.stock] == [10, 0, 0, 0]
    assert (made.version, set_options(COLOURS, SIZES).version) == (2, 2)


def test_added_choice_adds_its_combinations_and_keeps_the_others(set_options, change):
    set_options(COLOURS)
    change(VariantChange(values=("Biru",), on_hand=5, price=Money(30_000_00)))

    made = set_options(ProductOption("Warna", ("Merah", "Hijau", "Biru")))

    assert titles(made) == ["Merah", "Hijau", "Biru"]
    assert [variant.stock.on_hand for variant in made.variants if variant.stock] == [10, 0, 5]
    assert variant_of(made, "Biru").price == Money(30_000_00)


def test_renamed_choice_keeps_its_variant(set_options):
    before = set_options(COLOURS)

    made = set_options(ProductOption("Pilihan warna", ("Merah tua", "Biru")))

    assert titles(made) == ["Merah tua", "Biru"]
    assert [one.public_id for one in made.variants] == [one.public_id for one in before.variants]


def test_removed_choice_is_retired_and_comes_back_as_it_was(set_options, change, db):
    set_options(COLOURS)
    before = change(VariantChange(values=("Biru",), on_hand=5))

    fewer = set_options(ProductOption("Warna", ("Merah",)))
    again = set_options(COLOURS)

    assert titles(fewer) == ["Merah"]
    assert again.variants == before.variants
    assert Variant.objects.count() == 2


def test_combination_that_was_taken_out_stays_out_when_a_choice_is_added(set_options, change):
    set_options(COLOURS, SIZES)
    change(VariantChange(values=("Merah", "M"), is_sold=False))

    made = set_options(COLOURS, ProductOption("Ukuran", ("S", "M", "L")))

    assert titles(made) == ["Merah, S", "Merah, L", "Biru, S", "Biru, M", "Biru, L"]


def test_options_are_swapped_without_a_collision(set_options, change):
    top, bottom = ProductOption("Atas", ("S", "M")), ProductOption("Bawah", ("S", "M"))
    set_options(top, bottom)
    change(VariantChange(values=("S", "M"), on_hand=3))

    made = set_options(bottom, top)

    assert variant_of(made, "M", "S").stock == api.StockLevel(on_hand=3, held=0, committed=0)
    assert len(made.variants) == 4


def test_options_are_removed_and_the_first_variant_remains(set_options, product, shirts):
    made = set_options()

    assert (made.options, titles(made)) == ((), [""])
    assert made.variants[0].public_id == product.variants[0].public_id


@pytest.mark.parametrize(
    ("options", "error", "field"),
    [
        ([ProductOption("", ("Merah",))], errors.TextInvalid, "option-1"),
        ([ProductOption("x" * 31, ("Merah",))], errors.TextInvalid, "option-1"),
        ([ProductOption("Warna", ())], errors.TextInvalid, "values-1"),
        ([ProductOption("Warna", ("Merah", " \u200b"))], errors.TextInvalid, "values-1"),
        ([ProductOption("Warna", ("x" * 41,))], errors.TextInvalid, "values-1"),
        ([ProductOption("Warna", ("Merah", "merah"))], errors.OptionInvalid, "values-1"),
        ([ProductOption("Warna", ("Merah, tua",))], errors.OptionInvalid, "values-1"),
        ([COLOURS, ProductOption("warna", ("S",))], errors.OptionInvalid, "option-2"),
    ],
    ids=["no name", "long name", "no values", "blank value", "long value", "value twice", "comma", "name twice"],
)
def test_invalid_option_is_refused_at_its_field(options, error, field, set_options):
    with pytest.raises(error) as raised:
        set_options(*options)

    assert raised.value.params["field"] == field
    assert list(Product.objects.values_list("options", "version")) == [([], 1)]


def test_more_than_a_hundred_variants_are_refused(set_options):
    many = ProductOption("Ukuran", tuple(f"{n}" for n in range(51)))

    with pytest.raises(errors.TooManyVariants) as raised:
        set_options(COLOURS, many)

    assert raised.value.params == {"variants_max": 100, "count": 102}
    assert len(set_options(COLOURS, ProductOption("Ukuran", many.values[:50])).variants) == 100


def test_variants_are_changed_together_or_not_at_all(shirts, change):
    with pytest.raises(errors.PriceInvalid) as raised:
        change(
            VariantChange(values=("Merah", "S"), price=Money(1_000_00)),
            VariantChange(values=("Biru", "M"), price=Money(0), sku="x" * 41),
        )

    assert [one.params["field"] for one in raised.value.all()] == ["price-1", "sku-1"]
    again = change(VariantChange(values=("Merah", "S"), price=Money(25_000_00)))
    assert (again.version, again.variants) == (shirts.version, shirts.variants)


def test_stock_of_a_variant_is_counted_once_and_from_what_was_seen(shirts, change):
    key = {"idempotency_key": "k"}
    counted = VariantChange(values=("Biru", "M"), on_hand=7, expected_on_hand=2)
    change(counted, **key)
    change(counted, **key)

    with pytest.raises(errors.StockMoved) as raised:
        change(VariantChange(values=("Biru", "M"), on_hand=9, expected_on_hand=2))

    assert raised.value.params == {"on_hand": 7, "field": "stock-0"}
    assert StockMove.objects.filter(stock__variant__sku="BM").count() == 2


def test_last_variant_cannot_be_taken_out(set_options, change):
    set_options(COLOURS)
    gone = [VariantChange(values=(colour,), is_sold=False) for colour in COLOURS.values]

    with pytest.raises(errors.LastVariant):
        change(*gone)

    assert Variant.objects.filter(is_retired=False).count() == 2


def test_photo_of_another_product_is_refused(bo, shop, shirts, make_product, add_photo, change):
    other = add_photo(make_product(shop, "Kalung"), bo)

    with pytest.raises(errors.PhotoNotFound):
        change(VariantChange(values=("Merah", "S"), photo=other.photos[0].name))


def test_outdated_change_is_refused(set_options, change):
    made = set_options(COLOURS)
    change(VariantChange(values=("Merah",), price=Money(26_000_00)))

    with pytest.raises(errors.ProductMoved):
        change(VariantChange(values=("Merah",), price=Money(27_000_00)), expected_version=made.version)
    with pytest.raises(errors.ProductMoved):
        set_options(SIZES, expected_version=made.version)


def test_variants_of_another_shop_are_not_found(make_user, make_shop, shirts, now):
    eve = make_user("eve")
    make_shop(eve, handle="punya-eve")
    asked = {"owner_id": eve.pk, "product": shirts.public_id, "now": now}
    mine = VariantChange(values=("Merah", "S"), price=Money(100))

    with pytest.raises(errors.ProductNotFound):
        api.set_options(**asked, options=[])
    with pytest.raises(errors.ProductNotFound):
        api.change_variants(**asked, changes=[mine], idempotency_key="k")
    with pytest.raises(errors.ProductNotFound):
        api.set_stock(**asked, variant=shirts.variants[0].public_id, on_hand=0, idempotency_key="k")

    assert api.fetch_own_product(owner_id=shirts_owner(shirts), product=shirts.public_id) == shirts


def shirts_owner(product):
    return Product.objects.values_list("shop__owner_id", flat=True).get(public_id=product.public_id)


# Buying.


def test_chosen_variant_is_bought_at_its_price_and_from_its_stock(ana, bo, shirts, buy, now):
    chosen = variant_of(shirts, "Biru", "M")

    answer = buy(ana, shirts, 2, variant=chosen.public_id, expected_total=Money(80_000_00))

    assert isinstance(answer, api.CheckoutCompleted)
    line = OrderLine.objects.get()
    assert (line.product_name, line.variant_title, line.sku, line.price_sen) == (
        "Gelang manik",
        "Biru, M",
        "BM",
        40_000_00,
    )
    shown = api.fetch_order(user_id=ana.pk, order=answer.order).lines[0]
    assert (shown.full_name, shown.product) == ("Gelang manik (Biru, M)", shirts.public_id)
    (listed,) = api.list_purchases(ana.pk, now=now).items
    assert listed.first_line == shown
    left = api.fetch_own_product(owner_id=bo.pk, product=shirts.public_id)
    assert [variant.stock.available for variant in left.variants if variant.stock] == [10, 0, 0, 0]
    assert integrity_checks.check_integrity(now=now) == []


def test_variant_that_is_sold_out_is_refused_while_others_are_left(ana, shirts, buy):
    answer = buy(ana, shirts, variant=variant_of(shirts, "Merah", "M").public_id)

    assert answer == api.CheckoutRefused("shop.sold_out", {"left": 0})
    assert not Order.objects.exists()


def test_purchase_of_a_product_with_variants_must_name_one(ana, shirts, buy):
    with pytest.raises(errors.VariantNeeded):
        buy(ana, shirts, idempotency_key="k")
    with pytest.raises(errors.VariantNotFound):
        buy(ana, shirts, idempotency_key="k", variant=uuid4())

    quote = api.quote_purchase(product=shirts.public_id, quantity=1, buyer_id=ana.pk)
    assert isinstance(quote.why_not, errors.VariantNeeded)
    assert (quote.variant, quote.total) == (None, Money(25_000_00))
    assert not Attempt.objects.exists()


def test_variant_of_another_product_is_not_found(ana, shop, shirts, make_product, buy):
    other = make_product(shop, "Kalung")

    with pytest.raises(errors.VariantNotFound):
        buy(ana, shirts, variant=other.variants[0].public_id)


def test_retired_variant_is_not_for_sale_and_its_orders_go_on(ana, bo, shirts, buy, change, now):
    chosen = variant_of(shirts, "Biru", "M")
    asked = {"variant": chosen.public_id, "expected_total": Money(40_000_00)}
    order = buy(ana, shirts, **asked).order

    change(VariantChange(values=("Biru", "M"), is_sold=False))

    assert buy(ana, shirts, **asked) == api.CheckoutRefused("shop.not_for_sale", {})
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    assert integrity_checks.check_integrity(now=now) == []


def test_key_used_for_another_variant_is_refused(ana, shirts, buy, change):
    first, other = variant_of(shirts, "Merah", "S"), variant_of(shirts, "Biru", "M")
    buy(ana, shirts, variant=first.public_id, idempotency_key="k")

    with pytest.raises(errors.KeyReused):
        buy(ana, shirts, variant=other.public_id, idempotency_key="k")


def test_purchase_that_waits_holds_the_pieces_of_its_variant(ana, bo, shirts, open_purchase, now):
    chosen = variant_of(shirts, "Biru", "M")

    pending = open_purchase(ana, shirts, variant=chosen.public_id, expected_total=Money(40_000_00))
    again = open_purchase(ana, shirts, variant=chosen.public_id, expected_total=Money(40_000_00))
    other = open_purchase(ana, shirts, variant=variant_of(shirts, "Merah", "S").public_id)

    assert (pending.variant_title, pending.sku, again.pk == pending.pk) == ("Biru, M", "BM", True)
    assert other.pk != pending.pk
    held = api.fetch_own_product(owner_id=bo.pk, product=shirts.public_id).variants
    assert [variant.stock.held for variant in held if variant.stock] == [1, 0, 0, 1]
    assert integrity_checks.check_integrity(now=now) == []


def test_old_commands_say_that_a_variant_is_needed(bo, shirts, now):
    mine = {"owner_id": bo.pk, "product": shirts.public_id, "now": now}

    with pytest.raises(errors.VariantNeeded):
        api.set_stock(**mine, on_hand=5, idempotency_key="k")
    with pytest.raises(errors.VariantNeeded):
        api.change_product(**mine, price=Money(9_000_00))
    assert api.change_product(**mine, name="Kaus").name == "Kaus"


def test_catalog_shows_the_range_of_prices_and_all_that_is_left(shirts):
    (shown,) = api.fetch_catalog_page("manik-bo").products

    assert (shown.price, shown.highest_price) == (Money(25_000_00), Money(40_000_00))
    assert shown.stock == api.StockLevel(on_hand=12, held=0, committed=0)


def test_variant_without_the_options_of_its_product_is_a_violation(shirts, now):
    Variant.objects.filter(sku="BM").update(value_2="")

    assert [one.rule for one in integrity_checks.check_integrity(now=now)] == [
        "a variant that is sold has a value of each option"
    ]


def test_stranger_sees_no_counters_of_variants(make_user, bo, shirts):
    quote = api.quote_purchase(product=shirts.public_id, quantity=1, buyer_id=make_user("eve").pk)

    seen, own = (catalog_rows.quote_row(quote, viewer_id=viewer).product for viewer in (0, bo.pk))

    assert [variant.stock.on_hand for variant in seen.variants if variant.stock] == [None] * 4
    assert [variant.stock.on_hand for variant in own.variants if variant.stock] == [10, 0, 0, 2]
