"""Sockets: who is accepted, the first frames, and the codes with which others are closed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError

from superapp.core import clock
from superapp.realtime import bus, consumer, registry
from superapp.realtime import hub as lines
from superapp.realtime.hub import hub
from superapp.realtime.socket_connection import CLOSE_NOT_LOGGED_IN
from tests.harness.socket_client import log_in


def test_first_frame_is_ready_with_the_user(connect, make_user):
    ana = make_user("ana", language="en")
    device = log_in(ana)

    client = connect(device=device)

    assert client.subprotocol == "app.v1"
    assert client.ready.pop("now").endswith("Z")
    assert client.ready.pop("limits")["frame_bytes"] == 65_536
    assert client.ready == {
        "user": str(ana.public_id),
        "device": str(device.public_id),
        "epoch": 1,
        "me": 0,
        "language": "en",
    }


def test_socket_of_another_origin_is_refused_before_accepting(connect, make_user):
    ana = make_user("ana")

    client = connect(ana, origin="https://eve.example")

    assert client.refused
    assert len(hub) == 0


def test_socket_without_an_origin_is_refused(connect, make_user):
    assert connect(make_user("ana"), origin=None).refused


@pytest.mark.embedded_only
def test_embedded_origin_can_be_any_host_of_the_page(connect, make_user):
    client = connect(make_user("ana"), origin="http://127.0.0.1:8000", host="127.0.0.1:8000")

    assert client.ready is not None


@pytest.mark.embedded_only
def test_foreign_host_name_resolving_to_this_machine_is_refused(connect, make_user):
    assert connect(make_user("ana"), origin="http://eve.example:8000", host="eve.example:8000").refused


@pytest.mark.served_only
def test_served_origin_is_only_the_public_address(connect, make_user):
    assert connect(make_user("ana"), origin="http://127.0.0.1:8000", host="127.0.0.1:8000").refused


def test_socket_at_another_path_is_refused(connect, make_user):
    assert connect(make_user("ana"), path="/other").refused


def test_socket_without_a_session_is_closed_with_4401(connect):
    client = connect(session_key="")

    assert client.ready is None
    assert client.closed == 4401


def test_socket_with_an_unknown_session_is_closed_with_4401(connect, make_user):
    log_in(make_user("ana"))

    assert connect(session_key="a" * 32).closed == 4401


def test_socket_with_an_expired_session_is_closed_with_4401(connect, make_user):
    device = log_in(make_user("ana"))
    Session.objects.filter(session_key=device.session_key).update(expire_date=clock.now() - timedelta(seconds=1))

    assert connect(device=device).closed == 4401


def test_connect_with_an_unreadable_session_asks_for_a_reconnect(connect, make_user, monkeypatch):
    device = log_in(make_user("ana"))

    def lose_the_database(_session_key):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(registry, "_authenticators", [lose_the_database])

    assert connect(device=device).closed == 1011


def test_signed_out_device_loses_only_its_own_sockets(connect, make_user):
    ana = make_user("ana")
    lost, kept = log_in(ana), log_in(ana)
    on_lost, on_kept = connect(device=lost), connect(device=kept)

    bus.close_device(lost.pk)

    assert on_lost.wait_closed() == 4401
    assert list(on_kept.ok("ping")) == ["now"]


def test_ended_session_is_noticed_without_a_hint(connect, make_user, monkeypatch):
    monkeypatch.setattr(consumer, "RECHECK_SESSION_SECONDS", 0.05)
    ana = make_user("ana")
    ended, kept = log_in(ana), log_in(ana)
    on_ended, on_kept = connect(device=ended), connect(device=kept)

    Session.objects.get(session_key=ended.session_key).delete()

    assert on_ended.wait_closed() == 4401
    assert list(on_kept.ok("ping")) == ["now"]


def test_language_change_reaches_an_open_socket(connect, make_user, monkeypatch):
    monkeypatch.setattr(consumer, "RECHECK_SESSION_SECONDS", 0.05)
    ana = make_user("ana", language="id")
    client = connect(ana)
    before = client.err("nonsense")["message"]

    ana.language = "en"
    ana.save(update_fields=["language"])

    deadline = clock.now() + timedelta(seconds=5)
    while (after := client.err("nonsense")["message"]) == before and clock.now() < deadline:
        assert client.is_silent()
    assert after == "The app asked for something unknown. Please reload the page."
    assert before != after


def test_twenty_first_socket_closes_the_oldest(connect, make_user):
    ana, bo = make_user("ana"), make_user("bo")
    of_bo = connect(bo)
    clients = [connect(ana) for _ in range(21)]

    assert clients[0].wait_closed() == 4429
    assert [list(client.ok("ping")) for client in clients[1:]] == [["now"]] * 20
    assert list(of_bo.ok("ping")) == ["now"]


def test_hundred_sockets_of_one_person_leave_the_twenty_newest(connect, make_user):
    ana = make_user("ana")

    clients = [connect(ana) for _ in range(100)]

    assert [client.wait_closed() for client in clients[:80]] == [4429] * 80
    assert [list(client.ok("ping")) for client in clients[80:]] == [["now"]] * 20
    assert len(hub) == 20


def test_two_hundred_closed_sockets_leave_no_state(connect, loop, make_user):
    people = [make_user(f"person{number}") for number in range(10)]
    before = lines.sockets._value.get()  # Hubs of other tests have been counted too.
    for number in range(200):
        connect(people[number % 10]).leave()

    assert len(hub) == 0
    assert (hub._connections, hub._watchers) == ({}, {})
    assert lines.sockets._value.get() == before


def test_stopping_server_closes_sockets_with_retry_after(connect, loop, make_user, monkeypatch):
    monkeypatch.setattr(consumer, "DRAIN_IN_MS", 10)
    client = connect(make_user("ana"))

    loop.run(consumer.drain())

    assert client.read() == {"drain": {"in_ms": 1_500, "jitter_ms": 8_000}}
    assert client.wait_closed() == 4503


def test_server_stopping_at_once_still_closes_sockets_with_retry_after(connect, loop, make_user):
    client = connect(make_user("ana"))

    loop.call(client._line.future.cancel)

    assert client.read() == {"drain": {"in_ms": 1_500, "jitter_ms": 8_000}}
    assert client.wait_closed() == 4503


@pytest.fixture
def after_the_look(monkeypatch):
    """Have something happen, once, between the look at a session and the join of its socket."""

    def happen(act):
        look, acts = consumer.session_lookups.submit_async, [act]

        async def look_slowly(session_key):
            welcomed = await look(session_key)
            if acts:
                await acts.pop()()
            return welcomed

        monkeypatch.setattr(consumer.session_lookups, "submit_async", look_slowly)

    return happen


def test_device_signed_out_while_connecting_is_closed_at_once(connect, make_user, after_the_look):
    ana = make_user("ana")
    there, here = log_in(ana), log_in(ana)

    async def end_there():
        # From a thread, as every page and command does it.
        await asyncio.to_thread(bus.close_device, there.pk)

    after_the_look(end_there)
    on_there, on_here = connect(device=there), connect(device=here)

    assert on_there.wait_closed() == CLOSE_NOT_LOGGED_IN
    assert list(on_here.ok("ping")) == ["now"]
    assert [line.caller.device_id for line in hub.all_connections()] == [here.pk]
    assert not hub._pending


@pytest.mark.served_only
def test_session_is_checked_after_subscribing_to_other_processes(connect, make_user, after_the_look, monkeypatch):
    monkeypatch.setattr(bus, "_subscription", None)
    heard = []

    async def note():
        heard.append(bus._subscription is not None and bus._subscription.has_tried.is_set())

    after_the_look(note)
    connect(make_user("ana"))

    assert heard == [True]
