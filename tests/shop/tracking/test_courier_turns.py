"""Turns of couriers: who is asked when, what silence costs, and the clock that it stops."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shop import api
from shop.actions import tracking
from shop.domain.tracking import PAUSE_AFTER, PAUSE_MAX, SILENT_TURN_MAX
from shop.events import OrderMoved
from shop.maintenance import courier_turns
from shop.maintenance.order_timers import run_due_timers
from shop.models import CourierHealth, OrderTimer, TrackedParcel
from shop.subscribers import track_parcel_that_was_named
from superapp.core import clock, jobs
from superapp.core.models import Fact, Job
from tests.shop.html_clients import text
from tests.shop.tracking.questions import ask, codes, state_of

RUN = jobs.JobRun(0, None, 1)


# Turns.


def test_named_parcel_is_tracked_by_the_fact_of_its_order(courier, bo, order, resi, now):
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="jne", resi=resi, now=now)
    fact = Fact.objects.filter(name="shop.order_moved").latest("pk")
    event = OrderMoved(**fact.payload)

    track_parcel_that_was_named(event)
    track_parcel_that_was_named(event)

    assert list(TrackedParcel.objects.values_list("courier", "resi")) == [("JNE", resi)]


def test_parcels_from_before_their_courier_was_connected_are_tracked(courier, bo, order, resi, now):
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="jne", resi=resi, now=now)

    assert [courier_turns.track_what_is_untracked(now) for _ in range(2)] == [1, 0]


def test_turn_asks_about_what_is_due(courier, order, parcel, resi):
    courier.scan(resi, "picked_up")
    now = clock.now()

    assert (courier_turns.begin_turns(now), courier_turns.begin_turns(now)) == (1, 0)
    courier_turns.run_turn(RUN, courier="JNE")

    assert Job.objects.filter(name="shop.ask_courier").count() == 1
    health, found = CourierHealth.objects.get(courier="JNE"), TrackedParcel.objects.get()
    assert (codes(parcel), health.silent_since, health.failures) == (["PICKED_UP"], None, 0)
    assert found.ask_at > clock.now() + timedelta(minutes=90)
    assert courier_turns.begin_turns(clock.now()) == 0


def test_silent_courier_costs_three_waits_and_then_one_at_a_time(courier, ana, bo, product, buy, send, resi, now):
    for number in range(5):
        send(bo, buy(ana, product).order, f"{resi}{number}")
    courier.fault("silence", times=100, value="0")

    courier_turns.run_turn(RUN, courier="JNE")
    assert TrackedParcel.objects.filter(failures=1).count() == 3
    courier_turns.run_turn(RUN, courier="JNE")
    assert TrackedParcel.objects.filter(failures=1).count() == 4

    health = CourierHealth.objects.get(courier="JNE")
    assert (health.failures, health.silent_since is not None, health.last_error != "") == (2, True, True)
    assert clock.now() < health.turn_at < clock.now() + SILENT_TURN_MAX
    # The others are asked meanwhile, and nobody waits for it.
    assert courier_turns.begin_turns(clock.now()) == 0


def test_courier_that_answers_again_is_not_silent(courier, order, parcel, resi):
    courier.fault("silence", value="0")
    courier_turns.run_turn(RUN, courier="JNE")
    assert CourierHealth.objects.get(courier="JNE").silent_since is not None

    courier_turns.run_turn(RUN, courier="JNE")

    health = CourierHealth.objects.get(courier="JNE")
    assert (health.silent_since, health.failures, health.paused_until) == (None, 0, None)


def test_parcel_that_fails_does_not_hold_others(courier, ana, bo, product, buy, send, resi, monkeypatch):
    first, second = (send(bo, buy(ana, product).order, f"{resi}{number}") for number in range(2))
    courier.scan(second.resi, "picked_up")
    real = tracking.ask_about_parcel

    def fail(parcel, *args, **kwargs):
        if parcel == first:
            raise RuntimeError("a fault of ours")
        return real(parcel, *args, **kwargs)

    monkeypatch.setattr(tracking, "ask_about_parcel", fail)

    courier_turns.run_turn(RUN, courier="JNE")

    assert (codes(first), codes(second)) == ([], ["PICKED_UP"])


# The clock of a silent courier.


@pytest.fixture
def delivered(courier, order, parcel, resi):
    """An order that its courier delivered; returns when it completes by itself."""
    courier.scan(resi, "delivered")
    ask(parcel)
    return OrderTimer.objects.get(order=order, kind="complete").due_at


def due_at(order):
    return OrderTimer.objects.get(order=order, kind="complete").due_at


def test_silent_courier_pauses_completion_for_as_long_as_it_is_silent(delivered, order, as_ana, as_bo):
    began = clock.now()
    tracking.note_silence("JNE", "no answer", now=began)

    moved = [
        courier_turns.pause_completion_of_silent_couriers(began + PAUSE_AFTER + timedelta(minutes=minutes))
        for minutes in (-1, 0, 0, 10)
    ]

    assert moved == [0, 1, 0, 1]
    assert due_at(order) == delivered + PAUSE_AFTER + timedelta(minutes=10)
    for browser in (as_ana, as_bo):
        assert "penyelesaian otomatis menunggu" in text(browser.get(f"/pesanan/{order}/"))
    assert run_due_timers(delivered + timedelta(minutes=1)) == 0

    tracking.note_answer("JNE", now=began + timedelta(hours=1))
    assert courier_turns.pause_completion_of_silent_couriers(began + timedelta(hours=2)) == 0
    assert "penyelesaian otomatis menunggu" not in text(as_ana.get(f"/pesanan/{order}/"))
    assert run_due_timers(due_at(order)) == 1
    assert state_of(order) == "completed"


def test_pause_ends_after_a_week(delivered, order):
    began = clock.now()
    tracking.note_silence("JNE", "no answer", now=began)

    courier_turns.pause_completion_of_silent_couriers(began + PAUSE_MAX + timedelta(days=1))
    courier_turns.pause_completion_of_silent_couriers(began + PAUSE_MAX + timedelta(days=2))

    assert due_at(order) == delivered + PAUSE_MAX


def test_silence_of_one_courier_pauses_no_other(delivered, order):
    began = clock.now()
    tracking.note_silence("SiCepat", "no answer", now=began)

    courier_turns.pause_completion_of_silent_couriers(began + timedelta(days=1))

    assert due_at(order) == delivered
