"""Querysets whose SQL is written once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db.models import F, QuerySet

from superapp.accounts import api as accounts
from superapp.accounts.models import Contact, User
from superapp.core import compiled_queries, ids
from superapp.core.compiled_queries import CompiledQuery

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(make_user: Callable[..., User]) -> list[User]:
    return [make_user(name) for name in ("ana", "bo", "cici", "dodi", "eka")]


def with_pks(pks: list[int], **_options: object) -> QuerySet[User]:
    return User.objects.filter(pk__in=pks).order_by("pk")


def test_compiled_query_is_built_once_and_filled_with_other_values(people: list[User]) -> None:
    built = []

    def build(pk: int) -> QuerySet[User]:
        built.append(pk)
        return User.objects.filter(pk=pk)

    query = CompiledQuery(build)
    assert [query.fetch(person.pk) for person in people] == [[person] for person in people]
    assert len(built) == 1


def test_rows_are_instances_with_their_relations_and_annotations(
    people: list[User], now: datetime, django_assert_num_queries: Any
) -> None:
    accounts.connect_people(user_id=people[0].pk, peer_id=people[1].pk, now=now)
    query = CompiledQuery(
        lambda owner_id: Contact.objects.filter(owner_id=owner_id).select_related("peer").annotate(twice=F("pk") * 2)
    )

    with django_assert_num_queries(1):
        (contact,) = query.fetch(people[0].pk)
        assert (contact.peer.name, vars(contact)["twice"]) == (people[1].name, contact.pk * 2)


def test_values_come_as_tuples(people: list[User]) -> None:
    query = CompiledQuery(lambda pk: User.objects.filter(pk=pk).values_list("pk", "name"))
    assert [query.fetch(person.pk) for person in people] == [[(person.pk, person.name)] for person in people]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_list_of_any_length_finds_exactly_its_rows(people: list[User], count: int) -> None:
    query = CompiledQuery(with_pks)
    assert query.fetch([person.pk for person in people[:count]]) == people[:count]


def test_lists_of_three_and_four_share_a_plan(people: list[User]) -> None:
    query = CompiledQuery(with_pks)
    query.fetch([person.pk for person in people[:3]])
    query.fetch([person.pk for person in people[:4]])
    assert len(query._plans) == 1


def test_empty_list_finds_nothing_and_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert CompiledQuery(with_pks).fetch([]) == []


def test_public_id_is_found_as_the_database_stores_it(people: list[User]) -> None:
    query = CompiledQuery(lambda public_id: User.objects.filter(public_id=public_id))
    assert query.fetch(people[2].public_id) == [people[2]]
    assert query.fetch(ids.new_id()) == []


def test_none_and_options_select_another_plan(people: list[User]) -> None:
    def build(pk_before: int | None, *, limit: int) -> QuerySet[User]:
        found = User.objects.filter(pk__in=[person.pk for person in people]).order_by("-pk")
        return (found if pk_before is None else found.filter(pk__lt=pk_before))[:limit]

    query = CompiledQuery(build)
    assert query.fetch(None, limit=2) == [people[4], people[3]]
    assert query.fetch(people[3].pk, limit=2) == [people[2], people[1]]
    assert query.fetch(people[3].pk, limit=1) == [people[2]]


def test_value_that_is_no_parameter_is_refused_when_the_sql_is_written() -> None:
    query = CompiledQuery(lambda limit: User.objects.all()[:limit])
    with pytest.raises(TypeError, match="not every value is a parameter"):
        query.fetch(3)


def test_query_keeps_a_bounded_number_of_plans(people: list[User]) -> None:
    query = CompiledQuery(lambda pk, *, limit: User.objects.filter(pk__gte=pk).order_by("pk")[:limit])
    for limit in range(1, 3 * compiled_queries.PLANS_MAX):
        assert query.fetch(people[0].pk, limit=limit) == people[:limit]
    assert len(query._plans) == compiled_queries.PLANS_MAX
