"""Sockets of one person over several processes: at most twenty, the newest, whoever dies in between."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from contextlib import ExitStack, suppress
from uuid import uuid4

import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as open_websocket

from superapp.realtime.connection_count import ConnectionCounter
from superapp.realtime.hub import CONNECTIONS_PER_USER_MAX, Hub
from superapp.realtime.registry import Caller
from superapp.realtime.socket_connection import SocketConnection
from tests.harness.servers import wait_until
from tests.harness.socket_client import log_in


class Cluster:
    """Several processes, whose rolls arrive in the order in which they were said, or not at all."""

    def __init__(self, count: int) -> None:
        self.clock = 0.0
        self.said: deque[tuple[int, int, object]] = deque()
        self.hubs = [Hub() for _ in range(count)]
        self.alive = set(range(count))
        self.calls = [
            ConnectionCounter(
                hub,
                process=bytes([number]),
                share=CONNECTIONS_PER_USER_MAX // count,
                send=lambda user_id, roll, number=number: self.said.append((number, user_id, roll)),
            )
            for number, hub in enumerate(self.hubs)
        ]

    def open(self, number: int, user_id: int = 1) -> SocketConnection:
        self.clock += 1
        line = SocketConnection(Caller(user_id, uuid4(), 1, uuid4(), "id"), _nowhere)
        line.opened_at = self.clock
        self.hubs[number].join(line)
        self.calls[number].joined(user_id)
        return line

    def deliver(self) -> None:
        while self.said:
            sender, user_id, roll = self.said.popleft()
            for number in self.alive - {sender}:
                self.calls[number].receive_report(user_id, roll)

    def opened_at(self, user_id: int = 1) -> list[float]:
        return sorted(line.opened_at for number in self.alive for line in self.hubs[number].connections_of(user_id))


async def _nowhere(_event: object) -> None:
    pass


def run(test):
    async def body():
        test()

    asyncio.run(body())


@pytest.mark.parametrize("processes", [1, 2, 3, 8])
@pytest.mark.parametrize("seed", range(5))
def test_twenty_newest_sockets_stay_over_all_processes(processes, seed):
    def test():
        cluster, chance = Cluster(processes), random.Random(seed)
        weights = [chance.random() ** 3 + 0.01 for _ in range(processes)]

        for _ in range(60):
            cluster.open(chance.choices(range(processes), weights)[0])
            cluster.deliver()

        assert cluster.opened_at() == [float(number) for number in range(41, 61)]

    run(test)


def test_sockets_of_a_process_that_was_killed_do_not_count():
    def test():
        cluster = Cluster(2)
        for number in [0] * 12 + [1] * 8:
            cluster.open(number)
            cluster.deliver()
        cluster.alive.remove(0)

        newer = [cluster.open(1) for _ in range(12)]
        cluster.deliver()

        assert len(cluster.opened_at()) == 20
        assert all(line.is_open for line in newer)

    run(test)


def test_few_local_sockets_need_no_count_by_other_processes():
    def test():
        cluster = Cluster(2)
        for number in [0, 1] * 10:
            cluster.open(number)

        assert list(cluster.said) == []

        cluster.open(0)
        assert len(cluster.said) == 1

    run(test)


def test_people_below_the_local_limit_are_forgotten():
    def test():
        cluster = Cluster(2)
        lines = [cluster.open(0) for _ in range(11)]
        cluster.deliver()
        cluster.open(1)
        cluster.deliver()
        for line in lines[:9]:
            cluster.hubs[0].leave(line)

        for number in (1, 0, 1, 1, 0):
            cluster.open(number)
            cluster.deliver()

        cluster.open(1)
        assert list(cluster.said) == []

    run(test)


def test_connection_limit_of_a_person_closes_no_socket_of_others():
    def test():
        cluster = Cluster(2)
        others = [cluster.open(number, user_id=2) for number in [0, 1] * 5]
        for number in [0, 1] * 20:
            cluster.open(number)
            cluster.deliver()

        assert len(cluster.opened_at(1)) == 20
        assert all(line.is_open for line in others)

    run(test)


@pytest.mark.served_only
def test_twenty_sockets_stay_over_two_processes_and_after_one_is_killed(make_site, make_user):
    site = make_site(web_processes=2)
    device = log_in(make_user("ana"))

    with ExitStack() as opened:

        def dial(url):
            return opened.enter_context(
                open_websocket(
                    url.replace("http", "ws") + "/ws",
                    origin=url,
                    subprotocols=["app.v1"],
                    additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={device.session_key}"},
                )
            )

        sockets = [dial(site.urls[number % 2]) for number in range(26)]

        wait_until(lambda: sum(map(is_open, sockets)) == 20, "twenty left", 20)
        assert [is_open(one) for one in sockets] == [False] * 6 + [True] * 20
        site.web_processes[0].kill()
        newer = [dial(site.urls[1]) for _ in range(10)]
        wait_until(lambda: sum(map(is_open, newer)) == 10, "ten more", 20)
        assert sum(is_open(one) for one in sockets[1::2]) == 10


def is_open(websocket) -> bool:
    """Return whether the server has left the socket open, reading what it sent to the end."""
    with suppress(TimeoutError):
        try:
            while True:
                websocket.recv(timeout=0.05)
        except ConnectionClosed:
            return False
    return True
