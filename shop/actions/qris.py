"""Codes for payment (QRIS) of a shop: its account, prints, and bills. The owner asks; a stranger has no shop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from payments import api as payments
from payments.api import QrisBillDetails, QrisMerchant, QrisReceived
from payments.errors import QrisAccountNotFound
from shop import push
from shop.domain.payment_references import merchant_reference
from shop.queries import catalog
from superapp.core.money import Money


def find_qris_account(owner_id: int) -> QrisMerchant | None:
    """
    Return the account of the owner's shop for codes, or None if it has not opened one.

    :raises ShopNotFound: if the person has no shop
    """
    return payments.find_qris_account(_merchant(owner_id))


def open_qris_account(
    *, owner_id: int, name: str, city: str, postal_code: str, category: str, criteria: str, now: datetime
) -> QrisMerchant:
    """
    Open the account of the owner's shop for codes, once.

    :raises ShopNotFound: if the person has no shop
    :raises QrisFieldInvalid: of payments, for each field that is wrong
    """
    return payments.open_qris_account(
        merchant=_merchant(owner_id),
        name=name,
        city=city,
        postal_code=postal_code,
        category=category,
        criteria=criteria,
        now=now,
    )


def write_shop_code(owner_id: int) -> str:
    """
    Return the payload of the shop's code for many payments.

    :raises ShopNotFound, QrisAccountNotFound: if the person has no shop, or the shop no account for codes
    """
    return payments.write_static_code(_merchant(owner_id))


def draw_poster(owner_id: int, *, asks_tip: bool) -> bytes:
    """
    Return the poster with the shop's code, as PDF.

    :raises ShopNotFound, QrisAccountNotFound: if the person has no shop, or the shop no account for codes
    """
    return payments.draw_poster(_require_account(owner_id), asks_tip=asks_tip)


def draw_table_cards(owner_id: int, tables: Sequence[str], *, asks_tip: bool) -> bytes:
    """
    Return a card for each table, as PDF; the table's name stands in its code.

    :raises ShopNotFound, QrisAccountNotFound: if the person has no shop, or the shop no account for codes
    :raises QrisFieldInvalid: of payments, if there is no table, there are too many, or a name does not fit
    """
    return payments.draw_table_cards(_require_account(owner_id), tables, asks_tip=asks_tip)


def list_qris_payments(owner_id: int, *, before: int | None = None, limit: int) -> list[QrisReceived]:
    """
    Return the payments by code to the owner's shop, newest first, before the cursor ``before``.

    :raises ShopNotFound: if the person has no shop
    """
    return payments.list_qris_payments(_merchant(owner_id), before=before, limit=limit)


def make_bill(*, owner_id: int, amount: Money, note: str, idempotency_key: str, now: datetime) -> QrisBillDetails:
    """
    Make a code of the owner's shop for one amount, once per idempotency key.

    :raises ShopNotFound, QrisAccountNotFound: if the person has no shop, or the shop no account for codes
    :raises QrisAmountInvalid, QrisFieldInvalid: of payments, if amount or note are not what a code may have
    """
    return payments.make_qris_bill(
        merchant=_merchant(owner_id), amount=amount, note=note, idempotency_key=idempotency_key, now=now
    )


def fetch_bill(owner_id: int, bill: UUID) -> QrisBillDetails:
    """
    Return a bill of the owner's shop.

    :raises ShopNotFound, QrisBillNotFound: if the person has no shop, or the bill is another shop's
    """
    return payments.get_qris_bill(_merchant(owner_id), bill)


def bill_rev(bill: QrisBillDetails) -> int:
    """Return the rev of a bill's topic: it grows once, when the bill is paid."""
    return push.BILL_PAID_REV if bill.paid_at else push.BILL_PAID_REV - 1


def fetch_qris_rev(owner_id: int) -> int:
    """
    Return the rev of what the owner's shop receives by code.

    :raises ShopNotFound: if the person has no shop
    """
    return qris_rev(_merchant(owner_id))


def qris_rev(merchant: str) -> int:
    """Return the rev of what a merchant receives by code: the time of its newest payment, in milliseconds."""
    newest = payments.list_qris_payments(merchant, limit=1)
    return int(newest[0].paid_at.timestamp() * 1_000) if newest else 0


def _require_account(owner_id: int) -> QrisMerchant:
    found = find_qris_account(owner_id)
    if found is None:
        raise QrisAccountNotFound
    return found


def _merchant(owner_id: int) -> str:
    return merchant_reference(catalog.fetch_own_shop(owner_id).public_id)
