"""A merchant's account for codes, and the codes that are written from it."""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from payments import queries
from payments.contracts import QrisBillDetails, QrisMerchant
from payments.domain import merchant_numbers, qris
from payments.domain.feature_gates import requires_payments
from payments.errors import KeyReused, QrisAmountInvalid, QrisFieldInvalid
from payments.models import NOTE_CHARS_MAX, QrisAccount, QrisBill
from superapp.core.errors import ErrorCollector
from superapp.core.money import SEN_PER_RUPIAH, Money
from superapp.core.text_cleaning import clean_line

# What a merchant says of itself; only an operator may say that it is of public service.
CRITERIA = (qris.Criteria.MICRO, qris.Criteria.SMALL, qris.Criteria.MEDIUM, qris.Criteria.LARGE)
TABLES_MAX = 40
_REFERENCE_BYTES = 15


@requires_payments
def open_qris_account(
    *, merchant: str, name: str, city: str, postal_code: str, category: str, criteria: str, now: datetime
) -> QrisMerchant:
    """
    Open the account of a merchant, once; a second call returns the first account, whatever it says.

    The caller must know that whoever asks may act for the merchant. Name and city are folded to plain letters.

    :raises QrisFieldInvalid: for each field that is empty, too long, or unknown
    """
    found = queries.find_qris_account(merchant)
    if found is not None:
        return queries.to_merchant(found)
    postal_code = postal_code.strip()
    refused = ErrorCollector()
    with refused:
        name = _fold("name", name, qris.NAME_CHARS_MAX)
    with refused:
        city = _fold("city", city, qris.CITY_CHARS_MAX)
    with refused:
        _require("postal_code", merchant_numbers.POSTAL_CODE.fullmatch(postal_code) is not None, 5)
    with refused:
        _require("category", category in merchant_numbers.CATEGORIES, 4)
    with refused:
        _require("criteria", criteria in CRITERIA, 3)
    refused.raise_first()
    number = secrets.randbelow(10**merchant_numbers.MERCHANT_DIGITS)
    account = QrisAccount(
        merchant=merchant,
        pan=merchant_numbers.make_pan(settings.QRIS_ACQUIRER_NUMBER, number),
        nmid=merchant_numbers.make_nmid(number),
        name=name,
        city=city,
        postal_code=postal_code,
        category=category,
        criteria=criteria,
        opened_at=now,
    )
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:  # Opened at the same moment in another window.
        account = queries.get_qris_account(merchant)
    return queries.to_merchant(account)


def write_static_code(merchant: str, *, terminal: str = "", asks_tip: bool = False) -> str:
    """
    Return the payload of a merchant's code for many payments, such as that of a poster or of a table.

    :raises QrisAccountNotFound: if the merchant has no account for codes
    """
    account = queries.get_qris_account(merchant)
    terminal = merchant_numbers.fold_text(terminal, qris.REFERENCE_CHARS_MAX)
    return qris.write_qris(queries.compose_code(account, terminal=terminal, asks_tip=asks_tip))


def draw_poster(merchant: QrisMerchant, *, asks_tip: bool) -> bytes:
    """Return a poster with the merchant's code, as PDF."""
    from payments.queries import qris_prints  # Only a process that draws a print loads what draws.

    return qris_prints.draw_poster(merchant, write_static_code(merchant.merchant, asks_tip=asks_tip))


def draw_table_cards(merchant: QrisMerchant, tables: Sequence[str], *, asks_tip: bool) -> bytes:
    """
    Return a card for each table as PDF, whose code bears the table's name.

    :raises QrisFieldInvalid: if there is no table, there are more than ``TABLES_MAX``, or a name does not fit
    """
    from payments.queries import qris_prints  # Only a process that draws a print loads what draws.

    _require("tables", 0 < len(tables) <= TABLES_MAX, qris.REFERENCE_CHARS_MAX)
    names = [_fold("tables", table, qris.REFERENCE_CHARS_MAX) for table in tables]
    codes = [(name, write_static_code(merchant.merchant, terminal=name, asks_tip=asks_tip)) for name in names]
    return qris_prints.draw_table_cards(merchant, codes)


@requires_payments
def make_qris_bill(
    *, merchant: str, amount: Money, note: str = "", idempotency_key: str, now: datetime
) -> QrisBillDetails:
    """
    Make a code for one amount, to be paid once within ``QRIS_BILL_MINUTES``; once per idempotency key.

    :raises QrisAccountNotFound: if the merchant has no account for codes
    :raises AmountNotWhole: if the amount has a fraction of a rupiah
    :raises QrisAmountInvalid: if it is above ``QRIS_PAYMENT_MAX_RUPIAH``
    :raises KeyReused: if the key was used for another amount or note
    """
    require_qris_amount(amount)
    amount.require_whole()
    note = clean_line(note)
    _require("note", len(note) <= NOTE_CHARS_MAX, NOTE_CHARS_MAX)
    account = queries.get_qris_account(merchant)
    bill = QrisBill(
        account=account,
        reference=b32encode(secrets.token_bytes(_REFERENCE_BYTES)).decode(),
        amount=amount.amount_minor,
        note=note,
        idempotency_key=idempotency_key,
        made_at=now,
        expires_at=now + timedelta(minutes=settings.QRIS_BILL_MINUTES),
    )
    try:
        with transaction.atomic():
            bill.save(force_insert=True)
    except IntegrityError:
        bill = QrisBill.objects.get(account=account, idempotency_key=idempotency_key)
        if (bill.amount, bill.note) != (amount.amount_minor, note):
            raise KeyReused from None
    return queries.get_bill(merchant, bill.public_id)


def get_qris_amount_max() -> Money:
    """Return the most that one payment by code may be."""
    return Money(settings.QRIS_PAYMENT_MAX_RUPIAH * SEN_PER_RUPIAH)


def require_qris_amount(amount: Money) -> None:
    """
    Refuse what no payment by code may be.

    :raises QrisAmountInvalid: if it is not positive, of another asset, or above ``QRIS_PAYMENT_MAX_RUPIAH``
    """
    most = get_qris_amount_max()
    if amount.asset != most.asset or not Money(0) < amount <= most:
        raise QrisAmountInvalid(amount_max=str(most))


def _fold(field: str, written: str, chars_max: int) -> str:
    text = merchant_numbers.fold_text(written, chars_max + 1)
    _require(field, 0 < len(text) <= chars_max, chars_max)
    return text


def _require(field: str, is_valid: bool, chars_max: int) -> None:
    if not is_valid:
        raise QrisFieldInvalid(field=field, chars_max=chars_max)
