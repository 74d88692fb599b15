"""The Redis bus between the processes of one instance: each message goes to all other processes, and may be lost."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

import msgspec
import redis
import redis.asyncio
import structlog
from django.conf import settings
from prometheus_client import Counter
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from superapp.core import clock

CONNECT_SECONDS_MAX = 0.5
RESPONSE_SECONDS_MAX = 1.0
QUEUE_MAX = 10_000
BATCH_MAX = 500
PAUSE_SECONDS_MIN = 0.25
PAUSE_SECONDS_MAX = 5.0
# A silent subscription sends a ping after this time, and is given up after twice this time.
SILENCE_SECONDS_MAX = 10.0

log = structlog.get_logger(__name__)
hints_published = Counter("nusa_bus_published", "Messages published to Redis.")
hints_lost = Counter("nusa_bus_lost", "Messages that could not be published because Redis was unreachable.")
resubscribed = Counter("nusa_bus_resubscribed", "Times the Redis subscription was renewed after it was lost.")


class Audience(IntEnum):
    """The recipients of a bus message."""

    PEOPLE = 0
    TOPIC = 1
    DEVICE = 2
    EVERYBODY = 3


class BusMessage(msgspec.Struct, array_like=True):
    """One message between processes. Integer keys are fine, since it never leaves the instance."""

    to: int
    people: list[int]
    topic: str
    frame: bytes


class BusBatch(msgspec.Struct, array_like=True):
    """All messages of one process since its last batch."""

    sent_at: float
    messages: list[BusMessage]


NAME_BYTES = 8
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(BusBatch).decode


def channel_name() -> str:
    """Return the Redis channel of this instance; Redis publishes across its numbered databases."""
    return "nusa:" + hashlib.sha256(f"bus:{settings.SECRET_KEY}".encode()).hexdigest()[:24]


class Publisher:
    """
    A publisher that sends messages to Redis from its own thread.

    ``publish`` only queues, so that it can be called from an event loop, a batcher or a request; what is queued
    while a batch is sent makes up the next. While Redis cannot be reached, messages are dropped until a pause is
    over, which doubles each time; the next batch that succeeds tells all processes that messages were lost.
    """

    def __init__(self, url: str, *, resumed: bytes) -> None:
        self.name = secrets.token_bytes(NAME_BYTES)
        self._client = redis.Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_SECONDS_MAX,
            socket_timeout=RESPONSE_SECONDS_MAX,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),
        )
        self._channel = channel_name()
        self._resumed = resumed
        self._queue: deque[BusMessage] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._paused_until = 0.0
        self._pause_seconds = PAUSE_SECONDS_MIN
        self._lost = 0

    def publish(self, messages: Sequence[BusMessage]) -> None:
        """Queue messages for all other processes."""
        with self._wake:
            if time.monotonic() < self._paused_until or len(self._queue) >= QUEUE_MAX:
                self._count_lost(len(messages))
                return
            self._queue.extend(messages)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="bus", daemon=True)
                self._thread.start()
            self._wake.notify()

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._queue:
                    self._wake.wait()
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_MAX))]
            self._send(batch)

    def _send(self, batch: list[BusMessage]) -> None:
        lost = self._lost
        resumed = [BusMessage(Audience.EVERYBODY, [], "", self._resumed)] if lost else []
        try:
            self._client.publish(self._channel, self.name + _encode(BusBatch(clock.now().timestamp(), resumed + batch)))
        except (redis.RedisError, OSError) as error:
            log.warning("bus_out_of_reach", error=str(error), lost=len(batch), pause=self._pause_seconds)
            with self._wake:
                self._count_lost(len(batch) + len(self._queue))
                self._queue.clear()
                self._paused_until = time.monotonic() + self._pause_seconds
                self._pause_seconds = min(self._pause_seconds * 2, PAUSE_SECONDS_MAX)
            return
        hints_published.inc(len(batch))
        with self._wake:
            self._lost -= lost
            self._pause_seconds = PAUSE_SECONDS_MIN

    def _count_lost(self, count: int) -> None:
        self._lost += count
        hints_lost.inc(count)


class Subscription:
    """
    A subscription to what other processes publish, on the event loop on which it was made; it reconnects by itself.

    ``on_resumed`` is called after an interruption in which messages may have been missed.
    """

    def __init__(
        self, url: str, *, own: bytes, on_parcel: Callable[[BusBatch], None], on_resumed: Callable[[], None]
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self._url = url
        self._own = own
        self._on_parcel = on_parcel
        self._on_resumed = on_resumed
        self.has_tried = asyncio.Event()  # Set when the first attempt has succeeded or failed.
        self._has_missed = False
        self._task = self.loop.create_task(self._run())

    async def _run(self) -> None:
        pause = PAUSE_SECONDS_MIN
        while True:
            try:
                async for message in self._messages():
                    pause = PAUSE_SECONDS_MIN
                    self._handle(message)
            except (redis.RedisError, OSError, TimeoutError) as error:
                log.warning("bus_subscription_broke", error=str(error), pause=pause)
            self._has_missed = True
            self.has_tried.set()
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # Spreads load, hides nothing.
            pause = min(pause * 2, PAUSE_SECONDS_MAX)

    async def _messages(self) -> Any:
        client = redis.asyncio.Redis.from_url(
            self._url,
            socket_connect_timeout=CONNECT_SECONDS_MAX,
            socket_keepalive=True,
            retry=AsyncRetry(NoBackoff(), 0),
        )
        try:
            async with client.pubsub() as subscription:
                await subscription.subscribe(channel_name())
                heard_at = time.monotonic()
                while True:
                    message = await subscription.get_message(timeout=SILENCE_SECONDS_MAX)
                    if message is not None:
                        heard_at = time.monotonic()
                        yield message
                    elif time.monotonic() - heard_at > SILENCE_SECONDS_MAX * 2:
                        raise TimeoutError("silent")
                    else:
                        await subscription.ping()
        finally:
            await client.aclose()  # type: ignore[attr-defined]  # The stubs are older than the method.

    def _handle(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribe":
            self.has_tried.set()
            if self._has_missed:
                self._has_missed = False
                resubscribed.inc()
                self._on_resumed()
        elif message["type"] == "message":
            data: bytes = message["data"]
            if data.startswith(self._own):
                return
            try:
                parcel = _decode(memoryview(data)[NAME_BYTES:])
            except msgspec.MsgspecError as error:  # Sent by another release, during an upgrade.
                log.warning("bus_message_unreadable", error=str(error))
                self._on_resumed()
                return
            self._on_parcel(parcel)


_publisher: Publisher | None = None
_making = threading.Lock()


def get_publisher(resumed: bytes) -> Publisher:
    """Return the publisher of this process."""
    global _publisher
    if _publisher is None:
        with _making:
            if _publisher is None:
                _publisher = Publisher(settings.REDIS_URL, resumed=resumed)
    return _publisher


def _forget_publisher() -> None:
    global _publisher
    _publisher = None


# A forked worker has no publisher thread, and must not share the connection.
os.register_at_fork(after_in_child=_forget_publisher)
