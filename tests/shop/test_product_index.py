"""Products are found as they are: outside the write, once it is committed, and never what may not be seen."""

from __future__ import annotations

import pytest
from django.db import transaction

from shop import api
from shop.actions import product_index
from shop.models import ProductDocument
from shop.models.product_documents import TOWN_KEY_CHARS_MAX
from shop.queries import product_documents
from shop.queries.product_documents import PRODUCTS, build_documents
from superapp.core import outbox
from superapp.core.models import Fact
from superapp.core.money import Money
from superapp.search import api as search
from superapp.search.maintenance import periodic_tasks

pytestmark = pytest.mark.django_db


def arrive(now):
    outbox.deliver_due(now)


def waiting(name):
    return list(Fact.objects.filter(name=name).order_by("pk").values_list("payload", flat=True))


def found(text, **fields):
    result = search.search(PRODUCTS, search.SearchRequest(text=text, **fields))
    return [ProductDocument.objects.get(pk=one.id).title.strip() for one in result.candidates]


def test_added_product_is_found_once_its_fact_is_delivered(shop, make_product, now):
    make_product(shop, "Gelang manik", description="Dari kaca, buatan tangan.")
    assert found("gelang") == []

    arrive(now)

    for text in ("gelang", "kaca", "Manik Bo", "yogyakarta gelang", "buatan"):
        assert found(text) == ["gelang manik"], text
    assert ProductDocument.objects.get().price_sen == 25_000_00


def test_product_that_was_never_added_is_not_announced(shop, make_product):
    with transaction.atomic():
        make_product(shop)
        transaction.set_rollback(True)

    assert not Fact.objects.filter(name="shop.product_changed").exists()


def test_changes_arrive_and_may_arrive_twice_and_late(bo, product, now):
    api.change_product(owner_id=bo.pk, product=product.public_id, name="Kalung laut", now=now)
    late = Fact.objects.filter(name="shop.product_changed").order_by("pk").first()
    api.change_product(owner_id=bo.pk, product=product.public_id, price=Money(31_000_00), now=now)
    arrive(now)
    Fact.objects.create(
        name=late.name, key=late.key, payload=late.payload, published_at=late.published_at, due_at=late.due_at
    )

    arrive(now)

    assert found("gelang") == []
    assert found("kalung") == ["kalung laut"]
    assert ProductDocument.objects.get().price_sen == 31_000_00


def test_hidden_products_drafts_and_closed_shops_are_not_found(bo, shop, product, make_product, now):
    make_product(shop, "Gelang rancangan", listed=False)
    arrive(now)
    assert found("gelang") == ["gelang manik"]

    api.unpublish_product(owner_id=bo.pk, product=product.public_id, now=now)
    arrive(now)
    assert found("gelang") == []

    api.publish_product(owner_id=bo.pk, product=product.public_id, now=now)
    arrive(now)
    assert found("gelang") == ["gelang manik"]

    api.change_shop(owner_id=bo.pk, is_open=False, now=now)
    arrive(now)
    assert found("gelang") == []

    api.change_shop(owner_id=bo.pk, is_open=True, town="Solo", now=now)
    arrive(now)
    assert found("gelang solo") == ["gelang manik"]
    assert ProductDocument.objects.get().town_key == "solo"


def test_words_of_hidden_products_are_not_told_by_corrections_and_suggestions(bo, product, make_product, shop, now):
    secret = make_product(shop, "Kejutanulang")
    arrive(now)
    api.unpublish_product(owner_id=bo.pk, product=secret.public_id, now=now)
    arrive(now)

    assert search.suggest(PRODUCTS, "kejut") == []
    assert search.search(PRODUCTS, search.SearchRequest(text="kejutanulamg")).words == ("kejutanulamg",)


def test_town_that_folding_makes_longer_than_the_column_is_cut(bo, product, now):
    periodic_tasks.build_indexes(now)
    api.change_shop(owner_id=bo.pk, town="ﷺ" * 60, now=now)

    arrive(now)

    document = ProductDocument.objects.get()
    assert len(document.town_key) == TOWN_KEY_CHARS_MAX
    assert document.town_key == product_documents.town_key("ﷺ" * 60)
    assert not Fact.objects.exists()


@pytest.mark.parametrize(
    ("fields", "is_indexed"),
    [
        ({"name": "Toko Baru"}, True),
        ({"town": "Solo"}, True),
        ({"is_open": False}, True),
        ({"about": "Dari kaca."}, False),
        ({"opening_hours": {"mon": [["08:00", "16:00"]]}}, False),
        ({"town": "Yogyakarta"}, False),
    ],
    ids=["name", "town", "closed", "about", "hours", "same town"],
)
def test_products_of_a_shop_are_indexed_only_for_what_they_are_found_by(bo, shop, now, fields, is_indexed):
    api.change_shop(owner_id=bo.pk, now=now, **fields)

    facts = waiting("shop.shop_products_changed")
    assert facts == ([{"shop": str(shop.public_id), "after": 0}] if is_indexed else [])


@pytest.mark.parametrize(
    ("fields", "is_indexed"),
    [({"name": "Kalung"}, True), ({"price": Money(1_000_00)}, True), ({"weight_grams": 20}, False)],
    ids=["name", "price", "weight"],
)
def test_product_is_indexed_only_for_what_it_is_found_by(bo, shop, product, now, fields, is_indexed):
    arrive(now)

    api.change_product(owner_id=bo.pk, product=product.public_id, now=now, **fields)

    fact = {"product": str(product.public_id), "shop": str(shop.public_id)}
    assert waiting("shop.product_changed") == ([fact] if is_indexed else [])


def test_products_of_a_shop_are_indexed_some_at_a_time(monkeypatch, bo, shop, make_product, now):
    monkeypatch.setattr(product_index, "PRODUCTS_AT_ONCE", 2)
    made = [make_product(shop, f"Gelang {number}") for number in range(4)]
    arrive(now)
    sizes = []
    index = search.index_documents
    monkeypatch.setattr(search, "index_documents", lambda name, ids: (sizes.append(len(ids)), index(name, ids)))

    api.change_shop(owner_id=bo.pk, town="Solo", now=now)
    arrive(now)

    assert sizes == [2, 2, 0]
    assert len(found("gelang solo")) == len(made)


def test_step_that_fails_is_tried_again_and_loses_nothing(monkeypatch, bo, shop, make_product, now):
    make_product(shop, "Gelang")
    arrive(now)
    api.change_shop(owner_id=bo.pk, town="Solo", now=now)

    def fail(*_arguments):
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(search, "index_documents", fail)
        arrive(now)
    assert [one["after"] for one in waiting("shop.shop_products_changed")] == [0]
    assert found("gelang solo") == []

    Fact.objects.update(due_at=now)
    arrive(now)

    assert found("gelang solo") == ["gelang"]


def test_documents_of_many_products_take_the_same_queries(shop, make_product, django_assert_num_queries):
    ids = [ProductDocument(id=number).id for number in range(1)]
    with transaction.atomic(), django_assert_num_queries(2):
        build_documents(ids)
    for number in range(5):
        make_product(shop, f"Gelang {number}")

    with transaction.atomic(), django_assert_num_queries(3):
        build_documents(list(range(10_000)))
