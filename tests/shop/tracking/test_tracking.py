"""Parcels as their couriers track them: what is believed, what moves an order, and what is said of the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shop.actions import disputes, tracking
from shop.adapters.couriers import CourierSilent
from shop.maintenance import courier_turns, integrity_checks
from shop.maintenance.courier_checks import check_courier_codes
from shop.maintenance.order_timers import run_due_timers
from shop.models import Checkpoint, Order, OrderEvent, ReviewCase, TrackedParcel
from superapp.core import clock, jobs
from tests.shop.html_clients import text
from tests.shop.tracking.questions import ask, codes, has_completion_timer, state_of

RUN = jobs.JobRun(0, None, 1)


# What the courier tells.


def test_delivery_that_the_courier_tells_delivers_the_order_once(courier, order, parcel, resi):
    courier.scan(resi, "picked_up")
    ask(parcel)
    assert state_of(order) == "shipped"
    courier.scan(resi, "delivered")

    for _ in range(3):
        ask(parcel)

    assert codes(parcel) == ["PICKED_UP", "DELIVERED"]
    assert (state_of(order), has_completion_timer(order)) == ("delivered", True)
    (event,) = OrderEvent.objects.filter(order=order, transition="delivered")
    assert (event.actor_kind, event.evidence["code"]) == ("courier", "DELIVERED")
    assert event.evidence["checkpoint"] == str(Checkpoint.objects.get(code="DELIVERED").pk)
    assert integrity_checks.check_integrity(now=clock.now()) == []


def test_codes_of_another_courier_are_read_by_its_own_words(courier, bo, order, send, resi):
    parcel = send(bo, order, resi, name="SiCepat")
    courier.scan(resi, "out_for_delivery", courier="sicepat")

    ask(parcel, "SiCepat")

    assert list(Checkpoint.objects.values_list("code", "step")) == [("ANT", "out_for_delivery")]


@pytest.mark.parametrize(
    ("name", "value"),
    [("silence", "0"), ("silence", "10"), ("late", "10"), ("nothing", "1"), ("wrong", "")],
    ids=["hangs up", "hangs", "too late", "empty body", "another parcel"],
)
def test_answer_that_is_none_moves_nothing(courier, settings, order, parcel, resi, name, value):
    settings.COURIER_SECONDS_MAX = 0.5
    courier.scan(resi, "delivered")
    courier.fault(name, value=value)

    with pytest.raises(CourierSilent):
        ask(parcel)

    parcel.refresh_from_db()
    assert (codes(parcel), state_of(order), parcel.failures, parcel.heard_at) == ([], "shipped", 1, None)
    settings.COURIER_SECONDS_MAX = 3
    ask(parcel)
    assert (codes(parcel), state_of(order)) == (["DELIVERED"], "delivered")
    assert TrackedParcel.objects.get().failures == 0


def test_answer_with_nothing_for_a_day_keeps_what_was_told_before(courier, order, parcel, resi, as_ana):
    courier.scan(resi, "picked_up")
    ask(parcel)
    heard_at = TrackedParcel.objects.get().heard_at
    courier.fault("nothing", times=48)

    for _ in range(3):
        ask(parcel)

    parcel.refresh_from_db()
    assert (codes(parcel), parcel.heard_at, state_of(order)) == (["PICKED_UP"], heard_at, "shipped")
    assert parcel.missed_at is not None
    page = text(as_ana.get(f"/pesanan/{order}/"))
    assert "JNE tidak memberi kabar tentang paket ini" in page
    assert "Paket diterima di agen" in page


def test_late_answer_counts(courier, order, parcel, resi):
    courier.scan(resi, "delivered")
    courier.fault("late", value="1")

    ask(parcel)

    assert state_of(order) == "delivered"


def test_events_told_twice_and_in_any_order_are_stored_once(courier, order, parcel, resi):
    courier.scan(resi, "picked_up", at="2099-01-01T00:00:00+00:00")
    courier.scan(resi, "in_transit")
    ask(parcel)
    courier.fault("duplicated")
    courier.fault("out_of_order")

    ask(parcel)

    assert sorted(codes(parcel)) == ["IN_TRANSIT", "PICKED_UP"]


def test_delivery_told_before_the_way_there_counts(courier, order, parcel, resi):
    courier.scan(resi, "picked_up")
    courier.scan(resi, "delivered")
    courier.fault("out_of_order")

    ask(parcel)

    assert state_of(order) == "delivered"


def test_unknown_code_is_shown_as_it_is_and_moves_nothing(courier, settings, order, parcel, resi, as_ana):
    courier.scan(resi, "picked_up")
    courier.fault("unknown_code")

    ask(parcel)

    assert list(Checkpoint.objects.filter(code="ZZ9").values_list("step", "text")) == [("", "Pindah rak")]
    assert state_of(order) == "shipped"
    assert "Kode ZZ9" in text(as_ana.get(f"/pesanan/{order}/"))
    # Once the operator says what it means, it counts, although it was stored without a meaning.
    settings.COURIERS = {"jne": {**settings.COURIERS["JNE"], "codes": {"ZZ9": "delivered"}}}
    ask(parcel)
    assert state_of(order) == "delivered"


def test_meaning_that_is_none_is_named_and_moves_nothing(settings, courier, order, parcel, resi):
    settings.COURIERS = {"JNE": {**settings.COURIERS["JNE"], "codes": {"DELIVERED": "arrived", "D99": ""}}}
    courier.scan(resi, "delivered")

    ask(parcel)

    assert state_of(order) == "shipped"
    assert [error.id for error in check_courier_codes(None)] == ["shop.E001"]


def test_time_that_goes_back_before_the_order_is_another_parcel(courier, order, parcel, resi, as_ana):
    courier.scan(resi, "delivered")
    courier.fault("time_back", times=2, value="240")

    ask(parcel)

    assert (codes(parcel), state_of(order)) == (["DELIVERED"], "shipped")
    assert "Paket diterima oleh penerima" not in text(as_ana.get(f"/pesanan/{order}/"))


def test_delivery_in_the_future_does_not_count_yet(courier, order, parcel, resi):
    courier.scan(resi, "delivered", at=(clock.now() + timedelta(days=1)).isoformat())

    ask(parcel)

    assert state_of(order) == "shipped"


@pytest.mark.parametrize("step", ["returning", "returned", "lost"])
def test_delivery_of_a_parcel_that_goes_back_is_none(courier, order, parcel, resi, step):
    courier.scan(resi, step)
    courier.scan(resi, "delivered")

    ask(parcel)

    assert (state_of(order), has_completion_timer(order)) == ("shipped", False)


@pytest.mark.parametrize("step", ["returning", "lost"])
def test_delivery_that_the_courier_takes_back_goes_to_a_person(courier, order, parcel, resi, step):
    courier.scan(resi, "delivered")
    ask(parcel)
    courier.scan(resi, step)

    ask(parcel)
    ask(parcel)

    assert (state_of(order), has_completion_timer(order)) == ("delivered", False)
    assert (run_due_timers(clock.now()), run_due_timers(clock.now() + timedelta(days=9))) == (1, 0)
    assert (state_of(order), ReviewCase.objects.filter(order=order, closed_at=None).count()) == ("delivered", 1)
    assert integrity_checks.check_integrity(now=clock.now()) == []
    ask(parcel)
    assert ReviewCase.objects.count() == 1


def test_earlier_step_that_is_told_later_takes_nothing_back(courier, order, parcel, resi):
    courier.scan(resi, "delivered")
    ask(parcel)
    version = Order.objects.get(pk=order).version
    courier.scan(resi, "in_transit")

    ask(parcel)

    assert (state_of(order), Order.objects.get(pk=order).version) == ("delivered", version)


def test_delivery_of_a_disputed_order_starts_no_timer(courier, ana, order, parcel, resi, now):
    disputes.open_dispute(user_id=ana.pk, order=order, reason="lama", expected_rev=None, now=now)
    courier.scan(resi, "delivered")

    ask(parcel)

    assert (state_of(order), has_completion_timer(order)) == ("delivered", False)


def test_delivery_moves_neither_order_while_two_shops_name_the_number(
    courier, ana, make_user, make_shop, make_product, buy, order, parcel, resi, send, as_ana
):
    eve = make_user("eve")
    theirs = buy(ana, make_product(make_shop(eve, handle="toko-eve"))).order
    send(eve, theirs, resi)
    courier.scan(resi, "delivered")

    ask(parcel)

    assert (state_of(order), state_of(theirs)) == ("shipped", "shipped")
    assert "Nomor ini juga dipakai pesanan lain" in text(as_ana.get(f"/pesanan/{order}/"))
    # Whoever named it second reads nothing of it.
    page = text(as_ana.get(f"/pesanan/{theirs}/"))
    assert "Nomor ini juga dipakai pesanan lain" in page
    assert "Paket diterima oleh penerima" not in page


def test_stored_delivery_moves_the_order_after_a_kill_between_the_two_steps(courier, order, parcel, resi, monkeypatch):
    courier.scan(resi, "delivered")

    def die(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(tracking, "_move_orders", die)
        with pytest.raises(KeyboardInterrupt):
            ask(parcel)
    assert (codes(parcel), state_of(order)) == (["DELIVERED"], "shipped")

    ask(parcel)

    assert (codes(parcel), state_of(order)) == (["DELIVERED"], "delivered")


def test_parcel_that_nobody_waits_for_is_asked_about_no_more(courier, database, now):
    tracking.begin_tracking("JNE", "LAIN", now=now)
    other = TrackedParcel.objects.get(resi="LAIN")

    assert ask(other) is False

    other.refresh_from_db()
    assert other.ask_at is None
    tracking.begin_tracking("JNE", "LAIN", now=now)
    other.refresh_from_db()
    assert other.ask_at == now


# What is said of it.


@pytest.mark.parametrize(("hours", "words"), [(1, "Belum dipindai JNE."), (25, "JNE belum menemukan paket ini.")])
def test_number_that_the_courier_does_not_know_is_never_called_wrong(
    courier, bo, order, send, resi, now, as_ana, as_bo, hours, words
):
    parcel = send(bo, order, resi, at=now - timedelta(hours=hours))

    ask(parcel)

    pages = [text(browser.get(f"/pesanan/{order}/")) for browser in (as_ana, as_bo)]
    assert [words in page for page in pages] == [True, True]
    assert [word in page.casefold() for page in pages for word in ("nomor salah", "tidak valid")] == [False] * 4
    assert ("Tanyakan ke toko apakah" in pages[0]) == (hours > 24)


def test_age_of_the_courier_s_word_is_shown_while_it_is_silent(courier, order, parcel, resi, as_ana, as_bo):
    courier.scan(resi, "in_transit")
    ask(parcel)
    heard_at = clock.now() - timedelta(hours=3, minutes=5)
    TrackedParcel.objects.update(heard_at=heard_at)
    courier.fault("silence", times=9, value="0")
    TrackedParcel.objects.update(ask_at=clock.now())
    courier_turns.run_turn(RUN, courier="JNE")

    for browser in (as_ana, as_bo):
        response = browser.get(f"/pesanan/{order}/")
        page = text(response)
        assert "JNE sedang tidak menjawab. Kabar terakhirnya 3 jam lalu" in page
        assert "Paket berangkat dari gudang sortir" in page
        # Its time stands beside it, since a device may show the page later.
        assert f'datetime="{clock.to_wire(heard_at)}"' in response.content.decode()


def test_courier_that_never_answered_is_not_known(courier, order, parcel, as_ana):
    assert "Menunggu kabar pertama dari JNE." in text(as_ana.get(f"/pesanan/{order}/"))
    courier.fault("silence", times=9, value="0")

    courier_turns.run_turn(RUN, courier="JNE")

    assert "JNE sedang tidak menjawab, jadi kami belum tahu" in text(as_ana.get(f"/pesanan/{order}/"))


def test_courier_that_is_not_connected_is_said_to_be_so(settings, courier, order, parcel, as_ana):
    settings.COURIERS = {}

    assert "Kami tidak terhubung dengan JNE" in text(as_ana.get(f"/pesanan/{order}/"))


def test_words_of_a_courier_are_escaped(courier, order, parcel, resi, as_ana):
    courier.scan(resi, "in_transit", text="<script>alert(1)</script>", code="<b>")

    ask(parcel)

    assert b"<script>alert" not in as_ana.get(f"/pesanan/{order}/").content
