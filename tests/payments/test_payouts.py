"""Merchants' money on its way into the wallets of those who own it."""

from __future__ import annotations

import pytest

from payments import api, errors
from payments.actions.escrow import get_or_open_merchant_account
from payments.maintenance import integrity_checks
from payments.models import Account, Inbox, Request
from superapp.core.errors import AmountInvalid
from superapp.core.models import Fact
from superapp.core.money import IDR, Money
from tests.harness.authorizations import BY_PIN
from tests.harness.socket_client import make_trusted_device

SHOP = "shop.storefront:1"


@pytest.fixture
def bo(make_user):
    return make_user("bo")


@pytest.fixture
def earn(now, make_user, fund):
    """Let the shop earn so many sen, which wait in its inbox."""

    def earn_one(minor, *, reference="shop.order:5"):
        ana = make_user(f"buyer{reference[-1]}")
        api.get_wallet(ana.pk, now=now)
        fund(Account.objects.get(owner=ana), minor)
        api.pay_into_escrow(
            reference=reference,
            payer_id=ana.pk,
            amount=Money(minor),
            authorization=BY_PIN,
            idempotency_key=reference,
            now=now,
        )
        api.release_escrow(
            reference=reference,
            merchant=SHOP,
            fee=api.NO_FEE,
            authorization=BY_PIN,
            idempotency_key=f"{reference}:release",
            now=now,
        )

    return earn_one


@pytest.fixture
def pay_out(bo, now):
    def pay_one(amount=None, *, key="out", owner=bo):
        return api.pay_out_merchant(
            merchant=SHOP,
            owner_id=owner.pk,
            device_id=make_trusted_device(owner),
            amount=None if amount is None else Money(amount),
            idempotency_key=key,
            now=now,
        )

    return pay_one


def in_wallet(user, now):
    return api.get_wallet(user.pk, now=now).balance.amount_minor


def test_payout_includes_credits_not_yet_rolled_up(bo, earn, pay_out, now):
    earn(50_000)
    assert Inbox.objects.count() == 1

    answer = pay_out()

    assert isinstance(answer, api.Posted)
    assert in_wallet(bo, now) == 50_000
    assert api.get_merchant_balance(SHOP).total == Money(0)
    (movement,) = api.list_wallet_movements(bo.pk, now=now)
    assert (movement.kind, movement.delta, movement.peer_kind) == ("paid_out", Money(50_000), "merchant")
    assert Fact.objects.filter(name="payments.merchant_paid_out").count() == 1


def test_payout_with_the_same_key_happens_once(bo, earn, pay_out, now):
    earn(50_000)
    first = pay_out()
    earn(7_000, reference="shop.order:6")

    again = pay_out()

    assert (again.public_id, again.replayed) == (first.public_id, True)
    assert in_wallet(bo, now) == 50_000
    with pytest.raises(errors.KeyReused):
        pay_out(1_000)


def test_payout_of_nothing_is_refused_and_uses_up_no_key(bo, earn, pay_out, now):
    with pytest.raises(errors.NothingToPayOut):
        pay_out()
    get_or_open_merchant_account(SHOP, IDR, now)
    with pytest.raises(errors.NothingToPayOut):
        pay_out()
    assert not Request.objects.filter(key="out").exists()

    earn(50_000)

    assert isinstance(pay_out(), api.Posted)
    assert in_wallet(bo, now) == 50_000


def test_partial_payout_leaves_the_rest_and_excess_is_refused(bo, earn, pay_out, now):
    earn(50_000)

    assert isinstance(pay_out(20_000, key="part"), api.Posted)
    over = pay_out(30_001, key="over")

    assert over.code == "payments.insufficient_funds"
    assert (in_wallet(bo, now), api.get_merchant_balance(SHOP).total) == (20_000, Money(30_000))
    with pytest.raises(AmountInvalid):
        pay_out(0, key="none")


def test_full_payout_is_limited_by_the_wallet_ceiling(settings, bo, earn, pay_out, now):
    settings.WALLET_CEILINGS = settings.WALLET_CEILINGS | {"basic": 60_000}
    earn(50_000)
    pay_out(key="first")
    earn(50_000, reference="shop.order:6")

    assert pay_out(10_001, key="too much").code == "payments.ceiling_exceeded"
    assert isinstance(pay_out(key="all"), api.Posted)

    assert (in_wallet(bo, now), api.get_merchant_balance(SHOP).total) == (60_000, Money(40_000))
    with pytest.raises(errors.CeilingExceeded):
        pay_out(key="full")


def test_payout_without_payments_is_refused(settings, earn, pay_out):
    earn(50_000)
    settings.LEGAL_PROFILE = "chat_only"

    with pytest.raises(errors.NotOffered):
        pay_out()


def test_ledger_is_consistent_after_a_payout(earn, pay_out, now):
    earn(50_000)
    pay_out()

    assert integrity_checks.check_integrity(now=now) == []
