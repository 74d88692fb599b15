"""Facts of payments between people, stored in the transaction that causes them and delivered at least once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from superapp.core.events import Event, register_fact


@dataclass(frozen=True, kw_only=True)
class _RequestEvent(Event):
    request: str
    requester_id: int
    payer_id: int
    split: str = ""

    @property
    def key(self) -> str:
        return f"peer.split:{self.split}" if self.split else f"peer.request:{self.request}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class RequestChanged(_RequestEvent):
    """
    A person requested money from another, or their request was paid, declined, cancelled or has expired.

    ``split`` is the bill of which it is a share, if it is one. Shares that end because their bill was closed are told
    of by ``SplitChanged`` alone.
    """

    name: ClassVar[str] = "peer_payments.request_changed"
    version: int
    state: str


@register_fact
@dataclass(frozen=True, kw_only=True)
class RequestReminded(_RequestEvent):
    """A person reminded another of an open request; ``number`` counts the reminders of the request."""

    name: ClassVar[str] = "peer_payments.request_reminded"
    number: int


@register_fact
@dataclass(frozen=True, kw_only=True)
class SplitChanged(Event):
    """A person split a bill in a group, or closed it. Shares that are paid say so themselves."""

    name: ClassVar[str] = "peer_payments.split_changed"
    split: str
    maker_id: int

    @property
    def key(self) -> str:
        return f"peer.split:{self.split}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class ScheduleNoticed(Event):
    """
    A person is told of a scheduled transfer: it is made tomorrow, was made, or failed (``what``).

    ``on`` is the date for which the transfer was scheduled.
    """

    name: ClassVar[str] = "peer_payments.schedule_noticed"
    schedule: str
    sender_id: int
    what: str
    on: str

    @property
    def key(self) -> str:
        return f"peer.schedule:{self.schedule}"
