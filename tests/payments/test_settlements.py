"""Settlements on a schedule: once for each day that is due, whole with their journals, and never more than is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from payments import api, errors
from payments.actions import settlements
from payments.actions.settlements import settle_due
from payments.maintenance.integrity_checks import check_integrity
from payments.models import Account, Journal, Settlement, SettlementSchedule
from payments.writers import ledger
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN
from tests.payments.purses import PIN, balance
from tests.payments.settled import sell_by_code, store_settlement
from tests.payments.test_qris_payments import WARUNG, open_account

SUM = 50_000_00
NET = SUM - 350_00
# Midnight in Jakarta is 17:00 in UTC; this is a Wednesday there.
NOON = datetime(2027, 3, 3, 5, 0, tzinfo=UTC)
MIDNIGHT = datetime(2027, 3, 3, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return NOON


@pytest.fixture(autouse=True)
def _whole(now, request):
    yield
    if "db" in request.fixturenames or "real_db" in request.fixturenames:
        assert check_integrity(now=now) == []


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 500_000_00)


@pytest.fixture
def bo(make_payer):
    return make_payer("bo")


@pytest.fixture
def sell(ana, now):
    """Sell for Rp50.000 by code, at 0.7 %."""
    open_account(now)
    return lambda key="1": sell_by_code(ana, now, amount=SUM, key=key)


@pytest.fixture
def choose(bo, now):
    def choose_one(rhythm="daily", *, pin=PIN, at=now):
        api.choose_settlement(merchant=WARUNG, owner_id=bo.pk, device_id=None, pin=pin, rhythm=rhythm, now=at)

    return choose_one


def owed():
    return api.get_merchant_balance(WARUNG).total.amount_minor


def test_day_is_settled_at_midnight_and_adds_up(sell, choose, bo, now):
    choose()
    sell()

    assert settle_due(MIDNIGHT - timedelta(seconds=1)) == 0
    assert settle_due(MIDNIGHT) == 1

    (made,) = api.list_settlements(WARUNG)
    assert (made.opening, made.gross, made.fees, made.refunds) == (Money(0), Money(SUM), Money(350_00), Money(0))
    assert (made.net, made.other, made.paid, made.left, made.reason) == (Money(NET), Money(0), Money(NET), Money(0), "")
    assert str(made.day) == "2027-03-04"
    row = Settlement.objects.get()
    assert (row.journal.kind, row.journal.actor_id, row.journal.reference) == ("paid_out", bo.pk, WARUNG)
    assert (balance(bo, now), owed()) == (NET, 0)


def test_same_day_is_settled_once_however_often_it_is_tried(sell, choose, bo, now):
    choose()
    sell()
    settle_due(MIDNIGHT)
    sell("2")

    assert [settle_due(MIDNIGHT + timedelta(hours=hour)) for hour in range(24)] == [0] * 24
    assert (balance(bo, now), owed(), Settlement.objects.count()) == (NET, NET, 1)
    assert settle_due(MIDNIGHT + DAY) == 1
    assert [one.gross for one in api.list_settlements(WARUNG)] == [Money(SUM), Money(SUM)]


def test_two_missed_days_are_settled_once(sell, choose, bo, now):
    choose()
    sell()

    back = MIDNIGHT + 2 * DAY + timedelta(hours=3)
    assert (settle_due(back), settle_due(back)) == (1, 0)

    (made,) = api.list_settlements(WARUNG)
    assert (str(made.day), made.paid) == ("2027-03-06", Money(NET))
    assert api.find_settlement_plan(WARUNG).next_at == MIDNIGHT + 3 * DAY


def test_week_is_settled_in_the_night_to_monday(sell, choose):
    choose("weekly")
    sell()

    monday = datetime(2027, 3, 7, 17, 0, tzinfo=UTC)
    assert api.find_settlement_plan(WARUNG).next_at == monday
    assert (settle_due(monday - timedelta(seconds=1)), settle_due(monday)) == (0, 1)
    assert api.find_settlement_plan(WARUNG).next_at == monday + 7 * DAY


def test_day_without_a_movement_leaves_no_row(sell, choose):
    choose()
    assert settle_due(MIDNIGHT) == 1  # The shop was never paid.
    sell()
    settle_due(MIDNIGHT + DAY)
    assert settle_due(MIDNIGHT + 2 * DAY) == 1

    assert Settlement.objects.count() == 1


def test_refunds_and_payouts_by_hand_are_in_the_sums(sell, choose, bo, now):
    sell("before")
    reference = sell()
    choose()
    give = {"merchant": WARUNG, "reference": reference, "user_id": bo.pk, "authorization": BY_PIN, "now": now}
    api.request_refund(**give, number="1", amount=Money(10_000_00))
    by_hand = {"owner_id": bo.pk, "device_id": None, "pin": PIN, "idempotency_key": "h", "now": now}
    api.pay_out_merchant(merchant=WARUNG, amount=Money(5_000_00), **by_hand)

    settle_due(MIDNIGHT)

    (made,) = api.list_settlements(WARUNG)
    assert (made.refunds, made.other, made.paid) == (Money(10_000_00), Money(-5_000_00), Money(2 * NET - 15_000_00))
    assert made.opening + made.gross - made.fees - made.refunds + made.other == made.paid


def test_what_does_not_fit_into_the_wallet_stays_and_is_said(settings, sell, choose, bo, now):
    settings.WALLET_CEILINGS = settings.WALLET_CEILINGS | {"basic": 60_000_00}
    choose()
    sell()
    sell("2")

    settle_due(MIDNIGHT)
    settle_due(MIDNIGHT + DAY)

    full, part = api.list_settlements(WARUNG)
    assert (part.paid, part.left, part.reason) == (Money(60_000_00), Money(2 * NET - 60_000_00), "wallet_full")
    assert (full.paid, full.opening, full.left, full.reason) == (Money(0), part.left, part.left, "wallet_full")
    assert balance(bo, now) == 60_000_00
    assert Settlement.objects.get(public_id=full.public_id).journal is None


def test_money_for_refunds_that_wait_is_kept(sell, choose, bo, now):
    choose()
    reference = sell()
    give = {"merchant": WARUNG, "reference": reference, "user_id": bo.pk, "authorization": BY_PIN, "now": now}
    assert api.request_refund(**give, number="1", amount=Money(SUM)).state == "waiting"

    settle_due(MIDNIGHT)

    (made,) = api.list_settlements(WARUNG)
    assert (made.paid, made.left, made.reason) == (Money(0), Money(NET), "refunds_wait")
    assert (balance(bo, now), owed()) == (0, NET)


def test_frozen_wallet_takes_nothing_and_the_next_day_does(sell, choose, bo, now):
    choose()
    sell()
    api.get_wallet(bo.pk, now=now)
    wallet = Account.objects.get(owner=bo)
    ledger.freeze_account(wallet.pk)
    settle_due(MIDNIGHT)
    ledger.unfreeze_account(wallet.pk)
    settle_due(MIDNIGHT + DAY)

    after, frozen = api.list_settlements(WARUNG)
    assert (frozen.paid, frozen.left, frozen.reason) == (Money(0), Money(NET), "account_not_open")
    assert (after.opening, after.paid, balance(bo, now)) == (Money(NET), Money(NET), NET)


def test_rhythm_takes_the_pin_and_nothing_less(sell, choose):
    sell()

    with pytest.raises(errors.PinWrong):
        choose(pin="000001")
    with pytest.raises(errors.PinWrong):
        choose(pin="")

    assert api.find_settlement_plan(WARUNG) is None
    assert (settle_due(MIDNIGHT), Settlement.objects.count()) == (0, 0)


def test_by_hand_stops_it_without_a_pin_and_choosing_again_loses_nothing(sell, choose, bo, now):
    choose()
    sell()
    choose("by_hand", pin="", at=now + timedelta(seconds=1))
    assert (settle_due(MIDNIGHT), owed(), balance(bo, now)) == (0, NET, 0)

    choose(at=MIDNIGHT)
    settle_due(MIDNIGHT + DAY)

    (made,) = api.list_settlements(WARUNG)
    assert (made.opening, made.gross, made.paid) == (Money(0), Money(SUM), Money(NET))


def test_settlement_of_another_shop_is_not_found(sell, choose):
    choose()
    sell()
    settle_due(MIDNIGHT)
    (made,) = api.list_settlements(WARUNG)

    with pytest.raises(errors.SettlementNotFound):
        api.get_settlement("shop.storefront:other", made.public_id)
    assert api.list_settlements("shop.storefront:other") == []


def test_crash_after_the_posting_leaves_neither_journal_nor_row(sell, choose, bo, now, monkeypatch):
    choose()
    sell()

    def crash(*_args):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(settlements, "_store", crash)
        with pytest.raises(SystemExit):
            settle_due(MIDNIGHT)
    assert (balance(bo, now), owed(), Journal.objects.filter(kind="paid_out").count()) == (0, NET, 0)

    assert settle_due(MIDNIGHT) == 1
    assert (balance(bo, now), Settlement.objects.count()) == (NET, 1)


def test_several_processes_at_once_settle_a_day_once(real_db, sell, choose, bo, now, in_threads):
    choose()
    sell()

    answers = in_threads(*(lambda: settle_due(MIDNIGHT) for _process in range(4)))

    assert sum(answers) == 1
    assert (balance(bo, now), owed(), Settlement.objects.count()) == (NET, 0, 1)


def test_payout_by_hand_at_the_same_moment_shares_the_balance_once(real_db, sell, choose, bo, now, in_threads):
    choose()
    sell()
    by_hand = {"owner_id": bo.pk, "device_id": None, "pin": PIN, "idempotency_key": "h", "now": now}

    def pay_out():
        try:
            api.pay_out_merchant(merchant=WARUNG, **by_hand)
        except errors.NothingToPayOut:
            return False
        return True

    in_threads(pay_out, lambda: settle_due(MIDNIGHT))

    assert (balance(bo, now), owed()) == (NET, 0)


def test_without_payments_what_is_due_waits(settings, sell, choose, bo, now):
    choose()
    sell()
    profile = settings.LEGAL_PROFILE
    settings.LEGAL_PROFILE = "chat_only"
    assert settle_due(MIDNIGHT) == 0

    settings.LEGAL_PROFILE = profile
    assert settle_due(MIDNIGHT) == 1
    assert balance(bo, now) == NET


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"net": 1}, id="net"),
        pytest.param({"left": 1, "reason": "wallet_full"}, id="left"),
        pytest.param({"paid": 1, "opening": 1}, id="paid without a journal"),
        pytest.param({"opening": 1, "left": 1}, id="left without a reason"),
        pytest.param({"gross": -1, "net": -1, "opening": 1}, id="gross below nothing"),
        pytest.param({"merchant": ""}, id="nobody"),
    ],
)
def test_database_refuses_a_settlement_that_does_not_add_up(change, bo, now):
    with pytest.raises(IntegrityError):
        store_settlement(bo.pk, now, **change)


def test_database_refuses_a_second_settlement_of_a_day_and_a_schedule_without_a_time(bo, now):
    store_settlement(bo.pk, now)

    with pytest.raises(IntegrityError), transaction.atomic():
        store_settlement(bo.pk, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        SettlementSchedule.objects.create(merchant="m", owner=bo, rhythm="daily", chosen_at=now)
