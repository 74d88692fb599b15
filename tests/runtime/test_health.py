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


def test_liveness_probe_takes_no_query(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/-/live")

    assert answer.status_code == 200
    assert answer.json() == {"live": True}


def test_probe_accepts_any_host_header(client, db):
    assert client.get("/-/live", headers={"Host": "10.2.3.4:8000"}).status_code == 200


def test_readiness_is_200_when_local_dependencies_work(client, db):
    answer = client.get("/-/ready")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "wrong": {}}


def test_readiness_names_the_missing_dependency(client, db):
    health.check("guards")(lambda: "a trigger of payments_posting is gone")

    answer = client.get("/-/ready")

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "wrong": {"guards": "a trigger of payments_posting is gone"}}


def test_unreachable_database_is_named_without_its_address(client, db):
    def broken() -> str | None:
        raise OperationalError("connection to server at 10.1.2.3, user nusa, refused")

    health.check("guards")(broken)

    answer = client.get("/-/ready")

    assert answer.status_code == 503
    assert answer.json()["wrong"] == {"guards": "the database does not answer"}


def test_readiness_waits_for_an_unreachable_database_once(client, db):
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


def test_readiness_checks_run_at_most_once_a_second(client, db):
    calls = []
    health.check("counted")(lambda: calls.append(1))

    for _ in range(5):
        client.get("/-/ready")

    assert len(calls) == 1


def test_readiness_fails_with_an_unapplied_migration(client, db, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["0099_not_yet"])

    answer = client.get("/-/ready")

    assert answer.status_code == 503
    assert answer.json()["wrong"] == {"migrations": "migrations are not applied"}
