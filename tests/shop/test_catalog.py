"""Shops and their goods: opened once, changed by their owner alone, and nothing in them that could do harm."""

from __future__ import annotations

import hashlib
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from shop import api, errors
from shop.models import Photo, Product, Shop, StockMove, Variant
from superapp.core.money import Money
from tests.shop.conftest import stock_of

SCRIPT = "<script>alert(1)</script>\u202e\u0000\u200bNaik"


def test_opening_a_shop_twice_opens_one(bo, make_shop, now):
    first = make_shop(bo)
    again = make_shop(bo, name="Nama lain")

    assert again == first
    assert Shop.objects.count() == 1
    with pytest.raises(errors.ShopAlreadyOpen):
        make_shop(bo, handle="lain")


@pytest.mark.parametrize("handle", ["ab", "1abc", "a--b", "-abc", "abc-", "a b c", "tokö", "x" * 31, "<b>abc", "a/b/c"])
def test_malformed_shop_address_is_refused(handle, bo, make_shop):
    with pytest.raises(errors.HandleInvalid):
        make_shop(bo, handle=handle)


@pytest.mark.parametrize("handle", ["baru", "pesanan", "sho-p"])
def test_reserved_shop_address_is_taken(handle, bo, make_shop):
    with pytest.raises(errors.HandleTaken):
        make_shop(bo, handle=handle)


def test_shop_address_in_use_is_taken(shop, make_user, make_shop):
    with pytest.raises(errors.HandleTaken):
        make_shop(make_user("cy"), handle="Manik-Bo")
    assert Shop.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": " \u200b\u202e "}, errors.TextInvalid),
        ({"name": "x" * 61}, errors.TextInvalid),
        ({"town": ""}, errors.TextInvalid),
        ({"about": "x" * 1_001}, errors.TextInvalid),
        ({"time_zone": "Mars/Olympus"}, errors.TimeZoneUnknown),
        ({"opening_hours": {"someday": []}}, errors.OpeningHoursInvalid),
        ({"opening_hours": {"mon": [["17:00", "08:00"]]}}, errors.OpeningHoursInvalid),
        ({"opening_hours": {"mon": [["08:00", "25:00"]]}}, errors.OpeningHoursInvalid),
        ({"opening_hours": {"mon": [["08:00", "12:00"], ["11:00", "17:00"]]}}, errors.OpeningHoursInvalid),
        ({"opening_hours": {"mon": [["08:00"]]}}, errors.OpeningHoursInvalid),
        ({"opening_hours": {"mon": [["<b>", "17:00"]]}}, errors.OpeningHoursInvalid),
    ],
)
def test_invalid_shop_details_are_refused(fields, error, bo, make_shop):
    with pytest.raises(error) as raised:
        make_shop(bo, **fields)

    assert str(raised.value.body()["message"])
    assert not Shop.objects.exists()


def test_text_of_a_product_is_stored_as_cleaned_text(bo, make_shop, make_product):
    shop = make_shop(
        bo, name=SCRIPT, about="Satu\r\n\r\n\r\n\r\ndua\u0000", opening_hours={"tue": [["08:00", "24:00"]]}
    )
    product = make_product(shop, name=SCRIPT, description=f"{SCRIPT}\n  baris")

    assert shop.name == "<script>alert(1)</script> Naik"
    assert (shop.about, shop.opening_hours) == ("Satu\n\ndua", {"tue": [["08:00", "24:00"]]})
    assert (product.name, product.description) == (shop.name, f"{shop.name}\nbaris")
    assert product.slug == "scriptalert1script-naik"


def test_shop_change_takes_a_rev(bo, shop, now):
    changed = api.change_shop(owner_id=bo.pk, name="Manik Baru", is_open=False, now=now)

    assert (changed.name, changed.town, changed.is_open, changed.rev) == ("Manik Baru", "Yogyakarta", False, 2)
    assert api.change_shop(owner_id=bo.pk, name="Manik Baru", now=now).rev == 2


def test_person_without_a_shop_cannot_change_one(make_user, shop, product, now):
    eve = make_user("eve")

    for act in (
        lambda: api.change_shop(owner_id=eve.pk, name="Punya Eve", now=now),
        lambda: api.set_logo(owner_id=eve.pk, logo="a" * 64, now=now),
        lambda: api.list_own_products(owner_id=eve.pk),
        lambda: api.list_sales(eve.pk, now=now),
        lambda: api.add_product(owner_id=eve.pk, name="x", price=Money(100), idempotency_key="k", now=now),
    ):
        with pytest.raises(errors.ShopNotFound):
            act()
    assert api.find_shop(eve.pk) is None
    assert api.fetch_catalog_page("manik-bo").shop.name == "Manik Bo"


