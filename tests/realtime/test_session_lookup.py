"""Sessions of people who connect at once are looked up together, and none delays another."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from superapp.accounts.models import Device
from superapp.core import clock, prepared
from superapp.core.errors import NotLoggedIn, Unavailable
from superapp.realtime import registry, session_lookup
from superapp.realtime.session_lookup import look_up_sessions, session_lookups
from tests.harness.concurrency import run_together
from tests.harness.socket_client import log_in


async def running_loop():
    return asyncio.get_running_loop()


def test_session_lookup_of_many_takes_one_query(make_user, django_assert_num_queries):
    people = [make_user(f"person{number}") for number in range(5)]
    devices = [log_in(person) for person in people]

    with django_assert_num_queries(1):
        found = registry.authenticate([device.session_key for device in devices])

    assert {key: welcome.caller.user_id for key, welcome in found.items()} == {
        device.session_key: device.user_id for device in devices
    }
    assert {(welcome.epoch, welcome.user_rev) for welcome in found.values()} == {(1, 0)}


def test_sessions_arriving_during_a_lookup_share_the_next(loop, make_user, monkeypatch):
    keys = [log_in(make_user(f"person{number}")).session_key for number in range(20)]
    welcomes, looks = registry.authenticate, []
    has_begun, may_go_on = asyncio.Event(), threading.Event()

    def counted(session_keys):
        looks.append(set(session_keys))
        running.call_soon_threadsafe(has_begun.set)
        assert may_go_on.wait(10)
        return welcomes(session_keys)

    monkeypatch.setattr(registry, "authenticate", counted)

    running = loop.run(running_loop())

    async def come():
        first = session_lookups.submit_async(keys[0])
        await has_begun.wait()
        others = [session_lookups.submit_async(key) for key in keys[1:]]
        may_go_on.set()
        return [welcome.caller.user_id for welcome in await asyncio.gather(first, *others)]

    assert len(set(loop.run(come()))) == 20
    assert looks == [{keys[0]}, set(keys[1:])]


@pytest.mark.parametrize("key", ["", "a\x00b", "é" * 32, "a" * 4_000, "' OR 1=1 --"])
def test_malformed_session_does_not_fail_the_lookup_of_others(make_user, db, key):
    device = log_in(make_user("ana"))

    stranger, ana = look_up_sessions([key, device.session_key])

    assert isinstance(stranger, NotLoggedIn)
    assert ana.caller.device_id == device.pk


def test_malformed_cookie_is_an_anonymous_visitor(connect, make_user):
    assert connect(session_key="a\x00b").closed == 4401


@pytest.mark.served_only
def test_session_lookup_survives_a_lost_database_connection(connect, make_user):
    ana, bo = make_user("ana"), make_user("bo")
    assert connect(ana).ready is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert connect(bo).ready is not None


@pytest.mark.parametrize(("has_connection", "lookups"), [(True, 2), (False, 1)])
def test_session_lookup_retries_only_after_a_lost_connection(db, monkeypatch, has_connection, lookups):
    asked = []

    def fail(session_keys):
        asked.append(session_keys)
        raise OperationalError("couldn't get a connection after 3.00 sec")

    class Connection:
        connection = object() if has_connection else None

        def close(self):
            self.connection = None

    monkeypatch.setattr(session_lookup, "connection", Connection())
    monkeypatch.setattr(registry, "authenticate", fail)

    [refused] = look_up_sessions(["a-key"])

    assert isinstance(refused, Unavailable)
    assert len(asked) == lookups


@pytest.mark.served_only
def test_session_lookup_does_not_wait_for_a_locked_device(real_db, make_user):
    held, free = log_in(make_user("ana")), log_in(make_user("bo"))
    hour_ago = clock.now() - timedelta(hours=1)
    Device.objects.update(last_seen_at=hour_ago)

    with transaction.atomic():
        Device.objects.select_for_update().get(pk=held.pk)
        [found] = run_together(lambda: registry.authenticate([held.session_key, free.session_key]))

    assert set(found) == {held.session_key, free.session_key}
    held.refresh_from_db()
    free.refresh_from_db()
    assert held.last_seen_at == hour_ago
    assert clock.now() - free.last_seen_at < timedelta(minutes=1)


@pytest.mark.served_only
def test_session_lookup_uses_indexes(real_db, make_user):
    """With every index there, no table is read through, although a test's tables are nearly empty."""
    from superapp.accounts.queries import devices

    device = log_in(make_user("ana"))
    with transaction.atomic(), prepared.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN {devices._OPEN_SESSIONS_POSTGRES}",
            [[device.session_key], clock.now()],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    scanned = [line.split(" on ")[1].split()[0] for line in plan.splitlines() if "Seq Scan on" in line]
    assert set(scanned) <= {"core_instance"}, plan
