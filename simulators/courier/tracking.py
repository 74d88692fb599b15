"""Scanning parcels, and the answers about them, faults included."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from http import HTTPStatus

from simulators.courier.books import Books, Event
from simulators.courier.vocabulary import PLACES, STEPS, code_of
from superapp.core import clock


class Silent(Exception):
    """The connection is to be broken off instead of an answer."""


def scan(
    books: Books, courier: str, waybill: str, step: str, *, at: datetime | None = None, code: str = "", text: str = ""
) -> None:
    """
    Scan a parcel, which is handed in by that if it was not before, and tell the client.

    :raises ValueError: if there is no such step
    """
    if step not in STEPS:
        raise ValueError("no such step")
    now = clock.now()
    books.hand_in(courier, waybill, now)
    event = {
        "code": code or code_of(courier, step),
        "at": (at or now).isoformat(timespec="seconds"),
        "text": text or STEPS[step].text,
        "place": PLACES.get(step, ""),
    }
    is_told = books.strike("no_push") is None
    held_back = float(books.strike("push_held") or 0)
    due_at = clock.now().timestamp() + held_back
    books.scan(courier, waybill, event, push_due_at=due_at if is_told else None)


def answer(books: Books, courier: str, waybill: str, *, takes_unknown: bool) -> tuple[int, bytes]:
    """
    Return status and body of the answer about a parcel.

    :raises Silent: if the courier gives none
    """
    silence = books.strike("silence")
    if silence is not None:
        time.sleep(float(silence))
        raise Silent
    time.sleep(float(books.strike("late") or 0))
    nothing = books.strike("nothing")
    if nothing == "1":
        return HTTPStatus.OK, b""
    if nothing is not None:
        return HTTPStatus.OK, _body(waybill, [])
    if takes_unknown and not books.knows(courier, waybill):
        scan(books, courier, waybill, "picked_up")
    if not books.knows(courier, waybill):
        return HTTPStatus.NOT_FOUND, _body(waybill, [])
    if books.strike("wrong") is not None:
        return HTTPStatus.OK, _body("SALAH0001", [_event("delivered", courier)])
    return HTTPStatus.OK, _body(waybill, _with_faults(books, courier, books.list_events(courier, waybill)))


def _with_faults(books: Books, courier: str, events: list[Event]) -> list[Event]:
    if books.strike("unknown_code") is not None:
        events = [*events, {**_event("in_transit", courier), "code": "ZZ9", "text": "Pindah rak"}]
    hours = books.strike("time_back")
    if hours is not None and events:
        at = datetime.fromisoformat(events[-1]["at"]) - timedelta(hours=int(hours))
        events = [*events[:-1], {**events[-1], "at": at.isoformat(timespec="seconds")}]
    if books.strike("duplicated") is not None:
        events = [event for event in events for _ in range(2)]
    return events[::-1] if books.strike("out_of_order") is not None else events


def _event(step: str, courier: str) -> Event:
    at = clock.now().isoformat(timespec="seconds")
    return {"code": code_of(courier, step), "at": at, "text": STEPS[step].text, "place": PLACES[step]}


def _body(waybill: str, events: list[Event]) -> bytes:
    return json.dumps({"waybill": waybill, "events": events}).encode()
