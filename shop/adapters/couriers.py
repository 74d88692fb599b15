"""
The interface of a courier, whatever it speaks on the wire.

An adapter never decides: it asks, and says what it was told. An answer that did not come, or cannot be understood, is
``CourierSilent``; it says nothing about the parcel.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

CODE_CHARS_MAX, TEXT_CHARS_MAX, PLACE_CHARS_MAX, RAW_CHARS_MAX = 40, 200, 80, 4_000


class CourierSilent(Exception):
    """No answer came that can be understood."""


class WaybillUnknown(Exception):
    """The courier answered that it has nothing about this number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierEvent:
    """
    One event of a parcel, as the courier tells it: its code, time, words and place.

    ``raw`` is the event as it was told, written in one way only, so that the same event is recognized when it is told
    again.
    """

    code: str
    at: datetime
    text: str
    place: str
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvents:
    """The events that a courier tells, in its order, of the parcel with this number."""

    waybill: str
    events: tuple[CourierEvent, ...]


class Courier(Protocol):
    """A courier. No call runs in a transaction."""

    def track(self, waybill: str) -> tuple[CourierEvent, ...]:
        """
        Return the events of a parcel.

        :raises CourierSilent: if no answer came, or none about this parcel
        :raises WaybillUnknown: if the courier has nothing about the number
        """
