"""Services around the client's account: inquiries, transfers, balance and history."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from payments.adapters.bank_keys import BankKeys
from payments.adapters.snap_signatures import format_timestamp
from simulators.bank import books, transfers
from simulators.bank.fields import Body
from simulators.bank.models import Account, Entry, Transfer
from simulators.bank.money import write_amount
from simulators.bank.responses import Refusal
from superapp.core import clock

ACCOUNT = r"[0-9]{1,34}"
PAGE_SIZE_MAX = 100
_STATUS_TEXTS = {"00": "Success", "03": "Pending", "06": "Failed"}


def inquire_internal(body: Body, keys: BankKeys, now: datetime) -> dict[str, Any]:
    """Return whose an account of this bank is (service 15)."""
    body.optional_text("partnerReferenceNo")
    number = body.text("beneficiaryAccountNo", chars_max=34, pattern=ACCOUNT)
    account = transfers.require_account(number, bank_code=keys.bank_code)
    return _name_account(body, account, now)


def inquire_external(body: Body, keys: BankKeys, now: datetime) -> dict[str, Any]:
    """Return whose an account of another bank is (service 16)."""
    body.text("partnerReferenceNo")
    account = _require_external(body, keys)
    return {
        **_name_account(body, account, now),
        "beneficiaryBankCode": account.bank_code,
        "beneficiaryBankName": books.BANK_NAMES.get(account.bank_code, ""),
    }


def transfer_intrabank(body: Body, keys: BankKeys, now: datetime) -> tuple[int, dict[str, Any]]:
    """Transfer to an account of this bank (service 17)."""
    number = body.text("beneficiaryAccountNo", chars_max=34, pattern=ACCOUNT)
    order = _read_order(body, keys)
    beneficiary = transfers.require_account(number, bank_code=keys.bank_code)
    made = transfers.order_transfer(keys, service=transfers.INTRABANK, beneficiary=beneficiary, now=now, **order)
    return _show_transfer(made, keys)


def transfer_interbank(body: Body, keys: BankKeys, now: datetime) -> tuple[int, dict[str, Any]]:
    """Transfer to an account of another bank (service 18)."""
    body.text("beneficiaryAccountName", chars_max=100)
    beneficiary = _require_external(body, keys)
    order = _read_order(body, keys)
    made = transfers.order_transfer(keys, service=transfers.INTERBANK, beneficiary=beneficiary, now=now, **order)
    status, fields = _show_transfer(made, keys)
    return status, {**fields, "beneficiaryBankCode": beneficiary.bank_code}


def transfer_status(body: Body, keys: BankKeys, _now: datetime) -> dict[str, Any]:
    """Return how a transfer went (service 36)."""
    reference = body.text("originalPartnerReferenceNo")
    service = body.text("serviceCode", chars_max=2, pattern=r"1[78]")
    transfers.fail_due_transfers(keys, clock.now())
    made = Transfer.objects.filter(partner_reference=reference, service=service).select_related("beneficiary").first()
    if made is None:
        named = {"originalPartnerReferenceNo": reference, "serviceCode": service}
        raise Refusal(404, "01", **named, latestTransactionStatus="07", transactionStatusDesc="Not Found")
    return {
        "originalPartnerReferenceNo": made.partner_reference,
        "originalReferenceNo": made.reference,
        "serviceCode": service,
        "transactionDate": format_timestamp(made.ordered_at),
        "amount": write_amount(made.amount),
        "beneficiaryAccountNo": made.beneficiary.number,
        "beneficiaryBankCode": made.beneficiary.bank_code,
        "latestTransactionStatus": made.status,
        "transactionStatusDesc": _STATUS_TEXTS[made.status],
    }


def inquire_balance(body: Body, keys: BankKeys, _now: datetime) -> dict[str, Any]:
    """Return the balance of the client's account (service 11)."""
    account = _require_own(body, keys)
    balance = write_amount(account.balance)
    return {
        "accountNo": account.number,
        "name": account.name,
        "accountInfos": [{"balanceType": "Cash", "amount": balance, "availableBalance": balance, "status": "0001"}],
    }


def list_history(body: Body, keys: BankKeys, _now: datetime) -> dict[str, Any]:
    """Return what came and went on the client's account, oldest first, in pages from 1 on (service 12)."""
    account = _require_own(body, keys) if "accountNo" in body.fields else books.client_account(keys)
    since, until = body.moment("fromDateTime"), body.moment("toDateTime")
    size = body.count("pageSize", default=10, at_most=PAGE_SIZE_MAX)
    page = body.count("pageNumber", default=1, at_most=100_000) - 1
    entries = Entry.objects.filter(
        # A time is written in whole seconds, and an end includes its second.
        account=account,
        journal__posted_at__gte=since,
        journal__posted_at__lt=until + timedelta(seconds=1),
    ).select_related("journal")
    found = entries.order_by("id")[page * size : (page + 1) * size]
    return {"detailData": [_show_entry(entry) for entry in found]}


def _name_account(body: Body, account: Account, now: datetime) -> dict[str, Any]:
    is_active = account.status == Account.Status.ACTIVE
    return {
        "referenceNo": books.new_reference(now),
        "partnerReferenceNo": body.optional_text("partnerReferenceNo"),
        "beneficiaryAccountNo": account.number,
        "beneficiaryAccountName": account.name,
        "beneficiaryAccountStatus": "Rekening aktif" if is_active else "Rekening tidak aktif",
        "currency": "IDR",
    }


def _require_external(body: Body, keys: BankKeys) -> Account:
    bank_code = body.text("beneficiaryBankCode", chars_max=8, pattern=r"[0-9A-Z]+")
    number = body.text("beneficiaryAccountNo", chars_max=34, pattern=ACCOUNT)
    if bank_code == keys.bank_code:
        raise Refusal(404, "11")
    return transfers.require_account(number, bank_code=bank_code)


def _read_order(body: Body, keys: BankKeys) -> dict[str, Any]:
    body.moment("transactionDate")
    order = {
        "partner_reference": body.text("partnerReferenceNo"),
        "amount": body.amount("amount"),
        "remark": body.optional_text("remark", chars_max=50),
    }
    _require_own(body, keys, "sourceAccountNo")
    return order


def _require_own(body: Body, keys: BankKeys, name: str = "accountNo") -> Account:
    if body.text(name, chars_max=34, pattern=ACCOUNT) != keys.account_number:
        raise Refusal(404, "11")
    return books.client_account(keys)


def _show_transfer(made: Transfer, keys: BankKeys) -> tuple[int, dict[str, Any]]:
    fields = {
        "referenceNo": made.reference,
        "partnerReferenceNo": made.partner_reference,
        "amount": write_amount(made.amount),
        "beneficiaryAccountNo": made.beneficiary.number,
        "sourceAccountNo": keys.account_number,
        "transactionDate": format_timestamp(made.ordered_at),
    }
    return (202 if made.status == Transfer.Status.PENDING else 200), fields


def _show_entry(entry: Entry) -> dict[str, Any]:
    journal = entry.journal
    return {
        "dateTime": format_timestamp(journal.posted_at),
        "amount": write_amount(abs(entry.amount)),
        "type": "CREDIT" if entry.amount > 0 else "DEBIT",
        "remark": journal.description,
        "status": "SUCCESS",
        "additionalInfo": {
            "referenceNo": journal.reference,
            "partnerReferenceNo": journal.partner_reference,
            "virtualAccountNo": journal.virtual_account,
        },
    }
