"""Offers in a dispute: the merchant names an amount, and exactly the one that the buyer saw is refunded."""

from __future__ import annotations

import itertools

import pytest
from django.db import IntegrityError, InternalError, transaction

from payments import errors as payment_errors
from payments.maintenance.integrity_checks import check_integrity as check_money
from shop import api, errors
from shop.actions import dispute_offers, disputes, refunds
from shop.maintenance.integrity_checks import check_integrity
from shop.models import Dispute, Order, OrderEvent
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance
from tests.shop.html_clients import browser_of, text

pytestmark = pytest.mark.usefixtures("still_clock")
TOTAL, PART = 50_000_00, 20_000_00
numbers = itertools.count(1)


@pytest.fixture
def disputed(ana, bo, order, now):
    """An order on its way about which its buyer says that something is wrong."""
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    disputes.open_dispute(user_id=ana.pk, order=order, reason="rusak", expected_rev=None, now=now)
    return order


@pytest.fixture
def whole(now):
    yield
    assert check_integrity(now=now) == check_money(now=now) == []


def answer(order, person, now, amount=PART, words="Maaf, ini gantinya", **fields):
    fields = {"device_id": make_trusted_device(person), "pin": "", "expected_rev": None, **fields}
    dispute_offers.answer_dispute(user_id=person.pk, order=order, words=words, amount=Money(amount), now=now, **fields)
    return OrderEvent.objects.latest("seq").seq


def accept(order, person, offer, now, amount=PART, **fields):
    fields = {"device_id": make_trusted_device(person), "pin": "", "expected_rev": None, **fields}
    dispute_offers.accept_offer(user_id=person.pk, order=order, offer=offer, amount=Money(amount), now=now, **fields)


def decline(order, person, offer, now, amount=PART, words="", rev=None):
    dispute_offers.decline_offer(
        user_id=person.pk, order=order, offer=offer, amount=Money(amount), words=words, expected_rev=rev, now=now
    )


def told():
    return list(OrderEvent.objects.order_by("seq").values_list("transition", "actor_kind"))[4:]


def state():
    return Order.objects.get().state, Dispute.objects.filter(closed_at=None).count()


def test_accepted_part_goes_to_the_buyer_and_the_rest_to_the_shop_once(disputed, ana, bo, now, whole):
    before = balance(ana, now)
    offer = answer(disputed, bo, now)
    for _ in range(2):
        accept(disputed, ana, offer, now)

    assert state() == ("completed", 0)
    assert told() == [("dispute_answered", "merchant"), ("offer_accepted", "buyer"), ("completed", "buyer")]
    assert (balance(ana, now), api.fetch_merchant_balance(bo.pk)) == (before + PART, Money(TOTAL - PART))


def test_accepted_whole_cancels_the_order_in_the_name_of_the_shop(disputed, ana, bo, now, whole):
    before = balance(ana, now)
    accept(disputed, ana, answer(disputed, bo, now, amount=TOTAL), now, amount=TOTAL)

    assert (state(), Order.objects.get().cancelled_by) == (("cancelled", 0), "merchant")
    assert told()[1:] == [("offer_accepted", "buyer"), ("cancelled", "merchant")]
    assert (balance(ana, now), api.fetch_merchant_balance(bo.pk)) == (before + TOTAL, Money(0))


def test_fee_is_taken_from_what_the_shop_keeps(ana, bo, shop, make_product, buy, now, whole):
    dear = make_product(shop, name="Cincin", price=Money(1_000_000_00))
    order = buy(ana, dear).order
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    disputes.open_dispute(user_id=ana.pk, order=order, reason="rusak", expected_rev=None, now=now)
    offer = answer(order, bo, now, amount=400_000_00)
    shown = api.fetch_order(user_id=bo.pk, order=order)
    accept(order, ana, offer, now, amount=400_000_00)

    fee = api.fetch_order(user_id=bo.pk, order=order).fee
    assert shown.fee > fee  # An offer alone is no refund.
    assert api.fetch_merchant_balance(bo.pk) == Money(600_000_00) - fee


