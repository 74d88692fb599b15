"""Carrying frames to the sockets of people, wherever they are connected."""

from __future__ import annotations

from collections.abc import Collection

from superapp.realtime.hub import hub


def publish(user_ids: Collection[int], frame: bytes) -> None:
    """Send one encoded hint to every socket of these people, in this process and in the others. May be lost; never blocks for long."""
    hub.post(hub.deliver, user_ids, frame)


def publish_topic(topic: str, frame: bytes) -> None:
    """Send one encoded hint to every socket that watches the topic."""
    hub.post(hub.deliver_topic, topic, frame)


def end_device(device_id: int) -> None:
    """Close the sockets of a device that was signed out."""
    hub.post(hub.end_device, device_id)


async def listen() -> None:
    """Hear what other processes publish, from now on."""
