"""Owners are told by text message of another bank account, and of a payout that came back."""

from __future__ import annotations

from uuid import UUID

import pytest

from payments import api as payments
from payments.events import PayoutAccountChosen, PayoutClosed
from payments.queries import payouts
from shop import api as shop
from superapp.accounts.models import DeveloperSms, PhoneNumber
from superapp.core.models import Job
from superapp.notifications.actions import alerts
from superapp.notifications.models import Alert
from superapp.wiring import payout_alerts
from tests.payments.purses import PIN
from tests.wiring.order_facts import deliver

NUMBER = "+6281299999903"


@pytest.fixture
def store(sale, settings, now):
    """A shop whose owner has a number and a PIN."""
    settings.SMS_INBOX, settings.BANKS = True, {"014": "BCA"}
    _ana, store, _placed = sale
    payments.set_first_pin(user_id=store.owner_id, pin=PIN, now=now)
    PhoneNumber.objects.update_or_create(user_id=store.owner_id, defaults={"number": NUMBER, "verified_at": now})
    return store


@pytest.fixture
def choose(store, now):
    def choose_one(number):
        payments.choose_payout_account(
            merchant=shop.merchant_reference(store.public_id),
            owner_id=store.owner_id,
            device_id=None,
            pin=PIN,
            to=payments.BankAccount(bank_code="014", number=number, holder="BO"),
            now=now,
        )
        deliver()

    return choose_one


def work(now):
    alerts.send_due(now)
    for alert in Job.objects.filter(name=alerts.ALERT_JOB).values_list("arguments__alert", flat=True):
        alerts.send(alert=alert, now=now)
    Job.objects.all().delete()


def texts():
    return list(DeveloperSms.objects.filter(number=NUMBER).order_by("pk").values_list("text", flat=True))


def test_owner_is_told_of_each_account_at_once(choose, store, now):
    choose("1234567890")
    work(now)
    choose("5556667778")
    work(now)  # Though the first was not looked at.

    first, second = texts()
    assert "BCA ****7890" in first
    assert "BCA ****7778" in second
    assert second.endswith("/tokoku/pencairan/")


def test_account_that_was_changed_again_is_told_once(choose, now):
    choose("1234567890")
    choose("5556667778")
    work(now)

    [told] = texts()
    assert "****7778" in told


def test_told_twice_is_told_once(choose, store, now):
    choose("1234567890")
    payout_alerts.on_account_chosen(
        PayoutAccountChosen(merchant=shop.merchant_reference(store.public_id), owner_id=store.owner_id, version=1)
    )
    work(now)

    assert (len(texts()), Alert.objects.filter(subject="payout:account/1").count()) == (1, 1)


@pytest.mark.parametrize(("is_done", "told"), [(False, 1), (True, 0)], ids=["came back", "arrived"])
def test_payout_that_came_back_is_told_and_one_that_arrived_is_not(store, now, monkeypatch, is_done, told):
    payout = UUID("01890000-0000-7000-8000-000000000001")
    payout_alerts.on_payout_closed(
        PayoutClosed(
            payout=str(payout),
            merchant=shop.merchant_reference(store.public_id),
            owner_id=store.owner_id,
            amount_minor=1,
            asset="IDR",
            is_done=is_done,
        )
    )

    assert Alert.objects.filter(user_id=store.owner_id, subject__startswith="payout:failed/").count() == told
    # Nothing is said of a payout that is not there, or another shop's.
    assert not payout_alerts.is_pending(store.owner_id, f"failed/{payout.hex}")
    assert not payout_alerts.is_pending(store.owner_id, "failed/no-id")
    assert payouts.find_payout_account("") is None
