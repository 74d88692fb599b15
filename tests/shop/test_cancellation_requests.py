"""Requests to cancel: a buyer asks once after the shop accepted; the merchant cancels or declines, or a timer does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from payments.maintenance.integrity_checks import check_integrity as check_money
from shop import api, errors
from shop.actions import cancellation_requests as requests
from shop.actions import disputes
from shop.contracts import rows
from shop.maintenance.integrity_checks import check_integrity
from shop.maintenance.order_timers import run_due_timers
from shop.models import Order, OrderEvent, OrderTimer
from shop.queries import order_requests
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance
from tests.shop.html_clients import browser_of, text

pytestmark = pytest.mark.usefixtures("still_clock")
BOTH = pytest.mark.parametrize("state", ["accepted", "packed"])


@pytest.fixture
def accepted(bo, order, now):
    api.accept_order(user_id=bo.pk, order=order, now=now)
    return order


@pytest.fixture
def whole(now):
    yield
    assert check_integrity(now=now) == check_money(now=now) == []


def ask(order, person, now, reason="Salah pesan", rev=None):
    requests.request_cancellation(user_id=person.pk, order=order, reason=reason, expected_rev=rev, now=now)


def decline(order, person, now, reason="", rev=None):
    requests.decline_cancellation(user_id=person.pk, order=order, reason=reason, expected_rev=rev, now=now)


def told():
    return list(OrderEvent.objects.order_by("seq").values_list("transition", flat=True))[2:]


@BOTH
def test_merchant_agrees_and_the_buyer_is_refunded(state, accepted, ana, bo, now, whole):
    before = balance(ana, now)
    if state == "packed":
        api.pack_order(user_id=bo.pk, order=accepted, now=now)
    for _ in range(2):
        ask(accepted, ana, now)
    api.cancel_order(user_id=bo.pk, order=accepted, device_id=make_trusted_device(bo), now=now)

    order = Order.objects.get()
    assert (order.state, order.cancelled_by) == ("cancelled", "merchant")
    assert told()[-2:] == ["cancel_requested", "cancelled"]
    assert balance(ana, now) == before + order.total_sen


def test_merchant_declines_once_and_the_buyer_cannot_ask_again(accepted, ana, bo, now, whole):
    ask(accepted, ana, now)
    for _ in range(2):
        decline(accepted, bo, now, "sudah dibuat")
    with pytest.raises(errors.CancellationDeclined):
        ask(accepted, ana, now)
    assert (Order.objects.get().state, told()) == ("accepted", ["cancel_requested", "cancel_declined"])


@pytest.mark.parametrize("answered", [True, False])
def test_timer_decides_as_before(answered, accepted, ana, bo, now, whole):
    due_at = OrderTimer.objects.get(state="waiting").due_at
    ask(accepted, ana, now)
    if answered:
        decline(accepted, bo, now)
    assert OrderTimer.objects.get(state="waiting").due_at == due_at
    assert run_due_timers(due_at - timedelta(seconds=1)) == 0
    assert run_due_timers(due_at) == 1
    assert Order.objects.get().cancelled_by == "expired"


def test_shipping_answers_the_request(accepted, ana, bo, now, whole):
    ask(accepted, ana, now)
    api.ship_order(user_id=bo.pk, order=accepted, courier="JNE", resi="1", now=now)
    for act, person in ((ask, ana), (decline, bo)):
        with pytest.raises(errors.NotNow):
            act(accepted, person, now)
    page = text(browser_of(ana).get(f"/pesanan/{accepted}/"))
    assert "Kamu meminta pembatalan" not in page
    assert "Pembeli meminta pembatalan" in page  # In the history.


def test_only_the_buyer_asks_and_only_the_merchant_declines(accepted, ana, bo, make_user, make_shop, now):
    eve = make_user("eve")
    make_shop(eve, handle="toko-eve")
    for person, refusal in ((bo, errors.NotNow), (eve, errors.OrderNotFound)):
        with pytest.raises(refusal):
            ask(accepted, person, now)
    assert told() == []
    ask(accepted, ana, now)
    for person, refusal in ((ana, errors.NotNow), (eve, errors.OrderNotFound)):
        with pytest.raises(refusal):
            decline(accepted, person, now)
    assert told() == ["cancel_requested"]


def test_what_was_not_asked_is_not_declined(accepted, bo, now):
    with pytest.raises(errors.NotNow):
        decline(accepted, bo, now)


def test_order_that_the_buyer_can_cancel_alone_takes_no_request(order, ana, now):
    with pytest.raises(errors.NotNow):
        ask(order, ana, now)


def test_stale_page_neither_asks_nor_declines(accepted, ana, bo, now):
    with pytest.raises(errors.NotNow):
        ask(accepted, ana, now, rev=1)
    ask(accepted, ana, now)
    with pytest.raises(errors.NotNow):
        decline(accepted, bo, now, rev=2)
    assert told() == ["cancel_requested"]


def test_request_gives_a_reason(accepted, ana, now):
    for reason in ("", " ", "x" * 201):
        with pytest.raises(errors.TextInvalid):
            ask(accepted, ana, now, reason)


def test_database_refuses_a_second_request_and_a_decline_of_none(accepted, ana, bo, now, monkeypatch):
    monkeypatch.setattr(order_requests, "find_cancellation_step", lambda _order: "cancel_requested")
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        decline(accepted, bo, now)
    monkeypatch.setattr(order_requests, "find_cancellation_step", lambda _order: None)
    ask(accepted, ana, now)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        ask(accepted, ana, now)
    monkeypatch.setattr(order_requests, "find_cancellation_step", lambda _order: "cancel_requested")
    decline(accepted, bo, now)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        decline(accepted, bo, now)
    assert told() == ["cancel_requested", "cancel_declined"]


def test_both_sides_see_the_request_and_the_forms_of_their_own(accepted, ana, bo, make_user):
    page = f"/pesanan/{accepted}/"
    buyer, shop, eve = browser_of(ana), browser_of(bo), browser_of(make_user("eve"))
    make_trusted_device(bo)
    assert "Minta pembatalan" in text(buyer.get(page))
    assert "Minta pembatalan" not in text(shop.get(page))
    form = {"reason": "Salah pesan", "words": "mau warna lain"}
    assert [one.post(f"{page}batal/minta/", form).status_code for one in (eve, shop, buyer)] == [404, 409, 302]
    assert "Kamu meminta pembatalan" in text(buyer.get(page))
    of_shop = text(shop.get(page))
    assert "Pembeli meminta pembatalan pada" in of_shop
    assert "mau warna lain" in of_shop
    declined = [one.post(f"{page}batal/tolak/", {"words": "sudah dibuat"}).status_code for one in (eve, buyer, shop)]
    assert declined == [404, 409, 302]
    of_buyer = text(buyer.get(page))
    assert "Toko tidak menyetujui pembatalan dan melanjutkan pesananmu" in of_buyer
    assert "sudah dibuat" in of_buyer
    assert "Minta pembatalan" not in of_buyer


@BOTH
def test_lists_and_the_wire_say_what_the_buyer_asks_until_it_is_answered(state, accepted, ana, bo, now):
    if state == "packed":
        api.pack_order(user_id=bo.pk, order=accepted, now=now)

    def asked():
        listed = [api.list_purchases(ana.pk, now=now).items[0], api.list_sales(bo.pk, now=now).items[0]]
        details = [api.fetch_order(user_id=person.pk, order=accepted).summary for person in (ana, bo)]
        (request,) = {one.request for one in (*listed, *details)}
        return request, rows.order_details_row(api.fetch_order(user_id=ana.pk, order=accepted)).order.request

    assert asked() == ("", "")
    ask(accepted, ana, now)
    assert asked() == ("cancel", "cancel")
    assert "Pembatalan diminta" in text(browser_of(ana).get("/pesanan/"))
    assert "Pembeli meminta pembatalan" in text(browser_of(bo).get("/tokoku/"))
    one_tap = [f'action="/pesanan/{accepted}/kemas/"', f'href="/pesanan/{accepted}/#kirim"']
    assert not any(tap in browser_of(bo).get("/tokoku/").content.decode() for tap in one_tap)
    decline(accepted, bo, now)
    assert any(tap in browser_of(bo).get("/tokoku/").content.decode() for tap in one_tap)
    assert asked() == ("", "")
    api.ship_order(user_id=bo.pk, order=accepted, courier="JNE", resi="1", now=now)
    disputes.open_dispute(user_id=ana.pk, order=accepted, reason="rusak", expected_rev=None, now=now)
    assert asked() == ("dispute", "dispute")
    assert "Masalah dilaporkan" in text(browser_of(ana).get("/pesanan/"))
    assert "Pembeli melaporkan masalah" in text(browser_of(bo).get("/tokoku/"))
    page = text(browser_of(ana).get(f"/pesanan/{accepted}/"))
    assert "Masalahmu sedang diselesaikan" in page
    assert "Diterima; uang diteruskan ke toko" not in page
    disputes.drop_dispute(user_id=ana.pk, order=accepted, expected_rev=None, now=now)
    assert asked() == ("", "")
