"""Indexes are built by the running instance, step by step, and by ``manage.py reindex``."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from shop.models import Product, ProductDocument
from shop.queries.product_documents import PRODUCTS
from superapp.search import api as search
from superapp.search.actions import indexing
from superapp.search.maintenance import periodic_tasks
from superapp.search.models import IndexState
from tests.search.conftest import make_document
from tests.shop.conftest import bo as bo
from tests.shop.conftest import make_product as make_product
from tests.shop.conftest import make_shop as make_shop
from tests.shop.conftest import shop as shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(shop, make_product):
    """Seven products, of which the index knows nothing yet."""
    for number in range(7):
        make_product(shop, f"Gelang {number}")
    return list(Product.objects.order_by("pk").values_list("pk", flat=True))


def indexed():
    return list(ProductDocument.objects.order_by("pk").values_list("pk", flat=True))


def test_index_is_built_in_steps_that_go_on_after_a_crash(monkeypatch, shelf, now):
    monkeypatch.setattr(indexing, "DOCUMENTS_AT_ONCE", 3)

    assert indexing.continue_building(PRODUCTS, now=now) == 3
    assert not search.is_built(PRODUCTS)
    assert indexed() == shelf[:3]
    assert [indexing.continue_building(PRODUCTS, now=now) for _step in range(4)] == [3, 1, 0, 0]

    assert search.is_built(PRODUCTS)
    assert indexed() == shelf
    assert IndexState.objects.get().built_at == now


def test_step_that_fails_changes_nothing(monkeypatch, shelf, now):
    def fail(*_arguments, **_options):
        raise RuntimeError("killed")

    monkeypatch.setattr(indexing, "write_documents", fail)

    with pytest.raises(RuntimeError):
        indexing.continue_building(PRODUCTS, now=now)

    assert not IndexState.objects.filter(next_id__gt=0).exists()
    assert indexed() == []


def test_periodic_task_builds_once_and_then_asks_one_question(shelf, now, django_assert_num_queries):
    assert periodic_tasks.build_indexes(now) == 7
    assert periodic_tasks.build_indexes(now) == 0

    with django_assert_num_queries(1):
        periodic_tasks.build_indexes(now)


def test_other_tokens_have_everything_indexed_anew(monkeypatch, shelf, now):
    periodic_tasks.build_indexes(now)
    ProductDocument.objects.update(tokens="old")
    IndexState.objects.update(version=0)

    assert not search.is_built(PRODUCTS)
    assert periodic_tasks.build_indexes(now) == 7

    assert search.is_built(PRODUCTS)
    assert not ProductDocument.objects.filter(tokens="old").exists()


def test_reindexing_repairs_what_was_changed_by_hand(shelf, now, capsys):
    periodic_tasks.build_indexes(now)
    Product.objects.filter(pk=shelf[0]).update(state=Product.State.HIDDEN)
    Product.objects.filter(pk=shelf[1]).update(name="Kalung")
    make_document(shelf[-1] + 50, "Tak berbarang").save()

    call_command("reindex")

    assert indexed() == shelf[1:]
    assert ProductDocument.objects.get(pk=shelf[1]).title == " kalung "
    assert "products: 8 rows" in capsys.readouterr().out


def test_reindexing_of_an_unknown_collection_is_refused():
    with pytest.raises(CommandError, match="argument collection: 'orders'"):
        call_command("reindex", "orders")


def test_interrupted_command_is_finished_by_the_instance(shelf, now):
    periodic_tasks.build_indexes(now)
    indexing.begin_rebuilding(PRODUCTS)
    assert not search.is_built(PRODUCTS)

    periodic_tasks.build_indexes(now)

    assert search.is_built(PRODUCTS)
