"""Carrying frames to the sockets of people, wherever they are connected."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from functools import cache

import msgspec
import structlog
from django.conf import settings

from superapp.core import clock
from superapp.realtime import crossing
from superapp.realtime.crossing import Message, Parcel, Subscription, To
from superapp.realtime.hub import LINES_PER_USER_MAX, hint_lag, hub
from superapp.realtime.roll_call import Roll, RollCall

log = structlog.get_logger(__name__)

# Something may have been missed: clients ask what changed.
RESUMED = b'{"on":"bus","say":"resumed"}'
LISTEN_SECONDS_MAX = 1.0
# Told as a topic that no client can watch: a process of an older release hands it to nobody.
ROLL_CALL = "-roll-call"


class Tidings(msgspec.Struct, frozen=True):
    """
    One encoded hint and who hears it: every socket of these people, but for lines of this process, by number, that are
    told in another way.
    """

    to: Collection[int]
    frame: bytes
    not_to: list[int] = []


def publish(tidings: Sequence[Tidings]) -> None:
    """
    Send hints to the sockets of people, in this process and in the others, in this order.

    They may be lost, and this never waits: sockets of this process hear them whatever has become of Redis.
    """
    hub.post_all((hub.deliver, (one.to, one.frame, one.not_to)) for one in tidings)
    if settings.REDIS_URL:
        crossing.publisher(RESUMED).publish([Message(To.PEOPLE, list(one.to), "", one.frame) for one in tidings])


def publish_topic(topic: str, frame: bytes) -> None:
    """Send one encoded hint to every socket that watches the topic."""
    hub.post(hub.deliver_topic, topic, frame)
    if settings.REDIS_URL:
        crossing.publisher(RESUMED).publish([Message(To.TOPIC, [], topic, frame)])


def end_device(device_id: int) -> None:
    """Close the sockets of a device that was signed out."""
    hub.post(hub.end_device, device_id)
    if settings.REDIS_URL:
        crossing.publisher(RESUMED).publish([Message(To.DEVICE, [device_id], "", b"")])


def line_joined(user_id: int) -> None:
    """Have the sockets of a person counted over all processes; on the hub's loop, after one has joined it."""
    if settings.REDIS_URL:
        _roll_call().joined(user_id)


_encode_roll = msgspec.msgpack.Encoder().encode
_decode_roll = msgspec.msgpack.Decoder(Roll).decode


@cache
def _roll_call() -> RollCall:
    name = crossing.publisher(RESUMED).name
    # Of two processes or more the share is below the limit; one alone asks nobody it need not.
    return RollCall(hub, process=name, share=LINES_PER_USER_MAX // max(1, settings.SOCKET_PROCESSES), say=_say_roll)


def _say_roll(user_id: int, roll: Roll) -> None:
    message = Message(To.TOPIC, [user_id], ROLL_CALL, _encode_roll(roll))
    crossing.publisher(RESUMED).publish([message])


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
        own = crossing.publisher(RESUMED).name
        _subscription = Subscription(settings.REDIS_URL, own=own, on_parcel=_hear, on_resumed=_resume)
    if not _subscription.has_tried.is_set():
        # When this is not long enough it goes on trying, and says so when it has come through.
        await asyncio.wait([asyncio.ensure_future(_subscription.has_tried.wait())], timeout=LISTEN_SECONDS_MAX)


def _hear(parcel: Parcel) -> None:
    hint_lag.observe(max(0.0, clock.now().timestamp() - parcel.sent_at))
    for message in parcel.messages:
        if message.to == To.PEOPLE:
            hub.deliver(message.people, message.frame)
        elif message.to == To.TOPIC and message.topic == ROLL_CALL:
            _hear_roll(message)
        elif message.to == To.TOPIC:
            hub.deliver_topic(message.topic, message.frame)
        elif message.to == To.DEVICE:
            hub.end_device(message.people[0])
        else:
            hub.deliver_all(message.frame)


def _hear_roll(message: Message) -> None:
    try:
        roll = _decode_roll(message.frame)
    except msgspec.MsgspecError as error:  # Of another release, too.
        log.warning("bus_roll_unreadable", error=str(error))
        return
    _roll_call().hear(message.people[0], roll)


def resume() -> None:
    """Have every client of this process ask what changed, from whichever thread."""
    hub.post(_resume)


def _resume() -> None:
    hub.deliver_all(RESUMED)
