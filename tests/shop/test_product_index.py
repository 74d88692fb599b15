"""Products are found as they are: outside the write, once it is committed, and never what may not be seen."""

from __future__ import annotations

import pytest
from django.db import transaction

from shop import api
from shop.actions import product_index
from shop.models import ProductDocument
from shop.queries.product_documents import PRODUCTS, build_documents
from superapp.core import jobs, outbox
from superapp.core.models import Fact, Job
from superapp.core.money import Money
from superapp.search import api as search
from superapp.search.maintenance import periodic_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _jobs_wait(monkeypatch):
    """Jobs run when the test says so."""
    monkeypatch.setattr(jobs, "dispatch", lambda _job_id: None)


def arrive(now):
    """Deliver the facts, and do the jobs that they start."""
    outbox.deliver_due(now)
    for pk in Job.objects.filter(name=product_index.INDEX_SHOP, state=Job.State.QUEUED).values_list("pk", flat=True):
        product_index.index_shop(None, **Job.objects.get(pk=pk).arguments)
        Job.objects.filter(pk=pk).delete()


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


def test_index_is_current_only_if_it_is_built_and_nothing_waits(bo, product, now):
    assert not product_index.is_index_current()
    periodic_tasks.build_indexes(now)
    assert not product_index.is_index_current()
    arrive(now)
    assert product_index.is_index_current()

    api.change_shop(owner_id=bo.pk, town="Solo", now=now)
    assert not product_index.is_index_current()
    outbox.deliver_due(now)
    assert not product_index.is_index_current()
    arrive(now)
    assert product_index.is_index_current()


def test_documents_of_many_products_take_the_same_queries(shop, make_product, django_assert_num_queries):
    ids = [ProductDocument(id=number).id for number in range(1)]
    with transaction.atomic(), django_assert_num_queries(2):
        build_documents(ids)
    for number in range(5):
        make_product(shop, f"Gelang {number}")

    with transaction.atomic(), django_assert_num_queries(3):
        build_documents(list(range(10_000)))
