"""Sending of frames to people's sockets, in this process and, over Redis, in all others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from functools import cache

import msgspec
import structlog
from django.conf import settings

from superapp.core import clock
from superapp.realtime import redis_bus
from superapp.realtime.connection_count import ConnectionCounter, ConnectionReport
from superapp.realtime.hub import CONNECTIONS_PER_USER_MAX, hint_lag, hub
from superapp.realtime.redis_bus import Audience, BusBatch, BusMessage, Subscription

log = structlog.get_logger(__name__)

# Hints may have been missed: clients answer it with ``sync``.
RESUMED = b'{"on":"bus","say":"resumed"}'
LISTEN_SECONDS_MAX = 1.0
# A topic that no client can watch: a process of an older release delivers it to nobody.
CONNECTION_COUNT_TOPIC = "-roll-call"


class UserHint(msgspec.Struct, frozen=True):
    """One encoded hint and its recipients; ``excluded_connections`` of this process get it in another way."""

    user_ids: Collection[int]
    encoded: bytes
    excluded_connections: list[int] = []


# Called with the hints that this process sends to people; a call must not wait.
Observer = Callable[[Sequence[UserHint]], None]
_observers: list[Observer] = []


def add_observer(observer: Observer) -> None:
    """Have a function called with all hints that this process sends to people."""
    _observers.append(observer)


def publish(user_hints: Sequence[UserHint]) -> None:
    """
    Send hints to people's sockets in all processes, in this order.

    Hints may be lost, and the call never waits: sockets of this process get them even if Redis cannot be reached.
    """
    for observe in _observers:
        observe(user_hints)
    hub.call_all_soon((hub.deliver, (one.user_ids, one.encoded, one.excluded_connections)) for one in user_hints)
    if settings.REDIS_URL:
        redis_bus.get_publisher(RESUMED).publish(
            [BusMessage(Audience.PEOPLE, list(one.user_ids), "", one.encoded) for one in user_hints]
        )


def publish_topic(topic: str, frame: bytes) -> None:
    """Send one encoded hint to all sockets that watch the topic."""
    hub.call_soon(hub.deliver_topic, topic, frame)
    if settings.REDIS_URL:
        redis_bus.get_publisher(RESUMED).publish([BusMessage(Audience.TOPIC, [], topic, frame)])


def close_device(device_id: int) -> None:
    """Close the sockets of a device that was signed out."""
    hub.call_soon(hub.close_device, device_id)
    if settings.REDIS_URL:
        redis_bus.get_publisher(RESUMED).publish([BusMessage(Audience.DEVICE, [device_id], "", b"")])


def count_connections(user_id: int) -> None:
    """Count a person's sockets over all processes; called on the hub's loop, after a socket has joined it."""
    if settings.REDIS_URL:
        _connection_counter().joined(user_id)


_encode_report = msgspec.msgpack.Encoder().encode
_decode_report = msgspec.msgpack.Decoder(ConnectionReport).decode


@cache
def _connection_counter() -> ConnectionCounter:
    name = redis_bus.get_publisher(RESUMED).name
    # With several processes each has a share of the limit; a single process has all of it and never asks.
    return ConnectionCounter(
        hub, process=name, share=CONNECTIONS_PER_USER_MAX // max(1, settings.SOCKET_PROCESSES), send=_publish_report
    )


def _publish_report(user_id: int, report: ConnectionReport) -> None:
    message = BusMessage(Audience.TOPIC, [user_id], CONNECTION_COUNT_TOPIC, _encode_report(report))
    redis_bus.get_publisher(RESUMED).publish([message])


_subscription: Subscription | None = None


async def listen() -> None:
    """
    Subscribe the running loop to what other processes publish.

    Waits for the first attempt, so that a client is ready only once its hints can reach it, but not longer than
    ``LISTEN_SECONDS_MAX`` if Redis cannot be reached.
    """
    global _subscription
    if not settings.REDIS_URL:
        return
    if _subscription is None or _subscription.loop is not asyncio.get_running_loop():
        own = redis_bus.get_publisher(RESUMED).name
        _subscription = Subscription(settings.REDIS_URL, own=own, on_parcel=_receive_batch, on_resumed=_resume)
    if not _subscription.has_tried.is_set():
        # If this is not long enough, the subscription keeps trying, and calls ``_resume`` once it succeeds.
        await asyncio.wait([asyncio.ensure_future(_subscription.has_tried.wait())], timeout=LISTEN_SECONDS_MAX)


def _receive_batch(parcel: BusBatch) -> None:
    hint_lag.observe(max(0.0, clock.now().timestamp() - parcel.sent_at))
    for message in parcel.messages:
        if message.to == Audience.PEOPLE:
            hub.deliver(message.people, message.frame)
        elif message.to == Audience.TOPIC and message.topic == CONNECTION_COUNT_TOPIC:
            _receive_report(message)
        elif message.to == Audience.TOPIC:
            hub.deliver_topic(message.topic, message.frame)
        elif message.to == Audience.DEVICE:
            hub.close_device(message.people[0])
        else:
            hub.deliver_all(message.frame)


def _receive_report(message: BusMessage) -> None:
    try:
        report = _decode_report(message.frame)
    except msgspec.MsgspecError as error:  # Also a report of another release.
        log.warning("bus_roll_unreadable", error=str(error))
        return
    _connection_counter().receive_report(message.people[0], report)


def resume() -> None:
    """Send all clients of this process the hint ``RESUMED``, so that they ask for changes; callable from any thread."""
    hub.call_soon(_resume)


def _resume() -> None:
    hub.deliver_all(RESUMED)
