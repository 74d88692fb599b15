"""Facts of angpao, stored in the transaction that causes them and delivered at least once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from superapp.core.events import Event, register_fact


@dataclass(frozen=True, kw_only=True)
class _PacketEvent(Event):
    packet: str

    @property
    def key(self) -> str:
        return f"angpao:{self.packet}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class AngpaoSent(_PacketEvent):
    """An angpao was sent to an audience."""

    name: ClassVar[str] = "angpao.sent"
    audience: str
    sender_id: int


@register_fact
@dataclass(frozen=True, kw_only=True)
class AngpaoOpened(_PacketEvent):
    """People opened an angpao; ``opened`` is how many have in all, and ``opener_id`` the last of them."""

    name: ClassVar[str] = "angpao.opened"
    opened: int
    opener_id: int


@register_fact
@dataclass(frozen=True, kw_only=True)
class AngpaoReturned(_PacketEvent):
    """An angpao expired, and its unopened slots were refunded to the sender."""

    name: ClassVar[str] = "angpao.returned"
    sender_id: int
    amount_minor: int
