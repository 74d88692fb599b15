"""Rows of the tables of money from and to a bank, and of merchants."""

from __future__ import annotations

from datetime import timedelta

from payments.models import (
    AppliedFee,
    BankMessage,
    Charge,
    FeeRule,
    IncomingPayment,
    Mandate,
    MerchantRefund,
    PayoutAccount,
    SettlementSchedule,
    VirtualAccount,
    Withdrawal,
)
from superapp.accounts import api as accounts
from tests.payments.reconciled import fill_reconciliation_tables
from tests.payments.settled import store_settlement


def fill_bank_tables(user, journal_id, now):
    common = {"user": user, "amount": 1, "asset": "IDR"}
    later = now + timedelta(minutes=1)
    charge = Charge.objects.create(
        **common, method="va", reference="r", partner_reference="c", created_at=now, expires_at=later
    )
    VirtualAccount.objects.create(number="1", user=user, charge=charge, created_at=now)
    IncomingPayment.objects.create(
        **common,
        bank_reference="b",
        paid_to="1",
        charge=charge,
        paid_at=now,
        received_at=now,
        state="credited",
        journal_id=journal_id,
    )
    Withdrawal.objects.create(
        **common,
        bank_code="014",
        account_number="1",
        holder="G",
        fee=0,
        partner_reference="w",
        hold_id=journal_id,
        created_at=now,
        ask_after=now,
    )
    rule = FeeRule.objects.get(channel="qris", name="regular")
    AppliedFee.objects.create(journal_id=journal_id, rule=rule, gross=100, fee=1)
    MerchantRefund.objects.create(
        merchant="m", number="1", payment_id=journal_id, amount=1, requested_by=user, requested_at=now
    )
    store_settlement(user.pk, now)
    SettlementSchedule.objects.create(merchant="m", owner=user, rhythm="daily", chosen_at=now, next_at=later)
    PayoutAccount.objects.create(
        merchant="m", version=1, owner=user, bank_code="014", number="1", holder="G", chosen_at=now, scheduled_from=now
    )
    Mandate.objects.create(
        payer=user, receiver=accounts.create_person(name="Hal", handle="hal", now=now), amount_max=1, made_at=now
    )
    BankMessage.objects.create(service="25", external_id="1", day=now.date(), body="", answer="", received_at=now)
    fill_reconciliation_tables(user, journal_id, now)