def test_product_of_another_shop_is_not_found(make_user, make_shop, product, bo, now):
    eve = make_user("eve")
    make_shop(eve, handle="punya-eve")
    asked = {"owner_id": eve.pk, "product": product.public_id}

    for act in (
        lambda: api.fetch_own_product(**asked),
        lambda: api.change_product(**asked, price=Money(100), now=now),
        lambda: api.publish_product(**asked, now=now),
        lambda: api.unpublish_product(**asked, now=now),
        lambda: api.move_product(**asked, position=0, now=now),
        lambda: api.add_photo(**asked, name="a" * 64, width=1, height=1, placeholder="", now=now),
        lambda: api.arrange_photos(**asked, names=[], now=now),
        lambda: api.set_stock(**asked, on_hand=0, idempotency_key="k", now=now),
    ):
        with pytest.raises(errors.ProductNotFound):
            act()
    assert api.fetch_own_product(owner_id=bo.pk, product=product.public_id) == product


def test_product_is_added_once_under_its_key(bo, shop, make_product):
    first = make_product(shop, idempotency_key="k")
    again = make_product(shop, idempotency_key="k")

    assert again == first
    assert (Product.objects.count(), StockMove.objects.count()) == (1, 1)
    with pytest.raises(errors.KeyReused):
        make_product(shop, name="Lain", idempotency_key="k")


@pytest.mark.parametrize("minor", [0, -100, 150, 1, 1_000_000_000_00 + 100])
def test_price_must_be_a_positive_whole_number(minor, bo, shop, make_product, product, now):
    with pytest.raises(errors.PriceInvalid):
        make_product(shop, price=Money(minor))
    with pytest.raises(errors.PriceInvalid):
        api.change_product(owner_id=bo.pk, product=product.public_id, price=Money(minor), now=now)
    assert Product.objects.count() == 1


def test_price_in_another_currency_is_refused(shop, make_product):
    with pytest.raises(errors.PriceInvalid):
        make_product(shop, price=Money(100, "USD"))


def test_products_of_the_same_name_have_different_addresses(shop, make_product):
    slugs = [make_product(shop, name=name).slug for name in ("Gelang Manik!", "gelang manik", "GELANG  MANIK", "🌶️")]

    assert slugs == ["gelang-manik", "gelang-manik-2", "gelang-manik-3", "barang"]


def test_product_change_takes_a_rev_and_no_change_takes_none(bo, product, now):
    changed = api.change_product(owner_id=bo.pk, product=product.public_id, name="Kalung", price=Money(100), now=now)
    again = api.change_product(owner_id=bo.pk, product=product.public_id, name="Kalung", now=now)

    assert (changed.name, changed.price, changed.version, changed.slug) == ("Kalung", Money(100), 2, "gelang-manik")
    assert again.version == 2
    hidden = api.unpublish_product(owner_id=bo.pk, product=product.public_id, now=now)
    assert (hidden.state, hidden.version) == ("hidden", 3)
    assert api.unpublish_product(owner_id=bo.pk, product=product.public_id, now=now).version == 3


def test_stock_is_set_once_under_its_key_and_recorded(bo, product, now):
    say = lambda on_hand, key, **more: api.set_stock(  # noqa: E731
        owner_id=bo.pk, product=product.public_id, on_hand=on_hand, idempotency_key=key, now=now, **more
    )

    assert say(7, "a").on_hand == 7
    assert say(7, "a").on_hand == 7
    with pytest.raises(errors.KeyReused):
        say(8, "a")
    with pytest.raises(errors.StockMoved) as moved:
        say(9, "b", expected_on_hand=10)
    assert moved.value.params == {"on_hand": 7}
    assert say(9, "b", expected_on_hand=7).on_hand == 9
    assert list(StockMove.objects.order_by("seq").values_list("seq", "quantity")) == [(1, 10), (2, -3), (3, 2)]


def test_stock_cannot_be_set_below_what_is_sold(ana, bo, product, buy, now):
    buy(ana, product, 4)

    with pytest.raises(errors.StockTooLow) as refused:
        api.set_stock(owner_id=bo.pk, product=product.public_id, on_hand=3, idempotency_key="a", now=now)
    assert refused.value.params == {"sold": 4}
    assert stock_of(product, bo) == (10, 0, 4)
    assert (
        api.set_stock(owner_id=bo.pk, product=product.public_id, on_hand=4, idempotency_key="a", now=now).available == 0
    )


@pytest.mark.parametrize("on_hand", [-1, 1_000_001, True, 1.0])
def test_stock_must_be_a_whole_number_within_bounds(on_hand, bo, product, now):
    with pytest.raises(errors.QuantityInvalid):
        api.set_stock(owner_id=bo.pk, product=product.public_id, on_hand=on_hand, idempotency_key="a", now=now)


def test_catalog_has_the_order_of_its_owner(bo, shop, make_product, now):
    goods = [make_product(shop, name=f"Barang {number}") for number in range(4)]

    api.move_product(owner_id=bo.pk, product=goods[3].public_id, position=0, now=now)
    api.move_product(owner_id=bo.pk, product=goods[0].public_id, position=99, now=now)

    names = [product.name for product in api.list_own_products(owner_id=bo.pk)]
    assert names == ["Barang 3", "Barang 1", "Barang 2", "Barang 0"]


