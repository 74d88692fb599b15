"""Indexes are built by the running instance, step by step, and by ``manage.py reindex``."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from shop.models import Product, ProductDocument
from shop.queries.product_documents import PRODUCTS
from superapp.search.actions import indexing
from superapp.search.contracts import IndexProgress
from superapp.search.maintenance import periodic_tasks
from superapp.search.management.commands import reindex
from superapp.search.models import IndexState
from superapp.search.queries import index_states
from superapp.search.queries.collections import collections
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
    assert not index_states.is_built(PRODUCTS)
    assert indexed() == shelf[:3]
    assert [indexing.continue_building(PRODUCTS, now=now) for _step in range(4)] == [3, 1, 0, 0]

    assert index_states.is_built(PRODUCTS)
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

    assert not index_states.is_built(PRODUCTS)
    assert periodic_tasks.build_indexes(now) == 7

    assert index_states.is_built(PRODUCTS)
    assert not ProductDocument.objects.filter(tokens="old").exists()


def test_reindexing_repairs_what_was_changed_by_hand(shelf, now, capsys):
    periodic_tasks.build_indexes(now)
    Product.objects.filter(pk=shelf[0]).update(state=Product.State.HIDDEN)
    Product.objects.filter(pk=shelf[1]).update(name="Kalung")
    make_document(shelf[-1] + 50, "Tak berbarang").save()

    call_command("reindex")

    assert indexed() == shelf[1:]
    assert ProductDocument.objects.get(pk=shelf[1]).title == " kalung "
    assert "products: indexed" in capsys.readouterr().out


def test_reindexing_of_an_unknown_collection_is_refused():
    with pytest.raises(CommandError, match="argument collection: 'orders'"):
        call_command("reindex", "orders")


def test_interrupted_command_is_finished_by_the_instance(shelf, now):
    periodic_tasks.build_indexes(now)
    indexing.begin_rebuilding(PRODUCTS)
    assert not index_states.is_built(PRODUCTS)

    periodic_tasks.build_indexes(now)

    assert index_states.is_built(PRODUCTS)


def test_collection_that_fails_does_not_stop_the_next(monkeypatch, shelf, now):
    monkeypatch.setattr(periodic_tasks, "collections", {"broken": None, **collections})
    build = periodic_tasks._build

    def fail_for_broken(name, now):
        if name == "broken":
            raise RuntimeError("broken")
        return build(name, now)

    monkeypatch.setattr(periodic_tasks, "_build", fail_for_broken)

    assert periodic_tasks.build_indexes(now) == 7


def test_index_knows_when_it_was_begun(monkeypatch, shelf, now):
    monkeypatch.setattr(indexing, "DOCUMENTS_AT_ONCE", 3)
    assert not index_states.fetch_progress(PRODUCTS).is_built
    later = now + timedelta(minutes=5)
    indexing.continue_building(PRODUCTS, now=now)
    for _step in range(3):
        indexing.continue_building(PRODUCTS, now=later)

    assert index_states.fetch_progress(PRODUCTS) == IndexProgress(is_built=True, begun_at=now)

    indexing.begin_rebuilding(PRODUCTS)
    for _step in range(4):
        indexing.continue_building(PRODUCTS, now=later)
    assert index_states.fetch_progress(PRODUCTS) == IndexProgress(is_built=True, begun_at=later)


def test_reindexing_waits_while_another_process_builds(monkeypatch, shelf, now):
    pauses, step = [], indexing.continue_building

    def step_of_another(name, *, now):
        return 0 if len(pauses) < 2 else step(name, now=now)

    monkeypatch.setattr(indexing, "continue_building", step_of_another)
    monkeypatch.setattr(reindex.time, "sleep", pauses.append)

    call_command("reindex")

    assert pauses[:2] == [reindex.PAUSE_SECONDS] * 2
    assert indexed() == shelf
