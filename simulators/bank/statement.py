"""The statement of a day: what came and went on the client's account, as a file that banks give at night."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta

from payments.adapters.bank_keys import BankKeys
from payments.adapters.snap_signatures import WESTERN_INDONESIA
from simulators.bank import books, faults
from simulators.bank.models import Entry
from simulators.bank.money import write_value
from superapp.core.money import SEN_PER_RUPIAH

COLUMNS = ["date", "time", "reference", "partner_reference", "description", "debit", "credit", "balance"]


def write_statement(keys: BankKeys, day: date) -> str:
    """Return the CSV of a day of Western Indonesia, oldest first, with the faults that strike it."""
    rows = [_row(entry) for entry in _entries(keys, day)]
    if rows and faults.strike("missing_line") is not None:
        del rows[len(rows) // 2]
    extra = faults.strike("extra_line")
    if extra is not None:
        rows.append(_extra_row(day, int(extra) * SEN_PER_RUPIAH, books.client_account(keys).balance))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([COLUMNS, *rows])
    return file.getvalue()


def _entries(keys: BankKeys, day: date) -> list[Entry]:
    begins = datetime.combine(day, time(), WESTERN_INDONESIA)
    found = Entry.objects.filter(
        account=books.client_account(keys),
        journal__posted_at__gte=begins,
        journal__posted_at__lt=begins + timedelta(days=1),
    )
    return list(found.select_related("journal").order_by("id"))


def _row(entry: Entry) -> list[str]:
    journal = entry.journal
    moment = journal.posted_at.astimezone(WESTERN_INDONESIA)
    return [
        f"{moment:%Y-%m-%d}",
        f"{moment:%H:%M:%S}",
        journal.reference,
        journal.partner_reference,
        journal.description,
        write_value(max(0, -entry.amount)),
        write_value(max(0, entry.amount)),
        write_value(entry.balance_after),
    ]


def _extra_row(day: date, amount: int, balance: int) -> list[str]:
    sums = [write_value(0), write_value(amount), write_value(balance + amount)]
    return [f"{day:%Y-%m-%d}", "23:59:59", f"{day:%Y%m%d}2359590000000000", "", "Transaksi lain", *sums]
