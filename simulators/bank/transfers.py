"""Transfers that the client orders, to accounts of this bank and of others."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from payments.adapters.bank_keys import BankKeys
from simulators.bank import books, faults
from simulators.bank.models import Account, Transfer
from simulators.bank.responses import Refusal

INTRABANK, INTERBANK = "17", "18"


def require_account(number: str, *, bank_code: str) -> Account:
    """
    Return the account that money may be sent to.

    :raises Refusal: if there is none
    """
    account = books.find_account(number, bank_code=bank_code)
    if account is None:
        raise Refusal(404, "11")
    return account


@transaction.atomic
def order_transfer(
    keys: BankKeys,
    *,
    service: str,
    partner_reference: str,
    beneficiary: Account,
    amount: int,
    remark: str,
    now: datetime,
) -> Transfer:
    """
    Book a transfer once for the client's reference. A repeated order that is still pending returns the first one.

    :raises Refusal: if it cannot be booked, or was booked before
    """
    before = Transfer.objects.filter(partner_reference=partner_reference).first()
    if before is not None:
        return _repeat(before, service=service, beneficiary=beneficiary, amount=amount)
    if beneficiary.status != Account.Status.ACTIVE:
        raise Refusal(403, "18")
    client = books.client_account(keys)
    if beneficiary.pk == client.pk:
        raise Refusal(404, "11")
    fails_in = faults.strike("accept_then_fail")
    try:
        journal = books.post(
            client,
            beneficiary,
            amount,
            description=remark or f"Transfer ke {beneficiary.name}",
            partner_reference=partner_reference,
            now=now,
        )
    except books.InsufficientFunds:
        raise Refusal(403, "14") from None
    return Transfer.objects.create(
        partner_reference=partner_reference,
        reference=journal.reference,
        service=service,
        beneficiary=beneficiary,
        amount=amount,
        remark=remark,
        status=Transfer.Status.SUCCESS if fails_in is None else Transfer.Status.PENDING,
        ordered_at=now,
        fails_at=None if fails_in is None else now + timedelta(seconds=int(fails_in)),
    )


def _repeat(before: Transfer, *, service: str, beneficiary: Account, amount: int) -> Transfer:
    if (before.service, before.beneficiary.pk, before.amount) != (service, beneficiary.pk, amount):
        raise Refusal(404, "18")
    if before.status == Transfer.Status.PENDING:
        return before
    if before.status == Transfer.Status.FAILED:
        raise Refusal(405, "01")
    raise Refusal(409, "01")


@transaction.atomic
def fail_due_transfers(keys: BankKeys, now: datetime) -> None:
    """Fail the transfers that were accepted to fail, and give the money back."""
    for transfer in Transfer.objects.filter(status=Transfer.Status.PENDING, fails_at__lte=now).order_by("pk"):
        try:
            books.post(
                transfer.beneficiary,
                books.client_account(keys),
                transfer.amount,
                description="Pengembalian transfer gagal",
                partner_reference=transfer.partner_reference,
                now=now,
            )
        except books.InsufficientFunds:  # The beneficiary spent it: then it did arrive.
            transfer.status = Transfer.Status.SUCCESS
        else:
            transfer.status = Transfer.Status.FAILED
        transfer.save(update_fields=["status"])