def test_product_photos_keep_their_order_without_duplicates(bo, product, now):
    asked = {"owner_id": bo.pk, "product": product.public_id}
    names = [letter * 64 for letter in "abc"]
    for name in (*names, names[0]):
        shown = api.add_photo(**asked, name=name, width=800, height=600, placeholder="x", now=now)
    assert [photo.name for photo in shown.photos] == names

    arranged = api.arrange_photos(**asked, names=[names[2], names[0]], now=now)

    assert [photo.name for photo in arranged.photos] == [names[2], names[0]]
    assert Photo.objects.count() == 2
    for wrong in ([names[1]], [names[0], names[0]]):
        with pytest.raises(errors.PhotosInvalid):
            api.arrange_photos(**asked, names=wrong, now=now)
    with pytest.raises(errors.PhotoNotFound):
        api.add_photo(**asked, name="../../etc/passwd", width=1, height=1, placeholder="", now=now)


def test_product_has_at_most_eight_photos(bo, product, now):
    asked = {"owner_id": bo.pk, "product": product.public_id, "width": 1, "height": 1, "placeholder": "", "now": now}
    for letter in "01234567":
        api.add_photo(**asked, name=letter * 64)

    with pytest.raises(errors.PhotosInvalid):
        api.add_photo(**asked, name="8" * 64)
    assert Photo.objects.count() == 8


def test_catalog_shows_listed_products_and_the_owner_all(make_user, bo, shop, make_product, now):
    listed, draft = make_product(shop, name="Ada"), make_product(shop, name="Nanti", listed=False)

    assert [product.name for product in api.fetch_catalog_page("manik-bo").products] == ["Ada"]
    assert api.fetch_product("manik-bo", draft.slug, viewer_id=bo.pk).product.name == "Nanti"
    for viewer in (None, make_user("eve").pk):
        with pytest.raises(errors.ProductNotFound):
            api.fetch_product("manik-bo", draft.slug, viewer_id=viewer)
    assert api.fetch_product("manik-bo", listed.slug).shop == api.fetch_catalog_page("manik-bo").shop
    with pytest.raises(errors.ShopNotFound):
        api.fetch_catalog_page("tidak-ada")
    with pytest.raises(errors.ProductNotFound):
        api.quote_purchase(product=uuid4(), quantity=1)


def test_catalog_is_paged(shop, make_product):
    for number in range(5):
        make_product(shop, name=f"Barang {number}")

    first = api.fetch_catalog_page("manik-bo", limit=3)
    rest = api.fetch_catalog_page("manik-bo", after=first.next, limit=3)

    assert [product.name for product in (*first.products, *rest.products)] == [f"Barang {n}" for n in range(5)]
    assert (first.next, rest.next) == (3, None)


def test_catalog_takes_the_same_queries_for_many_products(shop, make_product, django_assert_num_queries):
    make_product(shop, name="Satu")
    with django_assert_num_queries(4):
        api.fetch_catalog_page("manik-bo")
    for number in range(4):
        make_product(shop, name=f"Barang {number}")

    with django_assert_num_queries(4):
        assert len(api.fetch_catalog_page("manik-bo").products) == 5


@pytest.mark.parametrize("grams", [1, 250, 500_000])
def test_weight_is_stored_changed_and_removed(grams, bo, shop, make_product, now):
    product = make_product(shop, weight_grams=grams)
    change = lambda **fields: api.change_product(owner_id=bo.pk, product=product.public_id, now=now, **fields)  # noqa: E731

    kept = change(name="Kalung")
    changed = change(weight_grams=300)
    removed = change(weight_grams=None)

    assert (product.weight_grams, kept.weight_grams) == (grams, grams)
    assert (changed.weight_grams, removed.weight_grams, removed.version) == (300, None, 4)


@pytest.mark.parametrize("grams", [0, -1, 500_001, True, 1.5])
def test_weight_out_of_bounds_is_refused_and_changes_nothing(grams, bo, shop, make_product, product, now):
    with pytest.raises(errors.WeightInvalid):
        make_product(shop, weight_grams=grams)
    with pytest.raises(errors.WeightInvalid):
        api.change_product(owner_id=bo.pk, product=product.public_id, weight_grams=grams, now=now)

    assert Variant.objects.values_list("weight_grams", "product__version").get() == (None, 1)


@pytest.mark.parametrize("grams", [0, 500_001])
def test_database_stores_no_weight_out_of_bounds(grams, product):
    with pytest.raises(IntegrityError), transaction.atomic():
        Variant.objects.update(weight_grams=grams)


def test_key_used_with_another_weight_is_refused(shop, make_product):
    make_product(shop, weight_grams=250, idempotency_key="k")

    with pytest.raises(errors.KeyReused):
        make_product(shop, weight_grams=251, idempotency_key="k")
    with pytest.raises(errors.KeyReused):
        make_product(shop, idempotency_key="k")


def test_product_without_weight_keeps_the_hash_of_older_versions(shop, make_product):
    make_product(shop, name="Kalung", description="", quantity=10, idempotency_key="k")

    content = b'["Kalung",{"amount_minor":2500000,"asset":"IDR"},"",10,true]'
    assert Product.objects.get().content_hash == hashlib.sha256(content).hexdigest()
