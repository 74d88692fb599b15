"""Values that the facade of angpao takes and returns, and its wire rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from superapp.core.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketRequest:
    """A request to send an angpao of ``total``; ``packet`` is its id, chosen by the sender's client."""

    packet: UUID
    sender_id: int
    audience: str
    mode: str
    total: Money
    slots: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """A request of a person to open an angpao."""

    packet: UUID
    user_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class OpenedSlot:
    """The share that a person got, and the journal that put it into their wallet."""

    packet: UUID
    amount: Money
    journal: UUID
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class PacketSummary:
    """The state of a packet. ``openers`` are public ids of the people who opened a slot, in the order of opening."""

    public_id: UUID
    sender_id: int
    audience: str
    mode: str
    state: str
    message: str
    slots: int
    opened: int
    openers: tuple[UUID, ...]


class OpenResponse(msgspec.Struct):
    """The answer to who opened an angpao: the amount that is now in their wallet."""

    amount: dict[str, int | str]
    opened_at: str
