"""Payouts and the accounts they go to stay as they were chosen, also against raw SQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError

from payments.models import PayoutAccount, Withdrawal
from payments.writers import ledger
from tests.payments.test_guards import refused


@pytest.fixture
def chosen(make_user, now):
    return PayoutAccount.objects.create(
        merchant="m",
        version=1,
        owner=make_user("bo"),
        bank_code="014",
        number="1234567890",
        holder="BO",
        chosen_at=now,
        scheduled_from=now,
    )


@pytest.fixture
def payout(chosen, wallet, entry, now):
    held = ledger.post(entry(wallet("ana", 100), wallet("cy"), 1), now=now)
    return Withdrawal.objects.create(
        user=chosen.owner,
        merchant="m",
        bank_code="014",
        account_number=chosen.number,
        holder=chosen.holder,
        amount=1,
        fee=0,
        asset="IDR",
        partner_reference="p",
        hold_id=held.journal_id,
        created_at=now,
        ask_after=now,
    )


@pytest.mark.parametrize(
    "change",
    [
        "number = '999999'",
        "merchant = 'eve'",
        "version = 2",
        "holder = 'EVE'",
        "bank_code = '009'",
        "scheduled_from = '2020-01-01'",
        "owner_id = owner_id",
    ],
)
def test_account_is_added_and_never_changed(chosen, change):
    assert refused(f"UPDATE payments_payoutaccount SET {change} WHERE id = {chosen.pk}")
    assert refused(f"DELETE FROM payments_payoutaccount WHERE id = {chosen.pk}")


@pytest.mark.parametrize(
    "change",
    [
        {"version": 1},
        {"version": 0},
        {"version": 2, "merchant": ""},
        {"version": 2, "bank_code": ""},
        {"version": 2, "number": ""},
    ],
    ids=["the same version", "no version", "nobody", "no bank", "no number"],
)
def test_account_that_cannot_be_one_is_refused(chosen, now, change):
    row = {"merchant": "m", "owner": chosen.owner, "bank_code": "014", "number": "1", "holder": "B", "version": 2}

    with pytest.raises(IntegrityError):
        PayoutAccount.objects.create(**row | change, chosen_at=now, scheduled_from=now + timedelta(days=1))


@pytest.mark.parametrize(
    "change",
    [
        "merchant = ''",
        "merchant = 'eve'",
        "account_number = '999999'",
        "bank_code = '009'",
        "holder = 'EVE'",
        "amount = 2",
    ],
)
def test_payout_goes_where_it_was_made_to_go(payout, change):
    assert refused(f"UPDATE payments_withdrawal SET {change} WHERE id = {payout.pk}")
    assert refused(f"DELETE FROM payments_withdrawal WHERE id = {payout.pk}")


def test_withdrawal_from_a_wallet_becomes_no_payout(payout):
    assert not refused(f"UPDATE payments_withdrawal SET ask_after = created_at WHERE id = {payout.pk}")
    assert refused(f"UPDATE payments_withdrawal SET merchant = '' WHERE id = {payout.pk}")