def test_answer_without_an_amount_is_read_and_cannot_be_accepted(disputed, ana, bo, now, whole):
    seq = answer(disputed, bo, now, amount=0, words="Sudah dicek, utuh", device_id=None)

    with pytest.raises(errors.OfferChanged):
        accept(disputed, ana, seq, now, amount=0)
    page = text(browser_of(ana).get(f"/pesanan/{disputed}/"))
    assert "Tanggapan toko: “Sudah dicek, utuh”" in page
    assert "Terima pengembalian" not in page


def test_same_answer_sent_twice_is_one(disputed, bo, now):
    rev = Order.objects.get().version
    for _ in range(2):
        answer(disputed, bo, now, expected_rev=rev)
    assert told() == [("dispute_answered", "merchant")]
    with pytest.raises(errors.NotNow):
        answer(disputed, bo, now, amount=PART + 100, expected_rev=rev)


def test_only_the_offer_that_the_buyer_saw_is_accepted(disputed, ana, bo, now, whole):
    first = answer(disputed, bo, now)
    second = answer(disputed, bo, now, amount=PART + 5_000_00)
    for offer, amount in ((first, PART), (first, PART + 5_000_00), (second, PART), (second, 0), (99, PART)):
        with pytest.raises(errors.OfferChanged):
            accept(disputed, ana, offer, now, amount=amount)
        with pytest.raises(errors.OfferChanged):
            decline(disputed, ana, offer, now, amount=amount)
    assert state() == ("shipped", 1)
    accept(disputed, ana, second, now, amount=PART + 5_000_00)
    assert state() == ("completed", 0)


def drop_it(order, ana, bo, now):
    disputes.drop_dispute(user_id=ana.pk, order=order, expected_rev=None, now=now)


def reopen(order, ana, bo, now):
    drop_it(order, ana, bo, now)
    disputes.open_dispute(user_id=ana.pk, order=order, reason="lagi", expected_rev=None, now=now)


def refund_a_part(order, ana, bo, now):
    device = make_trusted_device(bo)
    refunds.refund_order(
        user_id=bo.pk, order=order, amount=Money(40_000_00), reason="", number=f"R{next(numbers)}", device_id=device,
        pin="", now=now,
    )  # fmt: skip


def refuse(order, ana, bo, now):
    decline(order, ana, OrderEvent.objects.latest("seq").seq, now, words="kurang")


@pytest.mark.parametrize("end", [drop_it, reopen, refund_a_part, refuse])
def test_offer_that_was_ended_cannot_be_accepted(end, disputed, ana, bo, now, whole):
    offer = answer(disputed, bo, now)
    end(disputed, ana, bo, now)
    with pytest.raises(errors.OfferChanged):
        accept(disputed, ana, offer, now)
    assert Order.objects.get().state == "shipped"


def test_declined_offer_can_be_followed_by_a_better_one(disputed, ana, bo, now, whole):
    first = answer(disputed, bo, now)
    for _ in range(2):
        decline(disputed, ana, first, now, words="kurang")
    accept(disputed, ana, answer(disputed, bo, now, amount=PART + 1_00), now, amount=PART + 1_00)
    assert [name for name, _ in told()] == [
        "dispute_answered", "offer_declined", "dispute_answered", "offer_accepted", "completed",
    ]  # fmt: skip


def test_nobody_offers_more_than_is_kept(disputed, bo, now):
    refund_a_part(disputed, None, bo, now)
    for amount in (10_001_00, TOTAL):
        with pytest.raises(errors.OfferTooHigh):
            answer(disputed, bo, now, amount=amount)
    answer(disputed, bo, now, amount=10_000_00)


def test_sixth_answer_is_refused_by_the_action_and_by_the_database(disputed, bo, now, monkeypatch):
    for number in range(1, 6):
        answer(disputed, bo, now, amount=number * 1_000_00)
    with pytest.raises(errors.AnswerLimitReached):
        answer(disputed, bo, now)
    monkeypatch.setattr(dispute_offers, "ANSWERS_PER_ORDER", 6)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        answer(disputed, bo, now)
    assert len(told()) == 5


