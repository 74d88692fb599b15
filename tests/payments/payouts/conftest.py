"""A shop that sells, and its owner who has it paid out."""

from __future__ import annotations

import pytest

from payments import api
from payments.actions.withdrawals import ask_bank
from payments.adapters import banks
from payments.maintenance.integrity_checks import check_integrity
from superapp.core import clock
from tests.payments.fake_bank import FakeBank
from tests.payments.payouts.world import (
    AMOUNT,
    NOON,
    SUM,
    TO,
)
from tests.payments.purses import PIN
from tests.payments.settled import sell_by_code
from tests.payments.test_qris_payments import WARUNG, open_account


@pytest.fixture
def now():
    return NOON


@pytest.fixture(autouse=True)
def _whole(now, request):
    yield
    if "db" in request.fixturenames or "real_db" in request.fixturenames:
        assert check_integrity(now=now) == []


@pytest.fixture
def bank(database, monkeypatch, settings, tmp_path):
    settings.BANK_URL, settings.BANK_DIRECTORY, settings.SIMULATED_BANK = "http://bank.invalid", tmp_path, True
    settings.BANKS = {"014": "BCA"}
    fake = FakeBank()
    monkeypatch.setattr(banks, "get_bank", lambda: fake)
    return fake


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 1_000_000_00)


@pytest.fixture
def bo(make_payer, bank):
    return make_payer("bo")


@pytest.fixture
def sell(ana, now):
    """Sell for Rp100.000 by code, at 0.7 %."""
    open_account(now)
    return lambda key="1": sell_by_code(ana, now, amount=SUM, key=key)


@pytest.fixture
def choose(bo, now):
    def choose_one(to=TO, *, pin=PIN, at=now):
        return api.choose_payout_account(merchant=WARUNG, owner_id=bo.pk, device_id=None, pin=pin, to=to, now=at)

    return choose_one


@pytest.fixture
def pay_out(bo, now):
    def pay_one(key="k", *, amount=AMOUNT, version=1, pin=PIN, owner=bo, merchant=WARUNG):
        return api.request_payout(
            merchant=merchant,
            owner_id=owner.pk,
            account_version=version,
            amount=amount,
            device_id=None,
            pin=pin,
            idempotency_key=key,
            now=now,
        )

    return pay_one


@pytest.fixture
def schedule(bo, now):
    def choose_rhythm(rhythm="daily", *, target="bank", at=now):
        api.choose_settlement(
            merchant=WARUNG, owner_id=bo.pk, device_id=None, pin=PIN, rhythm=rhythm, target=target, now=at
        )

    return choose_rhythm


@pytest.fixture
def ask_at(monkeypatch):
    """Let the job ask the bank at a moment."""

    def ask(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)
        ask_bank(None)

    return ask
