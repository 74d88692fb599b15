"""The bank's word, stored as it was told: its statements, and the rows of its history."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import BinaryIO, TypeVar

from django.db import IntegrityError, transaction

from payments import errors
from payments.adapters import banks, statement_files
from payments.adapters.bank import HistoryEntry
from payments.domain.statement_csv import StatementRow, read_statement
from payments.models import (
    BANK_REFERENCE_CHARS_MAX,
    DESCRIPTION_CHARS_MAX,
    BankMovement,
    ReconciledDay,
    StatementFile,
    StatementLine,
)
from payments.queries.reconciliation import day_begins
from superapp.core.text_cleaning import clean_line

ROWS_AT_ONCE = 1_000
CHUNK_BYTES = 65_536

T = TypeVar("T")


def store_statement(file: BinaryIO, *, day: date, uploaded_by_id: int | None, now: datetime) -> StatementFile:
    """
    Store the bank's statement of a day, all of it or nothing; the same file again is the one that is there.

    It is read twice and never held in memory: first for whatever is wrong with it, then to store it.

    :raises StatementInvalid: if a cell of it cannot be right
    """
    digest = _digest(file)
    before = StatementFile.objects.filter(day=day, sha256=digest).first()
    if before is not None:
        return before
    opening, closing, count = _summarize(_rows(file, day))
    try:
        with transaction.atomic():
            stored = StatementFile.objects.create(
                sha256=digest,
                day=day,
                uploaded_by_id=uploaded_by_id,
                received_at=now,
                lines_count=count,
                opening=opening,
                closing=closing,
            )
            for rows in _batches(_rows(file, day), ROWS_AT_ONCE):
                StatementLine.objects.bulk_create(_line(stored, row) for row in rows)
    except IntegrityError:
        # Somebody else stored the same file at the same moment.
        return StatementFile.objects.get(day=day, sha256=digest)
    return stored


def fetch_statement(day: date, *, now: datetime) -> StatementFile | None:
    """
    Store the statement that the bank lays ready, and return it; None if there is none, or no place where it lies.

    :raises BankSilent: if the bank gave no whole file
    :raises StatementInvalid: if it cannot be read
    """
    if not statement_files.has_statements():
        return None
    with tempfile.TemporaryFile() as file:
        if not statement_files.download_statement(day, file):
            return None
        return store_statement(file, day=day, uploaded_by_id=None, now=now)


def keep_history(entries: Iterable[HistoryEntry], *, now: datetime) -> None:
    """Keep movements of the bank's history as they were told; those that are kept already stay as they are."""
    for some in _batches(entries, ROWS_AT_ONCE):
        rows = [_movement(entry, now) for entry in some if entry.amount]
        with transaction.atomic():
            told = BankMovement.objects.filter(reference__in=[row.reference for row in rows])
            known = set(told.values_list("reference", "amount"))
            new = {(row.reference, row.amount): row for row in rows if (row.reference, row.amount) not in known}
            BankMovement.objects.bulk_create(new.values(), ignore_conflicts=True)


def read_whole_history(day: date, *, now: datetime) -> None:
    """
    Read and keep the bank's history of a day, hour by hour, and note that it was read.

    :raises BankSilent: or ``BankRefused``, if the bank did not tell all of it; then it is not noted
    """
    bank, begins = banks.get_bank(), day_begins(day)
    for hour in range(24):
        since = begins + timedelta(hours=hour)
        keep_history(bank.list_history(since, since + timedelta(hours=1, seconds=-1)), now=now)
    ReconciledDay.objects.update_or_create(day=day, defaults={"history_read_at": now})


def _digest(file: BinaryIO) -> str:
    """Return the digest of a whole file."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        if size > statement_files.BYTES_MAX:
            raise errors.StatementInvalid(line=1, column="", problem="too_large")
    return digest.hexdigest()


def _rows(file: BinaryIO, day: date) -> Iterable[StatementRow]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        yield from read_statement(text, day=day)
    finally:
        text.detach()


def _summarize(rows: Iterable[StatementRow]) -> tuple[int | None, int | None, int]:
    """Return the balances before the first and after the last line, and how many there are."""
    opening = closing = None
    count = 0
    for row in rows:
        if count == 0:
            opening = row.balance_after - row.amount
        closing = row.balance_after
        count += 1
    return opening, closing, count


def _line(stored: StatementFile, row: StatementRow) -> StatementLine:
    return StatementLine(
        file=stored,
        number=row.number,
        at=row.at,
        reference=row.reference,
        partner_reference=row.partner_reference,
        description=row.description,
        amount=row.amount,
        balance_after=row.balance_after,
    )


def _movement(entry: HistoryEntry, now: datetime) -> BankMovement:
    return BankMovement(
        reference=entry.reference[:BANK_REFERENCE_CHARS_MAX],
        partner_reference=entry.partner_reference[:BANK_REFERENCE_CHARS_MAX],
        virtual_account=entry.virtual_account,
        amount=entry.amount.amount_minor,
        at=entry.at,
        remark=clean_line(entry.remark)[:DESCRIPTION_CHARS_MAX],
        read_at=now,
    )


def _batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch
