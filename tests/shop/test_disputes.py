"""Disputes: an order in which the buyer says that something is wrong waits for people, and for no timer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from payments import errors as payment_errors
from payments.maintenance.integrity_checks import check_integrity as check_money
from shop import api, errors
from shop.actions import disputes
from shop.maintenance.integrity_checks import check_integrity
from shop.maintenance.order_timers import run_due_timers
from shop.models import Dispute, Order, OrderEvent, OrderTimer
from shop.queries.orders import list_due_timers
from superapp.console.models import Proposal
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance
from tests.shop.html_clients import browser_of, text

pytestmark = pytest.mark.usefixtures("still_clock")
LATER = timedelta(days=60)
TOTAL = 50_000_00


@pytest.fixture
def sent(bo, order, now):
    """An order on its way."""
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    return order


@pytest.fixture
def arrived(sent, now):
    """The same order after the courier's report; its completion timer runs."""
    api.record_courier_delivery(courier="JNE", resi="1", evidence={}, now=now)
    return sent


@pytest.fixture
def whole(now):
    yield
    assert check_integrity(now=now) == check_money(now=now) == []


@pytest.fixture
def two(make_user):
    return make_user("ops", is_staff=True), make_user("ulin", is_staff=True)


def open_(order, person, now, reason="Barang rusak: retak", rev=None):
    disputes.open_dispute(user_id=person.pk, order=order, reason=reason, expected_rev=rev, now=now)


def drop(order, person, now, rev=None):
    disputes.drop_dispute(user_id=person.pk, order=order, expected_rev=rev, now=now)


def decide(two, verdict, now, part=0):
    return disputes.decide_dispute(
        dispute=Dispute.objects.latest("pk").pk,
        verdict=verdict,
        part=Money(part),
        reason="foto jelas",
        maker_id=two[0].pk,
        checker_id=two[1].pk,
        now=now,
    )


def state():
    order = Order.objects.get()
    return order.state, Dispute.objects.filter(closed_at=None).count()


def test_no_timer_moves_a_disputed_order_until_the_buyer_drops_it(arrived, ana, now, whole):
    open_(arrived, ana, now)
    assert run_due_timers(now + LATER) == 0
    assert state() == ("delivered", 1)

    drop(arrived, ana, now)
    drop(arrived, ana, now)  # Sent twice.
    assert (api.fetch_order(user_id=ana.pk, order=arrived).summary.due) == "complete"
    assert check_integrity(now=now) == []

    assert run_due_timers(now + timedelta(days=4)) == 1
    assert state() == ("completed", 0)


def due_at():
    return OrderTimer.objects.get(state="waiting").due_at


@pytest.mark.parametrize(
    ("opened_after", "dropped_after", "runs_after"),
    [(1, 11, 14), (3, 5, 7), (4, 30, 32)],
    ids=["what was left", "fair notice", "timer that was due"],
)
def test_dropping_gives_what_was_left_or_a_fair_notice(opened_after, dropped_after, runs_after, arrived, ana, now):
    open_(arrived, ana, now + timedelta(days=opened_after))
    drop(arrived, ana, now + timedelta(days=dropped_after))
    assert due_at() == now + timedelta(days=runs_after)


def test_timer_of_a_second_dispute_goes_on_from_the_first(sent, ana, now, whole):
    review, day = due_at(), timedelta(days=1)
    for opened in (5, 8):
        open_(sent, ana, now + opened * day)
        drop(sent, ana, now + (opened + 2) * day)
    assert due_at() == review + 4 * day


def test_third_dispute_is_refused_by_the_action_and_by_the_database(sent, ana, now, monkeypatch, whole):
    for _ in range(2):
        open_(sent, ana, now)
        drop(sent, ana, now)
    with pytest.raises(errors.DisputeLimitReached):
        open_(sent, ana, now)

    monkeypatch.setattr(disputes, "DISPUTES_PER_ORDER", 3)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        open_(sent, ana, now)
    assert state() == ("shipped", 0)
    assert Dispute.objects.count() == 2


def test_page_says_before_the_second_drop_that_it_was_the_last(sent, ana):
    page, browser = f"/pesanan/{sent}/", browser_of(ana)
    last = "Setelah dicabut, kamu tidak bisa melaporkan masalah pada pesanan ini lagi"
    seen = []
    for _ in range(2):
        browser.post(f"{page}masalah/", {"reason": "Barang rusak"})
        seen.append(last in text(browser.get(page)))
        browser.post(f"{page}masalah/selesai/")
    assert seen == [False, True]

    again = browser.post(f"{page}masalah/", {"reason": "Barang rusak"})
    assert again.status_code == 409
    assert "sudah dua kali melaporkan" in text(again)
    assert "Laporkan masalah" not in text(browser.get(page))


def test_timer_that_was_read_before_the_opening_does_nothing(arrived, ana, now):
    from shop.actions import transitions

    (timer,) = list_due_timers(now + LATER, limit=9)
    open_(arrived, ana, now)

    assert transitions.run_timer(timer, now=now + LATER) is False
    assert state() == ("delivered", 1)


def test_opening_after_the_timer_is_refused(arrived, ana, now, whole):
    run_due_timers(now + LATER)
    with pytest.raises(errors.NotNow):
        open_(arrived, ana, now + LATER)


def test_courier_report_of_a_disputed_order_starts_no_timer(sent, ana, now, whole):
    open_(sent, ana, now)
    assert api.record_courier_delivery(courier="JNE", resi="1", evidence={}, now=now)
    assert not OrderTimer.objects.filter(state="waiting").exists()

    drop(sent, ana, now)
    assert api.fetch_order(user_id=ana.pk, order=sent).summary.due == "complete"


def test_dropped_dispute_of_an_order_on_its_way_is_reviewed_in_time_and_can_be_opened_again(sent, ana, now, whole):
    open_(sent, ana, now)
    drop(sent, ana, now)
    assert api.fetch_order(user_id=ana.pk, order=sent).summary.due == "review"
    open_(sent, ana, now)
    open_(sent, ana, now)  # Sent twice.
    assert Dispute.objects.count() == 2
    assert OrderEvent.objects.filter(transition="dispute_opened").count() == 2


@pytest.mark.parametrize("act", [open_, drop])
def test_only_the_buyer_opens_and_drops(act, sent, ana, bo, make_user, now):
    with pytest.raises(errors.NotNow):
        act(sent, bo, now)
    with pytest.raises(errors.OrderNotFound):
        act(sent, make_user("eve"), now)
    assert not Dispute.objects.exists()


def test_order_that_is_not_sent_cannot_be_disputed(order, ana, now):
    with pytest.raises(errors.NotNow):
        open_(order, ana, now)


def test_stale_page_neither_opens_nor_drops(sent, ana, now):
    with pytest.raises(errors.NotNow):
        open_(sent, ana, now, rev=1)
    open_(sent, ana, now)
    with pytest.raises(errors.NotNow):
        drop(sent, ana, now, rev=1)
    assert state() == ("shipped", 1)


@pytest.mark.parametrize(
    ("verdict", "part", "to_buyer", "ends"),
    [("release", 0, 0, "completed"), ("refund", 0, TOTAL, "cancelled"), ("split", 20_000_00, 20_000_00, "completed")],
    ids=["release", "refund", "split"],
)
def test_two_operators_decide_once(verdict, part, to_buyer, ends, sent, ana, bo, two, now, whole):
    before = balance(ana, now)
    open_(sent, ana, now)

    decide(two, verdict, now, part)

    assert state() == (ends, 0)
    assert balance(ana, now) == before + to_buyer
    assert api.fetch_merchant_balance(bo.pk) == Money(TOTAL - to_buyer)
    last = OrderEvent.objects.latest("seq")
    assert (last.actor_kind, last.actor_id, last.reason) == ("operator", two[1].pk, "foto jelas")
    assert last.evidence["first_operator"] == two[0].pk
    with pytest.raises(errors.DisputeClosed):
        decide(two, "refund", now)
    for person in (ana, bo):
        assert "foto jelas" in text(browser_of(person).get(f"/pesanan/{sent}/"))


def test_decision_after_the_buyer_dropped_it_is_refused(sent, ana, two, now, whole):
    open_(sent, ana, now)
    drop(sent, ana, now)
    with pytest.raises(errors.DisputeClosed):
        decide(two, "release", now)


@pytest.mark.parametrize("part", [TOTAL, TOTAL + 1_00])
def test_split_leaves_something_to_the_shop(part, sent, ana, two, now, whole):
    open_(sent, ana, now)
    with pytest.raises(errors.SplitInvalid):
        decide(two, "split", now, part)
    assert state() == ("shipped", 1)


def test_neither_party_nor_a_stranger_decides(sent, ana, bo, two, now):
    open_(sent, ana, now)
    with pytest.raises(payment_errors.OperatorsOnly):
        decide((two[0], ana), "refund", now)
    ana.is_staff = True
    ana.save()
    for pair in ((two[0], ana), (ana, two[0])):
        with pytest.raises(errors.OwnCase):
            decide(pair, "refund", now)
    assert state() == ("shipped", 1)


def test_merchant_refunds_all_or_buyer_confirms_and_the_dispute_ends(sent, ana, bo, now, whole):
    open_(sent, ana, now)
    api.cancel_order(user_id=bo.pk, order=sent, device_id=make_trusted_device(bo), now=now)
    assert state() == ("cancelled", 0)


def test_single_operator_does_not_decide_a_disputed_case(sent, ana, two, now):
    run_due_timers(now + LATER)
    open_(sent, ana, now + LATER)
    with pytest.raises(errors.OrderDisputed):
        api.decide_review_case(
            number=Order.objects.get().number,
            operator_id=two[0].pk,
            verdict="complete",
            reason="x",
            now=now + LATER,
        )


