"""The reference under which payments knows a packet."""

from __future__ import annotations

from uuid import UUID

PREFIX = "angpao.packet"


def packet_reference(packet: UUID) -> str:
    """Return the reference of a packet's account and movements."""
    return f"{PREFIX}:{packet}"
