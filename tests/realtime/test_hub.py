"""The hub alone: who hears what, one object for all, nobody waits for the slow."""

from __future__ import annotations

import asyncio
import threading
from uuid import uuid4

import pytest

from superapp.core.websocket_frames import encode_text_frame
from superapp.realtime.hub import CONNECTIONS_PER_USER_MAX, Hub
from superapp.realtime.registry import Caller
from superapp.realtime.socket_connection import BYTES_UNACKED_MAX, HINTS_UNACKED_MAX, SocketConnection

HINT = b'{"on":"me","rev":1}'


class Wire:
    """A sink for a connection's events; ``stall`` makes the server wait, as behind a full buffer."""

    def __init__(self, user_id: int = 1, device_id: int = 1) -> None:
        self.sent: list[dict[str, object]] = []
        self._may_pass: asyncio.Event | None = None
        caller = Caller(user_id, uuid4(), device_id, uuid4(), "id")
        self.line = SocketConnection(caller, self._send)

    def stall(self) -> None:
        self._may_pass = asyncio.Event()

    def go_on(self) -> None:
        assert self._may_pass is not None
        self._may_pass.set()

    async def _send(self, event: dict[str, object]) -> None:
        if self._may_pass is not None:
            await self._may_pass.wait()
        self.sent.append(event)

    @property
    def closed_with(self) -> object:
        return self.sent[-1].get("code") if self.sent else None


def on_loop(test):
    """Run a test that needs an event loop."""

    def run(*args, **kwargs):
        asyncio.run(test(*args, **kwargs))

    run.__name__ = test.__name__
    return run


@pytest.fixture
def hub():
    return Hub()


def joined(hub, user_id=1, device_id=1):
    wire = Wire(user_id, device_id)
    hub.join(wire.line)
    return wire


def test_every_socket_gets_the_same_object(hub):
    @on_loop
    async def scene():
        wires = [joined(hub, user_id) for user_id in (1, 1, 2)]

        hub.deliver([1, 2], HINT)

        assert [len(wire.sent) for wire in wires] == [1, 1, 1]
        assert wires[0].sent[0] is wires[1].sent[0] is wires[2].sent[0]
        assert wires[0].sent[0] == {"type": "websocket.send", "text": HINT.decode()}

    scene()


def test_every_socket_writes_the_same_encoded_frame_if_supported(hub):
    @on_loop
    async def scene():
        written = []
        wires = [Wire(user_id) for user_id in (1, 2)]
        for wire in wires:
            wire.line._write_frame = lambda frame: not written.append(frame)
            hub.join(wire.line)

        hub.deliver([1, 2], HINT)

        assert [wire.sent for wire in wires] == [[], []]
        assert written[0] is written[1]
        assert written[0] == encode_text_frame(HINT)

    scene()


def test_unsupported_encoded_frame_is_sent_as_an_event(hub):
    @on_loop
    async def scene():
        wire = joined(hub)
        wire.line._write_frame = lambda _frame: False

        hub.deliver([1], HINT)

        assert wire.sent == [{"type": "websocket.send", "text": HINT.decode()}]

    scene()


def test_encoded_frame_does_not_overtake_a_waiting_event(hub):
    @on_loop
    async def scene():
        wire = joined(hub)
        wire.stall()
        written = []

        hub.deliver([1], HINT)
        wire.line._write_frame = lambda frame: not written.append(frame)
        hub.deliver([1], b'{"on":"me","rev":2}')
        wire.go_on()
        await asyncio.sleep(0.01)

        assert written == []
        assert [event["text"] for event in wire.sent] == [HINT.decode(), '{"on":"me","rev":2}']

    scene()


def test_excluded_socket_gets_no_hint(hub):
    @on_loop
    async def scene():
        asking, tab = joined(hub, 1, 1), joined(hub, 1, 2)

        hub.deliver([1], HINT, [asking.line.number])

        assert asking.sent == []
        assert [event["text"] for event in tab.sent] == [HINT.decode()]

    scene()


def test_hint_reaches_no_other_person(hub):
    @on_loop
    async def scene():
        eve = joined(hub, 3)

        hub.deliver([1, 2], HINT)

        assert eve.sent == []

    scene()


def test_closed_socket_gets_no_hint_and_is_forgotten(hub):
    @on_loop
    async def scene():
        wire = joined(hub)
        hub.watch(wire.line, "order:1")

        hub.leave(wire.line)
        hub.leave(wire.line)
        hub.deliver([1], HINT)
        hub.deliver_topic("order:1", HINT)

        assert wire.sent == []
        assert (len(hub), list(hub.topics)) == (0, [])

    scene()


def test_topic_reaches_only_its_watchers_until_they_unwatch(hub):
    @on_loop
    async def scene():
        ana, bo = joined(hub, 1), joined(hub, 2)
        hub.watch(ana.line, "order:1")
        hub.watch(bo.line, "order:2")

        hub.deliver_topic("order:1", HINT)
        hub.unwatch(ana.line, "order:1")
        hub.deliver_topic("order:1", HINT)

        assert (len(ana.sent), len(bo.sent)) == (1, 0)
        assert list(hub.topics) == ["order:2"]

    scene()


def test_ended_device_closes_its_own_sockets_only(hub):
    @on_loop
    async def scene():
        lost, kept = joined(hub, 1, device_id=7), joined(hub, 1, device_id=8)

        hub.close_device(7)

        assert lost.closed_with == 4401
        assert kept.sent == []
        assert len(hub) == 1

    scene()


