"""Escrow inside the transactions of whoever sells: refunds, releases and payments that meet. Each guard is first
shown to be needed."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter

import pytest
from django.db import OperationalError, transaction

from payments import api, errors, queries
from payments.actions import wallets
from payments.domain import chart_of_accounts
from payments.maintenance import integrity_checks
from payments.models import Account, Journal, Request, Tier
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Posted, Refused, TransferLine, derive_key
from superapp.accounts import api as accounts
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN, entry_fields

SHOP = "shop.storefront:1"


@pytest.fixture
def ana(real_db, make_user, now):
    ana = make_user("ana")
    account = Account.objects.get(public_id=api.get_wallet(ana.pk, now=now).public_id)
    cash = ledger.get_or_open_account("cash:bank:IDR", kind=chart_of_accounts.CASH, asset="IDR", now=now)
    line = TransferLine(cash.pk, account.pk, Money(1_000_000))
    ledger.post(JournalEntry(key=derive_key("fund", "ana", {}), **entry_fields("fund"), lines=(line,)), now=now)
    return ana


@pytest.fixture
def pay(ana, now):
    def pay_one(reference, minor=10_000, key="pay"):
        return api.pay_into_escrow(
            reference=reference,
            payer_id=ana.pk,
            amount=Money(minor),
            authorization=BY_PIN,
            idempotency_key=f"{key}-{reference}",
            now=now,
        )

    return pay_one


@pytest.fixture
def release(now):
    def release_one(reference, key="release"):
        return api.release_escrow(
            reference=reference,
            merchant=SHOP,
            fee=api.NO_FEE,
            authorization=BY_PIN,
            idempotency_key=f"{key}-{reference}",
            now=now,
        )

    return release_one


@pytest.fixture
def refund(now):
    def refund_one(reference, minor=10_000, key="refund"):
        return api.refund_escrow(
            reference=reference,
            amount=Money(minor),
            authorization=BY_PIN,
            idempotency_key=f"{key}-{reference}",
            now=now,
        )

    return refund_one


def balance(user):
    return Account.objects.get(owner=user).balance


def after_the_look(monkeypatch, *, looks_again, then):
    """Let something happen right after a refund has looked who the merchant is, and before it locks anything."""
    look, found = queries.find_paid_merchant, []

    def looked(reference):
        if not found:
            found.append(look(reference))
            then()
            return found[0]
        return look(reference) if looks_again else found[0]

    monkeypatch.setattr(queries, "find_paid_merchant", looked)


@pytest.mark.parametrize("looks_again", [False, True], ids=["without the second look", "with it"])
def test_refund_concurrent_with_release_takes_money_from_the_merchant(
    ana, pay, release, refund, now, monkeypatch, looks_again
):
    pay("order:1")
    after_the_look(monkeypatch, looks_again=looks_again, then=lambda: release("order:1"))

    answer = refund("order:1")

    if not looks_again:
        # What would happen: refused for ever, though the merchant has the money.
        assert answer == Refused("payments.insufficient_funds")
        assert refund("order:1") == Refused("payments.insufficient_funds", replayed=True)
        return
    assert isinstance(answer, Posted)
    assert balance(ana) == 1_000_000
    assert api.get_merchant_balance(SHOP).total == Money(0)
    assert integrity_checks.check_integrity(now=now) == []


def refunds_while_paying(ana, pay, refund, in_threads, lock):
    """
    One transaction refunds an order; another one pays an order with the same wallet, and refunds one of the same shop.
    """
    has_paid = threading.Event()

    def pays_and_refunds():
        with transaction.atomic():
            pay("order:3")
            has_paid.set()
            time.sleep(0.5)
            return refund("order:2")

    def refunds():
        has_paid.wait(10)
        with transaction.atomic():
            return lock() or refund("order:1")

    return in_threads(pays_and_refunds, refunds)


@pytest.fixture
def two_released(pay, release, now):
    for reference in ("order:1", "order:2"):
        pay(reference)
        release(reference)


@pytest.mark.served_only
def test_rolling_up_before_locking_the_payer_would_deadlock(ana, pay, refund, two_released, in_threads, now):
    merchant = Account.objects.get(code=f"merchant:{SHOP}:IDR")

    outcomes = refunds_while_paying(ana, pay, refund, in_threads, lock=lambda: ledger.roll_up(merchant.pk) and None)

    victims = [outcome for outcome in outcomes if isinstance(outcome, OperationalError)]
    assert [getattr(victim.__cause__, "sqlstate", "") for victim in victims] == ["40P01"]


@pytest.mark.served_only
def test_refunds_inside_two_transactions_do_not_deadlock(ana, pay, refund, two_released, in_threads, now):
    outcomes = refunds_while_paying(ana, pay, refund, in_threads, lock=lambda: None)

    assert [type(outcome) for outcome in outcomes] == [Posted, Posted]
    assert balance(ana) == 990_000
    assert integrity_checks.check_integrity(now=now) == []


def test_concurrent_pay_release_and_refund_lose_no_money(ana, make_user, pay, release, refund, in_threads, now):
    """Every step runs as a shop's does: the row of the order first, then the money, in one transaction, and retried."""
    orders = [make_user(f"order{number}") for number in range(4)]

    def step(order, do):
        def run():
            with transaction.atomic():
                accounts.lock_people({order.pk})
                return do()

        return run

    def afternoon(turn):
        steps = []
        for order in orders:
            reference = f"order:{order.pk}"
            steps += [
                step(order, lambda reference=reference: pay(reference)),
                step(order, lambda reference=reference: refund(reference, 3_000)),
                step(order, lambda reference=reference: release(reference)),
                step(order, lambda reference=reference: refund(reference, 2_000, key="more")),
            ]

        def run():
            outcomes = []
            for do in (*steps[turn:], *steps[:turn], *steps, *steps):
                try:
                    outcomes.append(do())
                except errors.EscrowNotFound as refusal:
                    outcomes.append(refusal)
            return outcomes

        return run

    done = in_threads(*(afternoon(turn) for turn in (0, 3, 7, 10)))

    assert [type(outcomes) for outcomes in done] == [list] * 4
    answers = list(itertools.chain(*done))
    assert Counter(type(answer) for answer in answers if not isinstance(answer, errors.EscrowNotFound)) == {
        Posted: sum(not isinstance(answer, errors.EscrowNotFound) for answer in answers)
    }
    assert Counter(Journal.objects.exclude(reference="").values_list("kind", flat=True)) == {
        "escrow_paid": 4, "escrow_refunded": 8, "escrow_released": 4,
    }  # fmt: skip
    assert balance(ana) == 1_000_000 - 4 * 5_000
    assert api.get_merchant_balance(SHOP).total == Money(20_000)
    assert Request.objects.filter(outcome="refused").count() == 0
    assert integrity_checks.check_integrity(now=now) == []