def test_only_the_merchant_answers_and_only_the_buyer_replies(disputed, ana, bo, make_user, make_shop, now):
    eve = make_user("eve")
    make_shop(eve, handle="toko-eve")
    for person, refusal in ((ana, errors.NotNow), (eve, errors.OrderNotFound)):
        with pytest.raises(refusal):
            answer(disputed, person, now)
    offer = answer(disputed, bo, now)
    for person, refusal in ((bo, errors.NotNow), (eve, errors.OrderNotFound)):
        with pytest.raises(refusal):
            accept(disputed, person, offer, now)
        with pytest.raises(refusal):
            decline(disputed, person, offer, now)
    assert state() == ("shipped", 1)
    assert told() == [("dispute_answered", "merchant")]


def test_order_without_an_open_dispute_takes_no_answer(disputed, ana, bo, now):
    drop_it(disputed, ana, bo, now)
    with pytest.raises(errors.DisputeClosed):
        answer(disputed, bo, now)


@pytest.mark.parametrize("words", ["", " ", "x" * 201], ids=["none", "blank", "too long"])
def test_answer_has_words(words, disputed, bo, now):
    with pytest.raises(errors.TextInvalid):
        answer(disputed, bo, now, words=words)


def test_offer_and_its_acceptance_take_a_device_or_the_pin(disputed, ana, bo, now):
    no_device = {"device_id": None}
    with pytest.raises((payment_errors.PinNeeded, payment_errors.PinMissing, payment_errors.NoPinOnNewDevice)):
        answer(disputed, bo, now, **no_device)
    offer = answer(disputed, bo, now)
    with pytest.raises(payment_errors.PinNeeded):
        accept(disputed, ana, offer, now, **no_device)
    # What cannot be accepted is no try of the PIN.
    with pytest.raises(errors.OfferChanged):
        accept(disputed, ana, offer, now, amount=1_00, pin="000000", **no_device)
    assert state() == ("shipped", 1)


def test_both_sides_see_the_offer_and_the_forms_of_their_own(disputed, ana, bo, now, make_user):
    page = f"/pesanan/{disputed}/"
    buyer, shop = browser_of(ana), browser_of(bo)
    make_trusted_device(bo)
    assert "Tanggapi laporan" in text(shop.get(page))
    assert "Tanggapi laporan" not in text(buyer.get(page))
    too_much = shop.post(f"{page}masalah/jawab/", {"words": "maaf", "amount": "60.000"})
    assert too_much.status_code == 422
    assert "Paling banyak Rp50.000" in text(too_much)
    assert shop.post(f"{page}masalah/jawab/", {"words": "maaf", "amount": "banyak"}).status_code == 422

    seq = answer(disputed, bo, now, words="maaf")
    assert "Toko menawarkan pengembalian Rp20.000" in text(buyer.get(page))
    assert "Kamu menawarkan pengembalian Rp20.000" in text(shop.get(page))
    form = {"offer": str(seq), "amount": "Rp20.000"}
    assert browser_of(make_user("eve")).post(f"{page}masalah/terima/", form).status_code == 404
    assert shop.post(f"{page}masalah/terima/", form).status_code == 409
    assert buyer.post(f"{page}masalah/terima/", form | {"amount": "Rp50.000"}).status_code == 409
    assert buyer.post(f"{page}masalah/terima/", form | {"offer": "x"}).status_code in (400, 422)
    assert buyer.post(f"{page}masalah/tolak/", form | {"words": "kurang"}).status_code == 302
    assert "Pembeli menolak tawaranmu sebesar Rp20.000" in text(shop.get(page))
    assert "kurang" in text(shop.get(page))


def test_desk_shows_offers_and_answers(disputed, ana, bo, now, make_operator):
    offer = answer(disputed, bo, now, words="maaf")
    member = make_operator("petugas", "finance")
    seen = text(member.browser.get("/konsol/sengketa/"))
    assert "Toko menawarkan Rp20.000" in seen
    assert "“maaf”" in seen
    assert "Pembeli belum menjawab" in seen
    decline(disputed, ana, offer, now, words="kurang")
    seen = text(member.browser.get("/konsol/sengketa/"))
    assert "Pembeli menolak Rp20.000" in seen
    assert "“kurang”" in seen
    assert "Gelang manik × 2" in seen
    assert "JNE 1 · Belum ada kabar sampai" in seen
    assert "Pembeli belum menjawab" not in seen