def test_oldest_socket_is_closed_when_there_are_too_many(hub):
    @on_loop
    async def scene():
        wires = [joined(hub) for _ in range(CONNECTIONS_PER_USER_MAX + 2)]

        assert [wire.closed_with for wire in wires] == [4429, 4429] + [None] * CONNECTIONS_PER_USER_MAX
        assert len(hub) == CONNECTIONS_PER_USER_MAX

    scene()


def test_unacknowledged_hints_close_the_connection(hub):
    @on_loop
    async def scene():
        wire = joined(hub)

        for _ in range(HINTS_UNACKED_MAX):
            hub.deliver([1], HINT)
        before = wire.closed_with
        hub.deliver([1], HINT)
        hub.deliver([1], HINT)

        assert before is None
        assert wire.closed_with == 4408
        assert len(wire.sent) == HINTS_UNACKED_MAX + 1

    scene()


def test_unacknowledged_bytes_close_the_connection(hub):
    @on_loop
    async def scene():
        wire = joined(hub)
        large = b"x" * (BYTES_UNACKED_MAX // 4)

        for _ in range(4):
            hub.deliver([1], large)
        before = wire.closed_with
        hub.deliver([1], b"x")

        assert (before, wire.closed_with) == (None, 4408)

    scene()


def test_acknowledging_client_keeps_getting_hints(hub):
    @on_loop
    async def scene():
        wire = joined(hub)

        for count in range(1, 1_001):
            hub.deliver([1], b"x" * 10_000)
            if count % 20 == 0:
                assert wire.line.acknowledge(count)

        assert (len(wire.sent), wire.closed_with) == (1_000, None)

    scene()


def test_old_acknowledgement_is_ignored_and_a_false_one_refused(hub):
    @on_loop
    async def scene():
        wire = joined(hub)
        for _ in range(3):
            hub.deliver([1], HINT)

        assert wire.line.acknowledge(2)
        assert wire.line.acknowledge(1)
        assert wire.line.acknowledge(3)
        assert not wire.line.acknowledge(4)

    scene()


def test_slow_send_delays_only_its_own_socket_and_keeps_order(hub):
    @on_loop
    async def scene():
        slow, quick = joined(hub, 1), joined(hub, 2)
        slow.stall()

        for number in range(5):
            hub.deliver([1, 2], b"%d" % number)
        at_once = [len(slow.sent), len(quick.sent)]
        slow.go_on()
        await asyncio.sleep(0.01)
        hub.deliver([1], b"5")

        assert at_once == [0, 5]
        assert [event["text"] for event in slow.sent] == ["0", "1", "2", "3", "4", "5"]

    scene()


def test_stalled_socket_is_closed_at_the_limit_and_its_queue_dropped(hub):
    @on_loop
    async def scene():
        wire = joined(hub)
        wire.stall()

        for _ in range(HINTS_UNACKED_MAX + 50):
            hub.deliver([1], HINT)
        wire.go_on()
        await asyncio.sleep(0.01)

        # The one that was under way, and the goodbye.
        assert [event["type"] for event in wire.sent] == ["websocket.send", "websocket.close"]
        assert wire.closed_with == 4408

    scene()


def test_failing_socket_affects_no_other(hub):
    @on_loop
    async def scene():
        async def fail(_event):
            raise ConnectionResetError

        broken = SocketConnection(Caller(1, uuid4(), 1, uuid4(), "id"), fail)
        hub.join(broken)
        whole = joined(hub, 1)

        hub.deliver([1], HINT)

        assert not broken.is_open
        assert len(whole.sent) == 1

    scene()


def test_posts_from_threads_arrive_in_order_and_wake_the_loop_once(hub, monkeypatch):
    @on_loop
    async def scene():
        wire = joined(hub)
        loop = asyncio.get_running_loop()
        wakes = []
        wake = loop.call_soon_threadsafe
        monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *args: (wakes.append(args), wake(*args)))

        def tell():
            for number in range(200):
                hub.call_soon(hub.deliver, [1], b"%d" % number)

        # The loop is busy here: it waits for the thread.
        thread = threading.Thread(target=tell)
        thread.start()
        thread.join()
        monkeypatch.undo()
        await asyncio.sleep(0)

        assert [event["text"] for event in wire.sent] == [str(number) for number in range(200)]
        assert len(wakes) == 1

    scene()


def test_post_from_the_event_loop_is_delivered_at_once(hub):
    @on_loop
    async def scene():
        wire = joined(hub)

        hub.call_soon(hub.deliver, [1], HINT)

        assert len(wire.sent) == 1

    scene()


def test_unserializable_hint_does_not_stop_the_next(hub):
    @on_loop
    async def scene():
        wire = joined(hub)

        hub.call_soon(hub.deliver, [1], b"\xff not text")
        hub.call_soon(hub.deliver, [1], HINT)

        assert len(wire.sent) == 1

    scene()


def test_post_without_sockets_delivers_nothing(hub):
    hub.call_soon(hub.deliver, [1], HINT)

    assert not hub._calls


def test_sockets_of_an_ended_event_loop_are_forgotten(hub):
    async def come():
        joined(hub)

    asyncio.run(come())
    hub.call_soon(hub.deliver, [1], HINT)

    assert len(hub) == 0
    asyncio.run(come())
    assert len(hub) == 1
