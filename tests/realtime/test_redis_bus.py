"""Hints between processes over a real Redis: heard once, not held up by its death, healed after it."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.db import connection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as open_websocket

from superapp.realtime import bus, redis_bus
from superapp.realtime.bus import UserHint
from tests.chat.conftest import make_direct
from tests.harness.servers import wait_until
from tests.harness.socket_client import log_in

__all__ = ["make_direct"]
pytestmark = pytest.mark.served_only

HINT = b'{"on":"me","say":"test"}'
RESUMED = {"on": "bus", "say": "resumed"}


class Line:
    """A real socket to one of the site's processes."""

    def __init__(self, websocket):
        self._websocket = websocket
        assert "ready" in self.read()

    def read(self, seconds=10):
        return json.loads(self._websocket.recv(timeout=seconds))

    def send(self, **frame):
        self._websocket.send(json.dumps(frame))

    def hints(self):
        """Every hint up to now."""
        self.send(id=1, do="ping")
        told = []
        while "id" not in (frame := self.read()):
            told.append(frame)
        return told

    def closed_with(self):
        with pytest.raises(ConnectionClosed) as closed:
            self.read()
        return closed.value.rcvd.code


@pytest.fixture
def dial():
    """Open a real socket: ``dial(url, device)``."""
    with ExitStack() as opened:

        def open_line(url, device):
            return Line(
                opened.enter_context(
                    open_websocket(
                        url.replace("http", "ws") + "/ws",
                        origin=url,
                        subprotocols=["app.v1"],
                        additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={device.session_key}"},
                    )
                )
            )

        yield open_line


@pytest.fixture
def calm_publisher(redis_server):
    """A publisher of this process that remembers no outage of another test."""
    redis_bus._forget_publisher()
    yield
    redis_bus._forget_publisher()


def test_hint_of_one_process_reaches_every_other_once(make_site, make_user, dial, calm_publisher):
    site = make_site(web_processes=2)
    ana, eve = make_user("ana"), make_user("eve")
    of_ana = [dial(url, log_in(ana)) for url in site.urls]
    of_eve = dial(site.urls[0], log_in(eve))

    bus.publish([UserHint([ana.pk], HINT)])

    assert [line.read() for line in of_ana] == [json.loads(HINT)] * 2
    assert [line.hints() for line in [*of_ana, of_eve]] == [[], [], []]


def test_only_the_sending_socket_is_excluded_over_all_processes(make_site, make_user, make_direct, dial):
    site = make_site(web_processes=2)
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    # The first line of each process has the number one.
    here, there = (dial(url, log_in(ana)) for url in site.urls)
    at_bo = dial(site.urls[1], log_in(bo))

    here.send(id=2, do="chat.send", conversation=str(conversation.public_id), client_id="c-1", body="halo")
    answer = here.read()

    assert [hint["say"] for hint in answer["ok"]["hints"]] == ["membership.changed", "message.posted"]
    assert [there.read(), there.read()] == answer["ok"]["hints"]
    assert at_bo.read() == answer["ok"]["hints"][1]
    assert [line.hints() for line in (here, there, at_bo)] == [[], [], []]


def test_device_is_signed_out_in_any_process(make_site, make_user, dial, calm_publisher):
    site = make_site(web_processes=2)
    ana = make_user("ana")
    lost, kept = log_in(ana), log_in(ana)
    on_lost, on_kept = dial(site.urls[1], lost), dial(site.urls[1], kept)

    bus.close_device(lost.pk)

    assert on_lost.closed_with() == 4401
    assert on_kept.hints() == []


def test_returning_redis_announces_resumed_and_restores_hints(make_site, make_user, dial, redis_server, calm_publisher):
    site = make_site(web_processes=2)
    ana = make_user("ana")
    lines = [dial(url, log_in(ana)) for url in site.urls]

    redis_server.kill()
    bus.publish([UserHint([ana.pk], HINT)])
    silent = [line.hints() for line in lines]
    redis_server.start()

    assert silent == [[], []]
    assert [line.read() for line in lines] == [RESUMED] * 2

    def flows():
        bus.publish([UserHint([ana.pk], HINT)])
        return all(json.loads(HINT) in line.hints() for line in lines)

    wait_until(flows, "hints flow again", 15)


def test_local_sockets_get_a_hint_once_despite_redis(connect, make_user, calm_publisher):
    ana = make_user("ana")
    client = connect(ana)

    for _ in range(20):
        bus.publish([UserHint([ana.pk], HINT)])
    told = client.hints()
    time.sleep(0.2)

    assert told == [json.loads(HINT)] * 20
    assert client.hints() == []


def test_local_hints_without_redis_are_delivered_without_delay(connect, make_user, redis_server, calm_publisher):
    ana = make_user("ana")
    client = connect(ana)
    redis_server.kill()
    bus.publish([UserHint([ana.pk], HINT)])
    first = client.read()

    began = time.monotonic()
    for _ in range(200):
        bus.publish([UserHint([ana.pk], HINT)])
    took = time.monotonic() - began

    assert first == json.loads(HINT)
    assert len(client.hints()) == 200
    assert took < 0.2


def test_socket_connects_without_redis(connect, make_user, redis_server, calm_publisher):
    redis_server.kill()
    ana = make_user("ana")

    client = connect(ana)
    bus.publish([UserHint([ana.pk], HINT)])
    told = client.read()
    redis_server.start()

    assert client.ready is not None
    assert told == json.loads(HINT)
    assert client.read() == RESUMED


def test_lost_publishes_announce_resumed_when_redis_returns(
    make_site, make_user, dial, redis_server, calm_publisher, monkeypatch
):
    site = make_site(web_processes=1)
    ana = make_user("ana")
    line = dial(site.url, log_in(ana))
    publisher = redis_bus.get_publisher(bus.RESUMED)

    # This process alone was cut off: the other one's subscription stood all the time.
    monkeypatch.setattr(publisher, "_lost", 3)
    bus.publish([UserHint([ana.pk], HINT)])

    assert [line.read(), line.read()] == [RESUMED, json.loads(HINT)]
    wait_until(lambda: publisher._lost == 0, "nothing owed any more", 5)


def test_other_instance_on_the_same_redis_gets_no_hints(settings):
    ours = redis_bus.channel_name()
    settings.SECRET_KEY = "another-instance-" + "x" * 50

    assert redis_bus.channel_name() != ours


def test_commands_succeed_again_after_the_database_dropped_every_connection(connect, make_user):
    client = connect(make_user("ana"))
    before = [client.ask("sync") for _ in range(10)]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    after = [client.ask("sync") for _ in range(20)]

    assert all("ok" in answer for answer in before)
    assert {answer["err"]["code"] for answer in after if "err" in answer} <= {"unavailable"}
    assert all("ok" in answer for answer in after[10:])
