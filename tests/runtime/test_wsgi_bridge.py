"""Pages inside an event loop, and how they end."""

from __future__ import annotations

import asyncio
import threading

import pytest

from superapp.core import wsgi_bridge
from superapp.core.wsgi_bridge import WsgiBridge

SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "GET",
    "path": "/",
    "query_string": b"",
    "headers": [],
    "server": ["localhost", 1],
}


class Slow:
    """A WSGI application that answers when it is let."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.let = threading.Event()
        self.most_at_once = 0
        self._now = 0
        self._guard = threading.Lock()

    def __call__(self, environ, start_response):
        with self._guard:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        self.entered.release()
        self.let.wait(10)
        with self._guard:
            self._now -= 1
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]


@pytest.fixture
def slow():
    application = Slow()
    yield application
    application.let.set()


async def ask(served: WsgiBridge) -> tuple[int, bytes]:
    events = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event):
        events.append(event)

    await served(SCOPE, receive, send)
    return events[0]["status"], b"".join(event.get("body", b"") for event in events[1:])


def test_shutdown_waits_for_running_responses_and_accepts_no_more(slow):
    async def run():
        served = WsgiBridge(slow, threads=2)
        under_way = asyncio.create_task(ask(served))
        await asyncio.to_thread(slow.entered.acquire, timeout=5)
        ending = asyncio.create_task(served.finish())
        await asyncio.sleep(0.05)
        assert not ending.done()
        assert await ask(served) == (503, b"")
        slow.let.set()
        await asyncio.wait_for(ending, 5)
        return await under_way

    assert asyncio.run(run()) == (200, b"ok")


def test_shutdown_has_a_time_limit(slow, monkeypatch):
    monkeypatch.setattr(wsgi_bridge, "FINISH_SECONDS_MAX", 0.1)

    async def run():
        served = WsgiBridge(slow, threads=1)
        under_way = asyncio.create_task(ask(served))
        await asyncio.to_thread(slow.entered.acquire, timeout=5)
        await asyncio.wait_for(served.finish(), 5)
        is_answered = under_way.done()
        slow.let.set()
        await under_way
        return is_answered

    assert asyncio.run(run()) is False


def test_idle_page_process_stops_at_once():
    asyncio.run(asyncio.wait_for(WsgiBridge(lambda environ, start: [], threads=1).finish(), 1))


def test_bridge_runs_no_more_requests_than_threads(slow):
    async def run():
        served = WsgiBridge(slow, threads=2)
        asking = [asyncio.create_task(ask(served)) for _ in range(6)]
        for _ in range(2):
            await asyncio.to_thread(slow.entered.acquire, timeout=5)
        slow.let.set()
        return await asyncio.gather(*asking)

    assert asyncio.run(run()) == [(200, b"ok")] * 6
    assert slow.most_at_once == 2
