"""Carrying frames to the sockets of people, wherever they are connected."""

from __future__ import annotations

from collections.abc import Collection


def publish(user_ids: Collection[int], frame: bytes) -> None:
    """Send one encoded hint to every socket of these people, in this process and in the others. May be lost; never blocks for long."""
    raise NotImplementedError


def publish_topic(topic: str, frame: bytes) -> None:
    """Send one encoded hint to every socket that watches the topic."""
    raise NotImplementedError


def end_device(device_id: int) -> None:
    """Close the sockets of a device that was signed out."""
    raise NotImplementedError