def test_concurrent_release_and_full_refund_keep_the_balance(ana, pay, release, refund, in_threads, now):
    for number in range(8):
        pay(f"order:{number}")

        released, refunded = in_threads(
            lambda number=number: release(f"order:{number}"), lambda number=number: refund(f"order:{number}")
        )

        # Either the refund came first, and nothing was left; or it took the money back from the merchant.
        assert isinstance(refunded, Posted)
        assert isinstance(released, Posted) or released == Refused("payments.escrow_empty")
    assert balance(ana) == 1_000_000
    assert integrity_checks.check_integrity(now=now) == []


@pytest.mark.served_only
def test_wallet_without_a_common_lock_would_miss_its_tier(real_db, make_user, in_threads, now, settings, monkeypatch):
    bo, operator = make_user("bo"), make_user("op", is_staff=True)
    monkeypatch.setattr(accounts, "lock_people", lambda user_ids: {})

    opening_meets_a_tier(bo, operator, in_threads, now, settings, monkeypatch)

    assert api.get_wallet(bo.pk, now=now).ceiling == Money(1_000)
    assert Tier.objects.get(user=bo).name == "verified"


def test_wallet_opened_while_its_tier_is_set_has_its_ceiling(
    real_db, make_user, in_threads, now, settings, monkeypatch
):
    bo, operator = make_user("bo"), make_user("op", is_staff=True)

    outcomes = opening_meets_a_tier(bo, operator, in_threads, now, settings, monkeypatch)

    assert [type(outcome) for outcome in outcomes] == [Account, type(None)]
    assert api.get_wallet(bo.pk, now=now).ceiling == Money(5_000)


def opening_meets_a_tier(bo, operator, in_threads, now, settings, monkeypatch):
    """Set a tier while somebody else, who has read it, has not opened the wallet yet."""
    settings.WALLET_CEILINGS = {"basic": 1_000, "verified": 5_000}
    has_read = threading.Event()
    tier_of = queries.get_tier

    def slow(user_id):
        tier = tier_of(user_id)
        has_read.set()
        time.sleep(0.4)
        return tier

    monkeypatch.setattr(wallets.queries, "get_tier", slow)

    def sets():
        has_read.wait(10)
        api.set_tier(user_id=bo.pk, tier="verified", operator_id=operator.pk, now=now)

    return in_threads(lambda: wallets.get_or_open_wallet(user_id=bo.pk, now=now), sets)
