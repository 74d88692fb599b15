"""Reading what a courier tells of a parcel: the same words answer a question and come unasked."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from shop.adapters.couriers import (
    CODE_CHARS_MAX,
    PLACE_CHARS_MAX,
    RAW_CHARS_MAX,
    TEXT_CHARS_MAX,
    CourierEvent,
    ToldEvents,
)
from superapp.core.text_cleaning import clean_line

EVENTS_MAX = 200
# Years outside of these are mistakes, and some databases cannot store them.
YEAR_MIN, YEAR_MAX = 2000, 2100


def read_events(body: bytes) -> ToldEvents:
    """
    Return what a courier tells in this JSON: ``{"waybill", "events": [{"code", "at", "text", "place"}]}``.

    Texts are cut to what is stored of them, since strangers write them.

    :raises ValueError: if it is something else
    """
    try:
        told = json.loads(body.decode())
        waybill, events = told["waybill"], told["events"]
        if not isinstance(waybill, str) or not isinstance(events, list) or len(events) > EVENTS_MAX:
            raise ValueError("no waybill, no events, or too many")
        return ToldEvents(waybill=waybill, events=tuple(_read_event(event) for event in events))
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"no events of a parcel: {error!r}") from error


def is_same_waybill(one: str, other: str) -> bool:
    """Return whether two spellings are of one number: couriers print blanks and dashes that people leave out."""
    return _bare(one) == _bare(other)


def _read_event(event: Any) -> CourierEvent:
    code, at = event["code"], datetime.fromisoformat(event["at"])
    if at.tzinfo is None or not YEAR_MIN < at.year < YEAR_MAX:
        raise ValueError("a time of no zone, or of another century")
    raw = json.dumps(event, sort_keys=True, separators=(",", ":"))
    # Some couriers number their codes.
    cleaned = clean_line(str(code))[:CODE_CHARS_MAX] if type(code) in (str, int) else ""
    if not cleaned or len(raw) > RAW_CHARS_MAX:
        raise ValueError("an event without a code, or too long")
    return CourierEvent(
        code=cleaned,
        at=at,
        text=_line(event.get("text"), TEXT_CHARS_MAX),
        place=_line(event.get("place"), PLACE_CHARS_MAX),
        raw=raw,
    )


def _line(value: object, chars_max: int) -> str:
    return clean_line(value)[:chars_max].strip() if isinstance(value, str) else ""


def _bare(waybill: str) -> str:
    return "".join(character for character in waybill.upper() if character.isalnum())
