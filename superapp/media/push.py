"""Sending of the hints of media. They are absolute and may be lost: ``media.state`` returns the same row."""

from __future__ import annotations

from superapp.media.contracts import MediaRow
from superapp.realtime import hints


def media_changed(owner_id: int, row: MediaRow) -> None:
    """Send the owner's sockets the current state of a medium, after the commit."""
    hints.send_after_commit([owner_id], {"on": "media", "say": "media.changed", "media": row})
