"""Constants of the payout tests: a shop's bank accounts, amounts and days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from payments import api
from payments.adapters.bank import BankAccount
from payments.models import Account
from superapp.core.money import Money
from tests.payments.test_qris_payments import WARUNG

TO = BankAccount(bank_code="014", number="1234567890", holder="BO SANTOSO")
OTHER = BankAccount(bank_code="014", number="5556667778", holder="BO SANTOSO")
SUM, FEE = 100_000_00, 2_500_00
NET = SUM - 700_00
AMOUNT = Money(50_000_00)
# Midnight in Jakarta is 17:00 in UTC; this is a Wednesday there.
NOON = datetime(2027, 3, 3, 5, 0, tzinfo=UTC)
MIDNIGHT = datetime(2027, 3, 3, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def owed():
    return api.get_merchant_balance(WARUNG).total.amount_minor


def merchant_account():
    return Account.objects.get(code=f"merchant:{WARUNG}:IDR")


def transfers_of(rows):
    return [(row.account_number, row.partner_reference, row.amount) for row in rows]
