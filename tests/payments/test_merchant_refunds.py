"""Refunds that merchants give: once under their number, capped, and waiting for money that is not there yet."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from payments import api, errors
from payments.actions import refunds
from payments.actions.refunds import carry_out_waiting
from payments.maintenance.integrity_checks import check_integrity
from payments.models import Account, Journal, MerchantRefund, Refundable
from payments.writers import ledger
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN
from tests.payments.purses import PIN, balance
from tests.payments.test_qris_payments import WARUNG, bill_of, open_account, pay

SUM = 50_000_00
NET = SUM - 350_00


@pytest.fixture(autouse=True)
def _whole(now, request):
    yield
    if "db" in request.fixturenames or "real_db" in request.fixturenames:
        assert check_integrity(now=now) == []


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 100_000_00)


@pytest.fixture
def bo(make_payer):
    return make_payer("bo")


@pytest.fixture
def reference(ana, now):
    """A payment of Rp50.000 by code, at 0.7 %."""
    open_account(now)
    answer = pay(ana, bill_of(now, amount=SUM).payload, now, amount=SUM)
    return api.qris_reference(answer.public_id)


@pytest.fixture
def refund(bo, now):
    def give(reference, minor, number="r1", *, merchant=WARUNG, at=now):
        return api.request_refund(
            merchant=merchant,
            reference=reference,
            number=number,
            amount=Money(minor),
            reason="cacat",
            authorization=BY_PIN,
            user_id=bo.pk,
            now=at,
        )

    return give


def owed():
    return api.get_merchant_balance(WARUNG).total.amount_minor


def test_part_of_a_payment_by_code_is_in_the_wallet_at_once(reference, refund, ana, now):
    given = refund(reference, 20_000_00)

    assert (given.state, given.is_suspended, given.reason) == ("done", False, "cacat")
    assert balance(ana, now) == 100_000_00 - SUM + 20_000_00
    # The fee is not given back.
    assert owed() == NET - 20_000_00
    assert Refundable.objects.get(journal__reference=reference, journal__kind="qris_paid").refunded == 20_000_00


def test_refunds_of_a_merchant_without_money_take_no_turn_of_others(reference, refund, ana, now, monkeypatch):
    monkeypatch.setattr(refunds, "BATCH_MAX", 1)
    payment = Journal.objects.get(reference=reference, kind="qris_paid")
    MerchantRefund.objects.create(
        merchant="shop.storefront:2", number="1", payment=payment, amount=1, requested_by=ana, requested_at=now
    )
    waits = refund(reference, SUM - 1)
    assert waits.state == "waiting"

    pay(ana, bill_of(now, amount=1_000_00, key="b2").payload, now, amount=1_000_00, key="k2")

    assert carry_out_waiting(now) == 1
    assert MerchantRefund.objects.get(number="r1").state == "done"


def test_same_number_again_is_the_first_refund_and_another_content_is_refused(reference, refund, ana, now):
    first = refund(reference, 20_000_00)

    assert refund(reference, 20_000_00) == first
    with pytest.raises(errors.KeyReused):
        refund(reference, 10_000_00)
    assert balance(ana, now) == 100_000_00 - SUM + 20_000_00


def test_short_balance_makes_the_refund_wait_until_money_comes(reference, refund, ana, now):
    waits = refund(reference, SUM)

    assert (waits.state, owed(), balance(ana, now)) == ("waiting", NET, SUM)
    assert carry_out_waiting(now) == 0
    pay(ana, bill_of(now, amount=1_000_00, key="b2").payload, now, amount=1_000_00, key="k2")
    later = now + timedelta(minutes=1)
    assert carry_out_waiting(later) == 1
    assert carry_out_waiting(later) == 0

    (done,) = api.list_refunds(reference)
    assert (done.state, done.closed_at) == ("done", later)
    assert refund(reference, SUM) == done
    assert balance(ana, now) == 100_000_00 - 1_000_00


def test_refunds_together_with_those_that_wait_never_exceed_what_was_paid(reference, refund):
    refund(reference, SUM - 1)

    with pytest.raises(errors.RefundExceeds):
        refund(reference, 2, "r2")
    assert refund(reference, 1, "r3").state == "done"
    with pytest.raises(errors.RefundExceeds):
        refund(reference, 1, "r4")


def test_more_than_fifty_refunds_are_refused(reference, refund):
    for number in range(50):
        refund(reference, 1, f"r{number}")

    with pytest.raises(errors.RefundExceeds):
        refund(reference, 1, "r50")
    assert MerchantRefund.objects.count() == 50


def test_payment_older_than_a_year_is_not_refunded(reference, refund, now):
    assert refund(reference, 1, at=now + timedelta(days=365)).state == "done"
    with pytest.raises(errors.RefundTooLate):
        refund(reference, 1, "late", at=now + timedelta(days=365, seconds=1))


@pytest.mark.parametrize("other", ["shop.storefront:eve", ""])
def test_another_merchant_cannot_refund_it_and_learns_nothing(reference, refund, other, ana, now):
    with pytest.raises(errors.PaymentNotRefundable):
        refund(reference, 1, merchant=other)
    with pytest.raises(errors.PaymentNotRefundable):
        refund("payments.qris:none", 1)
    assert MerchantRefund.objects.count() == 0
    with pytest.raises(errors.PaymentNotRefundable):
        api.get_qris_payment(other, Journal.objects.get(reference=reference, kind="qris_paid").public_id)


def test_refund_that_does_not_fit_into_the_wallet_is_set_aside(reference, refund, ana, now):
    ledger.set_ceiling(Account.objects.get(owner=ana).pk, SUM)

    given = refund(reference, 20_000_00)

    assert (given.state, given.is_suspended) == ("done", True)
    assert balance(ana, now) == SUM
    ledger.roll_up_due(now)
    assert Account.objects.get(code="suspense:settlement:IDR").balance == 20_000_00


def test_frozen_wallet_fails_the_refund_and_takes_nothing(reference, refund, ana, now):
    ledger.freeze_account(Account.objects.get(owner=ana).pk)

    assert refund(reference, 20_000_00).state == "failed"
    assert owed() == NET


def test_order_is_refunded_from_escrow_first_then_from_the_balance(ana, refund, now):
    order = {"reference": "shop.order:5", "authorization": BY_PIN, "now": now}
    api.pay_into_escrow(**order, payer_id=ana.pk, amount=Money(30_000_00), idempotency_key="pay")
    assert refund("shop.order:5", 10_000_00).state == "done"
    api.release_escrow(**order, merchant=WARUNG, fee=api.NO_FEE, idempotency_key="release")

    assert refund("shop.order:5", 5_000_00, "r2").state == "done"

    assert owed() == 15_000_00
    assert balance(ana, now) == 85_000_00
    with pytest.raises(errors.RefundExceeds):
        refund("shop.order:5", 15_000_01, "r3")


def test_same_number_twice_at_once_is_one_refund(real_db, make_payer, now, in_threads):
    ana, bo = make_payer("ana", 100_000_00), make_payer("bo")
    open_account(now)
    reference = api.qris_reference(pay(ana, bill_of(now, amount=SUM).payload, now, amount=SUM).public_id)

    def give():
        return api.request_refund(
            merchant=WARUNG,
            reference=reference,
            number="r1",
            amount=Money(20_000_00),
            authorization=BY_PIN,
            user_id=bo.pk,
            now=now,
        )

    answers = in_threads(give, give)

    assert {one.public_id for one in answers} == {MerchantRefund.objects.get().public_id}
    assert balance(ana, now) == 100_000_00 - SUM + 20_000_00


def test_refund_and_payout_at_once_share_the_balance_once(real_db, make_payer, now, in_threads):
    ana, bo = make_payer("ana", 100_000_00), make_payer("bo")
    open_account(now)
    reference = api.qris_reference(pay(ana, bill_of(now, amount=SUM).payload, now, amount=SUM).public_id)

    given, _paid_out = in_threads(
        lambda: api.request_refund(
            merchant=WARUNG,
            reference=reference,
            number="r1",
            amount=Money(40_000_00),
            authorization=BY_PIN,
            user_id=bo.pk,
            now=now,
        ),
        lambda: api.pay_out_merchant(
            merchant=WARUNG, owner_id=bo.pk, device_id=None, pin=PIN, idempotency_key="out", now=now
        ),
    )

    state = MerchantRefund.objects.get().state
    assert state == given.state
    left = {"done": (NET - 40_000_00, 100_000_00 - SUM + 40_000_00), "waiting": (NET, SUM)}[state]
    assert (balance(bo, now) + owed(), balance(ana, now)) == left


def test_crash_before_the_commit_leaves_nothing_of_the_refund(reference, refund, ana, now, monkeypatch):
    monkeypatch.setattr("payments.actions.refunds._close", lambda *_args, **_fields: 1 / 0)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        refund(reference, 20_000_00)
    monkeypatch.undo()

    assert (MerchantRefund.objects.count(), owed()) == (0, NET)
    assert refund(reference, 20_000_00).state == "done"
    assert owed() == NET - 20_000_00


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE payments_merchantrefund SET amount = 1", id="another amount"),
        pytest.param(
            "UPDATE payments_merchantrefund SET state = 'waiting', journal_id = NULL, closed_at = NULL",
            id="opened again",
        ),
        pytest.param("DELETE FROM payments_merchantrefund", id="deleted"),
    ],
)  # fmt: skip
def test_database_refuses_to_change_a_refund_that_is_done(statement, reference, refund):
    from tests.payments.test_guards import refused

    refund(reference, 20_000_00)

    assert refused(statement)
    assert MerchantRefund.objects.get().amount == 20_000_00
