"""Couriers that are asked and tell at the same moment: each event is stored once, and an order moves once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from shop import api
from shop.actions import tracking
from shop.adapters.courier_messages import read_events
from shop.models import Checkpoint, CourierHealth, Order, OrderEvent, OrderTimer, TrackedParcel
from tests.races.test_concurrent_purchases import all_is_well


@pytest.fixture
def parcel(buyers, bo, few, buy, now):
    order = buy(buyers[0], few).order
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    tracking.begin_tracking("JNE", "1", now=now)
    return TrackedParcel.objects.get()


def told(now, *codes):
    events = [{"code": code, "at": now.isoformat(), "text": code, "place": ""} for code in codes]
    return read_events(json.dumps({"waybill": "1", "events": events}).encode()).events


def test_events_that_come_by_both_ways_at_once_are_stored_once(parcel, in_threads, now):
    events = told(now, "PICKED_UP", "IN_TRANSIT", "DELIVERED")

    outcomes = in_threads(
        *(
            lambda source=source: tracking.take_events(parcel, events, source=source, now=now)
            for source in ("pull", "push", "pull", "push")
        )
    )

    assert outcomes == [None] * 4
    assert sorted(Checkpoint.objects.values_list("code", flat=True)) == ["DELIVERED", "IN_TRANSIT", "PICKED_UP"]
    assert OrderEvent.objects.filter(transition="delivered").count() == 1
    assert (Order.objects.get().state, OrderTimer.objects.filter(kind="complete").count()) == ("delivered", 1)
    assert all_is_well(now) == []


def test_turn_of_a_courier_is_taken_once(parcel, in_threads, now):
    outcomes = in_threads(*(lambda: tracking.take_turn("JNE", now=now, lease=timedelta(minutes=1)) for _ in range(4)))

    assert sorted(outcomes) == [False, False, False, True]


def test_silence_pauses_once_however_many_look(parcel, in_threads, now):
    tracking.take_events(parcel, told(now, "DELIVERED"), source="pull", now=now)
    due_at = OrderTimer.objects.get(kind="complete").due_at
    CourierHealth.objects.create(courier="JNE", turn_at=now)
    tracking.note_silence("JNE", "no answer", now=now)
    later = now + timedelta(hours=2)

    outcomes = in_threads(*(lambda: tracking.pause_completion("JNE", now=later) for _ in range(4)))

    assert sorted(outcomes) == [timedelta(0)] * 3 + [timedelta(hours=2)]
    assert OrderTimer.objects.get(kind="complete").due_at == due_at + timedelta(hours=2)
