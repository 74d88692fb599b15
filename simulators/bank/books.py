"""The books of the simulated bank: double entry, so that every sen comes from somewhere."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import F

from payments.adapters.bank_keys import BankKeys
from simulators.bank.models import Account, Entry, Journal

BANK_NAMES = {"900": "Bank Simulasi", "901": "Bank Cakrawala (simulasi)", "902": "Bank Lestari (simulasi)"}
VAULT_NUMBER = "0000000000"
DEPOSIT = "Setoran tunai"
CLIENT_NAME = "PT Nusa (rekening penampungan)"
# Number, bank (None: this one), name, status, opening balance in sen.
_CUSTOMERS = [
    ("1000000001", None, "Sekar Wulandari", Account.Status.ACTIVE, 25_000_000_00),
    ("1000000002", None, "Bagas Pratama", Account.Status.ACTIVE, 12_500_000_00),
    ("1000000003", None, "Rahmawati Lubis", Account.Status.ACTIVE, 750_000_00),
    ("1000000004", None, "Yohanes Tulle", Account.Status.ACTIVE, 40_000_00),
    ("1000000009", None, "Made Ardana", Account.Status.DORMANT, 0),
    ("2100000001", "901", "Intan Permata Sari", Account.Status.ACTIVE, 0),
    ("2100000002", "901", "Hasan Basri", Account.Status.ACTIVE, 0),
    ("3100000001", "902", "Dewi Lestari", Account.Status.ACTIVE, 0),
    ("3100000009", "902", "Slamet Riyadi", Account.Status.DORMANT, 0),
]


class InsufficientFunds(Exception):
    """The account to debit has less than the amount."""


def new_reference(now: datetime) -> str:
    """Return a reference of the bank: the time, and digits that nobody guesses."""
    return f"{now:%Y%m%d%H%M%S}{secrets.randbelow(10**10):010}"


@transaction.atomic
def open_accounts(keys: BankKeys, now: datetime) -> None:
    """Open the accounts that a new bank has, and pay in what its customers begin with. Repeated, nothing happens."""
    if Account.objects.exists():
        return
    vault = Account.objects.create(
        number=VAULT_NUMBER, bank_code=keys.bank_code, name="Khasanah", kind=Account.Kind.VAULT
    )
    Account.objects.create(
        number=keys.account_number, bank_code=keys.bank_code, name=CLIENT_NAME, kind=Account.Kind.CLIENT
    )
    for number, bank_code, name, status, opening in _CUSTOMERS:
        account = Account.objects.create(
            number=number,
            bank_code=bank_code or keys.bank_code,
            name=name,
            kind=Account.Kind.CUSTOMER,
            status=status,
        )
        if opening:
            post(vault, account, opening, description="Saldo awal", now=now)


def client_account(keys: BankKeys) -> Account:
    """Return the settlement account of the client."""
    return Account.objects.get(number=keys.account_number)


def find_account(number: str, *, bank_code: str) -> Account | None:
    """Return an account of a person or the client at a bank; None if there is none."""
    return Account.objects.exclude(kind=Account.Kind.VAULT).filter(number=number, bank_code=bank_code).first()


def payers(keys: BankKeys) -> list[Account]:
    """Return the accounts from which people pay here."""
    found = Account.objects.filter(kind=Account.Kind.CUSTOMER, bank_code=keys.bank_code, status=Account.Status.ACTIVE)
    return list(found.order_by("number"))


def post(
    debited: Account,
    credited: Account,
    amount: int,
    *,
    description: str,
    now: datetime,
    partner_reference: str = "",
    virtual_account: str = "",
) -> Journal:
    """
    Post an amount from one account to another; inside a transaction.

    :raises InsufficientFunds: if the debited account has less
    """
    if amount <= 0 or debited.pk == credited.pk:
        raise ValueError("a posting moves a positive amount between two accounts")
    has_enough = Account.objects.filter(pk=debited.pk)
    if debited.kind != Account.Kind.VAULT:
        has_enough = has_enough.filter(balance__gte=amount)
    if not has_enough.update(balance=F("balance") - amount):
        raise InsufficientFunds
    Account.objects.filter(pk=credited.pk).update(balance=F("balance") + amount)
    journal = Journal.objects.create(
        reference=new_reference(now),
        partner_reference=partner_reference,
        virtual_account=virtual_account,
        description=description[:140],
        posted_at=now,
    )
    for account, change in ((debited, -amount), (credited, amount)):
        account.refresh_from_db(fields=["balance"])
        Entry.objects.create(journal=journal, account=account, amount=change, balance_after=account.balance)
    return journal


@transaction.atomic
def deposit(account: Account, amount: int, *, now: datetime, slip: str = "") -> Journal:
    """Pay play money into an account, once for each slip."""
    before = Journal.objects.filter(partner_reference=slip, description=DEPOSIT).exclude(partner_reference="").first()
    if before is not None:
        return before
    vault = Account.objects.get(number=VAULT_NUMBER)
    return post(vault, account, amount, description=DEPOSIT, partner_reference=slip, now=now)


def dump() -> dict[str, object]:
    """Return the balances by account number and all entries, oldest first, in sen."""
    entries = Entry.objects.select_related("journal", "account").order_by("id")
    return {
        "balances": dict(Account.objects.order_by("number").values_list("number", "balance")),
        "entries": [
            {
                "account": entry.account.number,
                "amount": entry.amount,
                "balance": entry.balance_after,
                "reference": entry.journal.reference,
                "partner_reference": entry.journal.partner_reference,
                "virtual_account": entry.journal.virtual_account,
                "description": entry.journal.description,
                "posted_at": entry.journal.posted_at.isoformat(),
            }
            for entry in entries
        ],
    }
