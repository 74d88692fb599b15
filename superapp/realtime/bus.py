"""Carrying frames to the sockets of people, wherever they are connected."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
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

# Something may have been missed: clients ask what changed.
RESUMED = b'{"on":"bus","say":"resumed"}'
LISTEN_SECONDS_MAX = 1.0
# Told as a topic that no client can watch: a process of an older release hands it to nobody.
CONNECTION_COUNT_TOPIC = "-roll-call"


class UserHint(msgspec.Struct, frozen=True):
    """
    One encoded hint and its recipients; ``excluded_connections`` are connections of this process that get it otherwise.
    """

    user_ids: Collection[int]
    encoded: bytes
    excluded_connections: list[int] = []


def publish(user_hints: Sequence[UserHint]) -> None:
    """
    Send hints to the sockets of people, in this process and in the others, in this order.

    They may be lost, and this never waits: sockets of this process hear them whatever has become of Redis.
    """
    hub.call_all_soon((hub.deliver, (one.user_ids, one.encoded, one.excluded_connections)) for one in user_hints)
    if settings.REDIS_URL:
        redis_bus.get_publisher(RESUMED).publish(
            [BusMessage(Audience.PEOPLE, list(one.user_ids), "", one.encoded) for one in user_hints]
        )


def publish_topic(topic: str, frame: bytes) -> None:
    """Send one encoded hint to every socket that watches the topic."""
    hub.call_soon(hub.deliver_topic, topic, frame)
    if settings.REDIS_URL:
        redis_bus.get_publisher(RESUMED).publish([BusMessage(Audience.TOPIC, [], topic, frame)])


def close_device(device_id: int) -> None:
    """Close the sockets of a device that was signed out."""
    hub.call_soon(hub.close_device, device_id)
    if settings.REDIS_URL:
        redis_bus.get_publisher(RESUMED).publish([BusMessage(Audience.DEVICE, [device_id], "", b"")])


def count_connections(user_id: int) -> None:
    """Have the sockets of a person counted over all processes; on the hub's loop, after one has joined it."""
    if settings.REDIS_URL:
        _connection_counter().joined(user_id)


_encode_report = msgspec.msgpack.Encoder().encode
_decode_report = msgspec.msgpack.Decoder(ConnectionReport).decode


@cache
def _connection_counter() -> ConnectionCounter:
    name = redis_bus.get_publisher(RESUMED).name
    # Of two processes or more the share is below the limit; one alone asks nobody it need not.
    return ConnectionCounter(
        hub, process=name, share=CONNECTIONS_PER_USER_MAX // max(1, settings.SOCKET_PROCESSES), say=_publish_report
    )


def _publish_report(user_id: int, roll: ConnectionReport) -> None:
    message = BusMessage(Audience.TOPIC, [user_id], CONNECTION_COUNT_TOPIC, _encode_report(roll))
    redis_bus.get_publisher(RESUMED).publish([message])


_subscription: Subscription | None = None


async def listen() -> None:
    """
    Hear what other processes publish, from now on, on the running loop.

    Waits for the first attempt, so that a client is ready only once its hints can reach it; not for a Redis that is
    out of reach.
    """
    global _subscription
    if not settings.REDIS_URL:
        return
    if _subscription is None or _subscription.loop is not asyncio.get_running_loop():
        own = redis_bus.get_publisher(RESUMED).name
        _subscription = Subscription(settings.REDIS_URL, own=own, on_parcel=_receive_batch, on_resumed=_resume)
    if not _subscription.has_tried.is_set():
        # When this is not long enough it goes on trying, and says so when it has come through.
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
        roll = _decode_report(message.frame)
    except msgspec.MsgspecError as error:  # Of another release, too.
        log.warning("bus_roll_unreadable", error=str(error))
        return
    _connection_counter().hear(message.people[0], roll)


def resume() -> None:
    """Have every client of this process ask what changed, from whichever thread."""
    hub.call_soon(_resume)


def _resume() -> None:
    hub.deliver_all(RESUMED)
