"""A restart of PostgreSQL is felt by nobody afterwards, however many connections lay idle."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

pytestmark = [pytest.mark.served_only, pytest.mark.usefixtures("real_db")]

IDLE = 8


@pytest.fixture
def pooled() -> Iterator[Any]:
    """A connection wrapper with a pool of its own, in which some connections lie idle."""
    settings_dict = copy.deepcopy(connections["default"].settings_dict)
    settings_dict["OPTIONS"]["pool"] = {"min_size": IDLE, "max_size": IDLE, "timeout": 3, "reconnect_timeout": 1}
    settings_dict["CONN_HEALTH_CHECKS"] = True
    wrapper: Any = type(connections["default"])(settings_dict, "pooled")
    assert isinstance(wrapper, BaseDatabaseWrapper)
    wrapper.pool.open(wait=True)
    yield wrapper
    wrapper.close_pool()


def end_connections_of(pool: Any) -> None:
    pids = [conn.info.backend_pid for conn in pool._pool]
    assert len(pids) == IDLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT bool_and(pg_terminate_backend(pid, 10000)) FROM unnest(%s) AS pid", [pids])
        assert cursor.fetchone() == (True,)


def test_dead_idle_connections_delay_no_query(pooled: Any) -> None:
    end_connections_of(pooled.pool)

    began = time.monotonic()
    given = [pooled.pool.getconn() for _ in range(3)]

    assert [conn.execute("SELECT 1").fetchone() for conn in given] == [(1,)] * 3
    assert time.monotonic() - began < 0.9
    for conn in given:
        pooled.pool.putconn(conn)


def test_tested_connection_pool_is_the_one_of_the_product() -> None:
    assert settings.DATABASES["default"]["ENGINE"] == "superapp.core.postgres"
    assert type(connections["default"]).pool.fget.__module__ == "superapp.core.postgres.base"
