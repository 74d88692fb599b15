"""Messages that couriers send unasked, and those of somebody who is no courier."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from shop import api
from shop.actions import tracking
from shop.adapters.courier_messages import EVENTS_MAX, read_events
from shop.adapters.courier_signatures import sign_message
from shop.endpoints.courier_events import BODY_BYTES_MAX
from shop.models import Checkpoint, CourierHealth, Order, TrackedParcel
from superapp.core import clock
from tests.shop.html_clients import text

KEY, OTHER_KEY = "kunci-jne", "kunci-sicepat"
PATH = "/kurir/v1/jne/"


@pytest.fixture(autouse=True)
def connected(settings):
    settings.COURIERS = {
        "JNE": {"url": "http://jne.invalid", "key": KEY},
        "SiCepat": {"url": "http://sicepat.invalid", "key": OTHER_KEY},
    }


@pytest.fixture
def now():
    """The present, since signatures hold for minutes."""
    return datetime.now(UTC)


@pytest.fixture
def parcel(bo, order, now):
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="P 1", now=now)
    tracking.begin_tracking("JNE", "P 1", now=now)
    return TrackedParcel.objects.get()


def event(code="DELIVERED", at=None, **more):
    return {"code": code, "at": (at or clock.now()).isoformat(), "text": "Diterima", "place": "Solo", **more}


def tell(waybill="P 1", *events, body=None, path=PATH, key=KEY, signed=None, moment=None, headers=None):
    """Send a message; a test changes what is to be refused."""
    if body is None:
        body = json.dumps({"waybill": waybill, "events": list(events)}).encode()
    timestamp = str(int((moment or clock.now()).timestamp()))
    signature = sign_message(key, message_id="msg_1", timestamp=timestamp, body=body if signed is None else signed)
    sent = {"webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": signature}
    return Client().post(path, body, "application/json", headers=sent | (headers or {}))


def test_told_delivery_delivers_the_order_once(parcel, order):
    told = event()

    answers = [tell("p 1", told) for _ in range(2)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"known": True})] * 2
    assert list(Checkpoint.objects.values_list("source", "code", "place")) == [("push", "DELIVERED", "Solo")]
    assert Order.objects.get(pk=order).state == "delivered"
    assert CourierHealth.objects.get().silent_since is None


def test_event_that_is_told_and_then_asked_for_is_one(parcel, order):
    told = event("PICKED_UP")
    tell("P 1", told)

    class Same:
        def track(self, waybill):
            told_again = {"waybill": waybill, "events": [dict(reversed(told.items()))]}
            return read_events(json.dumps(told_again).encode()).events

    tracking.ask_about_parcel(parcel, Same(), now=clock.now())

    assert Checkpoint.objects.count() == 1


def test_messages_that_overtake_each_other_move_an_order_forward_alone(parcel, order, as_ana):
    earlier = clock.now() - timedelta(minutes=5)

    tell("P 1", event("DELIVERED"))
    tell("P 1", event("PICKED_UP", at=earlier, text="Diambil"))

    page = text(as_ana.get(f"/pesanan/{order}/"))
    assert Order.objects.get(pk=order).state == "delivered"
    assert page.index("“Diterima”") < page.index("“Diambil”")  # Newest first, by when it happened.


def test_parcel_that_nobody_sent_is_not_stored(parcel):
    answer = tell("LAIN", event())

    assert (answer.status_code, answer.json(), Checkpoint.objects.count()) == (200, {"known": False}, 0)


def test_message_ends_the_silence_of_a_courier(parcel, now):
    tracking.take_turn("JNE", now=now, lease=timedelta(0))
    tracking.note_silence("JNE", "no answer", now=now)

    tell("P 1", event("PICKED_UP"))

    assert CourierHealth.objects.get().silent_since is None


OUTSIDERS = {
    "no signature": {"headers": {"webhook-signature": ""}},
    "a signature of nothing": {"headers": {"webhook-signature": "v1,"}},
    "no text": {"headers": {"webhook-signature": "v1,\u00e4 \u00fc"}},
    "the key of another courier": {"key": OTHER_KEY},
    "an empty key": {"key": ""},
    "another body": {"signed": b"{}"},
    "another id": {"headers": {"webhook-id": "msg_2"}},
    "no id": {"headers": {"webhook-id": ""}},
    "a long id": {"headers": {"webhook-id": "m" * 101}},
    "another time": {"headers": {"webhook-timestamp": "1"}},
    "a time that is none": {"headers": {"webhook-timestamp": "soon"}},
    "an old message": {"moment": datetime(2020, 1, 1, tzinfo=UTC)},
    "a message from the future": {"moment": datetime(2090, 1, 1, tzinfo=UTC)},
    "another courier's address": {"path": "/kurir/v1/sicepat/"},
    "the address of nobody": {"path": "/kurir/v1/dhl/"},
}


@pytest.mark.parametrize("way", OUTSIDERS)
def test_message_of_an_outsider_changes_nothing(parcel, order, way):
    answer = tell("P 1", event(), **OUTSIDERS[way])

    assert (answer.status_code, answer.json()) == (401, {"error": "signature"})
    assert (Checkpoint.objects.count(), Order.objects.get(pk=order).state) == (0, "shipped")
    assert not CourierHealth.objects.exists()


def test_nobody_is_connected_without_settings(settings, parcel):
    settings.COURIERS = {}

    assert tell("P 1", event()).status_code == 401


def test_too_long_message_is_refused(parcel):
    assert tell(body=b" " * (BODY_BYTES_MAX + 1)).status_code == 401


NONSENSE = {
    "no JSON": b"{",
    "not UTF-8": b"\xff",
    "a list": b"[]",
    "nested": b"[" * 5_000,
    "no waybill": b'{"events": []}',
    "no events": b'{"waybill": "P 1"}',
    "a number as waybill": b'{"waybill": 1, "events": []}',
    "events of another kind": b'{"waybill": "P 1", "events": {"code": "X"}}',
    "no time": b'{"waybill": "P 1", "events": [{"code": "X"}]}',
    "a time of no zone": b'{"waybill": "P 1", "events": [{"code": "X", "at": "2026-11-29T10:00:00"}]}',
    "another century": b'{"waybill": "P 1", "events": [{"code": "X", "at": "1026-11-29T10:00:00Z"}]}',
    "no code": b'{"waybill": "P 1", "events": [{"code": " ", "at": "2026-11-29T10:00:00Z"}]}',
    "true as code": b'{"waybill": "P 1", "events": [{"code": true, "at": "2026-11-29T10:00:00Z"}]}',
    "too much of an event": b'{"waybill": "P 1", "events": [{"code": "X", "at": "2026-11-29T10:00:00Z", "more": "'
    + b"x" * 4_001
    + b'"}]}',
    "too many": b'{"waybill": "P 1", "events": ['
    + b",".join([b'{"code": "X", "at": "2026-11-29T10:00:00Z"}'] * (EVENTS_MAX + 1))
    + b"]}",
}


@pytest.mark.parametrize("what", NONSENSE)
def test_message_that_makes_no_sense_is_refused_whole(parcel, what):
    answer = tell(body=NONSENSE[what])

    assert (answer.status_code, Checkpoint.objects.count()) == (400, 0)


def test_texts_of_a_message_are_cleaned_and_cut(parcel):
    tell("P 1", event("PICKED\u202e_UP", text="a\u200b" + "b" * 300, place=["no", "text"]))

    stored = Checkpoint.objects.get()
    assert (stored.code, stored.text, stored.place) == ("PICKED_UP", "a" + "b" * 199, "")
