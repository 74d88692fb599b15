"""Alive, and of use."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from superapp.core import health


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    monkeypatch.setattr(health, "_cached_outcome", health.CachedOutcome())
    # What a test registers is gone after it.
    monkeypatch.setattr(health, "checks", dict(health.checks))


def test_alive_asks_nothing_of_the_database(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/-/live")

    assert answer.status_code == 200
    assert answer.json() == {"live": True}


def test_probe_may_call_us_by_any_name(client, db):
    assert client.get("/-/live", headers={"Host": "10.2.3.4:8000"}).status_code == 200


def test_ready_when_everything_local_is_there(client, db):
    answer = client.get("/-/ready")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "wrong": {}}


def test_not_ready_says_what_is_missing(client, db):
    health.check("guards")(lambda: "a trigger of payments_posting is gone")

    answer = client.get("/-/ready")

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "wrong": {"guards": "a trigger of payments_posting is gone"}}


def test_database_that_does_not_answer_is_named_without_its_address(client, db):
    def broken() -> str | None:
        raise OperationalError("connection to server at 10.1.2.3, user nusa, refused")

    health.check("guards")(broken)

    answer = client.get("/-/ready")

    assert answer.status_code == 503
    assert answer.json()["wrong"] == {"guards": "the database does not answer"}


def test_unreachable_database_is_waited_for_once(client, db):
    asked = []

    def broken() -> str | None:
        asked.append(1)
        raise OperationalError("couldn't get a connection after 3.00 sec")

    health.checks.clear()
    health.check("database")(broken)
    health.check("guards")(broken)

    answer = client.get("/-/ready")

    assert answer.json()["wrong"] == {"database": "the database does not answer"}
    assert asked == [1]


def test_checks_run_once_a_second_however_many_ask(client, db):
    calls = []
    health.check("counted")(lambda: calls.append(1))

    for _ in range(5):
        client.get("/-/ready")

    assert len(calls) == 1


def test_unapplied_migration_makes_it_unready(client, db, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["0099_not_yet"])

    answer = client.get("/-/ready")

    assert answer.status_code == 503
    assert answer.json()["wrong"] == {"migrations": "migrations are not applied"}
