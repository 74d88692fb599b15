"""Statements that others can check: CSV for people and spreadsheets, beancount for ``bean-check``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum

from payments import chart, queries
from payments.models import Account, Inbox, Transfer
from payments.queries import Movement
from superapp.core import clock
from superapp.core.money import ASSETS

COLUMNS = (
    "seq", "posted_at", "kind", "reference", "memo", "amount_minor", "held_minor", "balance_minor", "asset", "journal",
)  # fmt: skip
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OPENED = "1970-01-01"


def as_csv(account: Account, since: datetime, until: datetime) -> Iterator[str]:
    """The lines of a period, one by one, amounts in minor units."""
    yield _row(COLUMNS)
    for line in queries.movements_between(account, since, until):
        yield _row(
            (
                line.seq,
                clock.wire(line.posted_at),
                line.kind,
                _inert(line.reference),
                _inert(line.memo),
                line.delta.amount_minor,
                line.held_delta.amount_minor,
                line.balance_after.amount_minor,
                account.asset,
                line.journal,
            )
        )


def as_beancount(account: Account, since: datetime, until: datetime) -> Iterator[str]:
    """
    One account's period as a file that proves itself: it opens with what lay there, and asserts what lies there at
    the end.
    """
    mine, zone = _name(account), ZoneInfo(settings.TIME_ZONE)
    yield from _head()
    yield f"{_OPENED} open Equity:Opening\n"
    yield f"{_OPENED} open Equity:Others\n"
    yield f"{_OPENED} open {mine}\n\n"
    before = queries.balance_before(account, since)
    first = since.astimezone(zone).date()
    if before:
        yield f'{first} * "opened with"\n'
        yield _leg(mine, -before, account.asset) + _leg("Equity:Opening", before, account.asset) + "\n"
    last, balance = first, before
    for line in queries.movements_between(account, since, until):
        last, balance = line.posted_at.astimezone(zone).date(), line.balance_after.amount_minor
        if line.delta:
            yield _entry(line, mine, zone)
    yield f"{last + timedelta(days=1)} balance {mine}  {_decimal(-balance, account.asset)} {account.asset}\n"


def whole_ledger() -> Iterator[str]:
    """Every account and every transfer, and at the end what lies in each account: the books as others keep them."""
    zone = ZoneInfo(settings.TIME_ZONE)
    yield from _head()
    accounts = {account.pk: account for account in Account.objects.order_by("pk").iterator()}
    for account in accounts.values():
        yield f"{_OPENED} open {_name(account)}  {account.asset}\n"
    moved = Transfer.objects.filter(phase__in=[Transfer.Phase.POSTED, Transfer.Phase.CAPTURE])
    last = None
    for transfer in moved.select_related("journal").order_by("journal__posted_at", "pk").iterator():
        last = transfer.journal.posted_at.astimezone(zone).date()
        yield f'\n{last} * "{transfer.journal.kind}" ^{transfer.journal.public_id}\n'
        yield _leg(_name(accounts[transfer.debit_id]), transfer.amount, transfer.asset)
        yield _leg(_name(accounts[transfer.credit_id]), -transfer.amount, transfer.asset)
    waiting = dict(Inbox.objects.values_list("account_id").annotate(all=Sum("amount")).order_by("account_id"))
    if last is None:
        return
    for account in accounts.values():
        stands = account.balance + waiting.get(account.pk, 0)
        amount = f"{_decimal(-stands, account.asset)} {account.asset}"
        yield f"\n{last + timedelta(days=1)} balance {_name(account)}  {amount}"
    yield "\n"


def _head() -> Iterator[str]:
    yield f'option "title" "{settings.BRAND_NAME}"\n'
    for book in ("assets", "liabilities", "equity", "income"):
        yield f'option "name_{book}" "{book.capitalize()}"\n'
    yield 'option "inferred_tolerance_default" "*:0"\n\n'


def _entry(line: Movement, mine: str, zone: ZoneInfo) -> str:
    day = line.posted_at.astimezone(zone).date()
    words = line.memo.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    delta, asset = line.delta.amount_minor, line.delta.asset
    # What we owe somebody is a liability, and grows with a minus in these books.
    legs = _leg(mine, -delta, asset) + _leg("Equity:Others", delta, asset)
    return f'{day} * "{line.kind}" "{words}" ^{line.journal}\n{legs}\n'


def _leg(name: str, minor: int, asset: str) -> str:
    return f"  {name}  {_decimal(minor, asset)} {asset}\n"


def _name(account: Account) -> str:
    return f"{chart.KINDS[account.kind].book}:{account.asset}-{account.public_id}"


def _decimal(minor: int, asset: str) -> str:
    digits = ASSETS[asset].digits
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{digits}d}"


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _row(values: tuple[object, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()