def test_both_sides_read_the_dispute_and_only_the_buyer_gets_the_forms(sent, ana, bo, make_user):
    page, form = f"/pesanan/{sent}/", {"reason": "Barang rusak", "words": "retak"}
    assert "Ada masalah dengan pesanan ini" in text(browser_of(ana).get(page))
    assert "Ada masalah dengan pesanan ini" not in text(browser_of(bo).get(page))

    assert browser_of(make_user("eve")).post(f"{page}masalah/", form).status_code == 404
    assert browser_of(bo).post(f"{page}masalah/", form).status_code == 409
    assert browser_of(ana).post(f"{page}masalah/", form).status_code == 302

    of_buyer, of_shop = (text(browser_of(person).get(page)) for person in (ana, bo))
    assert "Barang rusak: retak" in of_buyer
    assert "Sudah beres, cabut laporan" in of_buyer
    assert "Pembeli melaporkan masalah pada" in of_shop
    assert "Sudah beres, cabut laporan" not in of_shop
    assert browser_of(ana).post(f"{page}masalah/selesai/").status_code == 302
    assert state() == ("shipped", 0)


def test_desk_proposes_and_a_second_member_approves(sent, ana, now, make_operator, whole):
    maker, checker = make_operator("petugas", "finance"), make_operator("pemeriksa", "finance")
    open_(sent, ana, now)
    dispute, before = Dispute.objects.get(), balance(ana, now)
    assert "Barang rusak: retak" in text(maker.browser.get("/konsol/sengketa/"))

    form = {"dispute": str(dispute.pk), "verdict": "split", "amount": "20.000", "reason": "setengah rusak"}
    assert maker.browser.post("/konsol/sengketa/", form | {"amount": "50.000"}).status_code == 422
    assert maker.browser.post("/konsol/sengketa/", form | {"verdict": "x"}).status_code in (400, 422)
    assert maker.browser.post("/konsol/sengketa/", form | {"dispute": "99"}).status_code == 409
    assert maker.browser.post("/konsol/sengketa/", form).status_code == 302
    proposal = Proposal.objects.get()
    maker.browser.post(f"/konsol/usulan/{proposal.public_id}/", {"do": "approve"})
    assert state() == ("shipped", 1)
    checker.browser.post(f"/konsol/usulan/{proposal.public_id}/", {"do": "approve"})

    proposal.refresh_from_db()
    assert (proposal.state, state()) == ("approved", ("completed", 0))
    assert balance(ana, now) == before + 20_000_00


def test_support_proposes_and_finance_decides(sent, ana, now, make_operator, whole):
    helper, second, checker = (
        make_operator(name, role) for name, role in (("bantu", "support"), ("dua", "support"), ("uang", "finance"))
    )
    open_(sent, ana, now)
    before = balance(ana, now)
    form = {"dispute": str(Dispute.objects.get().pk), "verdict": "refund", "reason": "hilang"}
    assert helper.browser.post("/konsol/sengketa/", form).status_code == 302
    page = f"/konsol/usulan/{Proposal.objects.get().public_id}/"

    assert 'value="approve"' not in second.browser.get(page).content.decode()
    assert second.browser.post(page, {"do": "approve"}).status_code == 403
    assert state() == ("shipped", 1)
    shown = text(checker.browser.get(page))
    assert checker.browser.post(page, {"do": "approve"}).status_code == 302

    assert "Disimpan untuk pesanan Rp50.000" in shown
    assert "Barang rusak: retak" in shown
    assert (Proposal.objects.get().state, state()) == ("approved", ("cancelled", 0))
    assert balance(ana, now) == before + TOTAL
    assert "Barang rusak: retak" not in text(checker.browser.get(page))


def test_desk_keeps_what_was_written_when_it_refuses(sent, ana, now, make_operator):
    helper = make_operator("bantu", "support")
    open_(sent, ana, now)
    form = {
        "dispute": str(Dispute.objects.get().pk),
        "verdict": "split",
        "amount": "Rp99.000",
        "reason": "retak sedikit",
    }

    page = helper.browser.post("/konsol/sengketa/", form).content.decode()

    assert 'value="split" selected' in page
    assert 'value="Rp99.000"' in page
    assert 'value="retak sedikit"' in page
    assert "retak sedikit" not in helper.browser.get("/konsol/sengketa/").content.decode()


def test_desk_says_who_reported_the_delivery_and_that_a_decision_waits(arrived, ana, now, make_operator):
    maker = make_operator("bantu", "support")
    open_(arrived, ana, now)
    before = text(maker.browser.get("/konsol/sengketa/"))
    form = {"dispute": str(Dispute.objects.get().pk), "verdict": "release", "reason": "sudah sampai"}
    # Nothing is chosen beforehand.
    assert maker.browser.post("/konsol/sengketa/", form | {"verdict": ""}).status_code == 422

    maker.browser.post("/konsol/sengketa/", form)

    after = maker.browser.get("/konsol/sengketa/")
    assert "Kata kurir sudah sampai" in before
    assert "menunggu orang kedua" not in before
    assert "Satu keputusan menunggu orang kedua." in text(after)
    assert f'href="/konsol/usulan/{Proposal.objects.get().public_id}/"' in after.content.decode()
