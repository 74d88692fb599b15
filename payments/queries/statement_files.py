"""Statements as files, by form: for spreadsheets, bookkeeping programs and people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from payments import errors, queries
from payments.contracts import StatementFile
from payments.models import Account
from payments.queries import statement_prints, statement_sheets, statements

# What a sheet has room for, below its head; and a print that is still read by somebody.
LINES_MAX = {"xlsx": 1_000_000, "pdf": 5_000}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "beancount": "text/plain; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
LINES_PER_CHUNK = 500


def open_statement(
    account: Account, form: str, *, since: datetime, until: datetime, holder: str, now: datetime
) -> StatementFile:
    """
    Return an account's statement in one of the forms of ``CONTENT_TYPES``, to be streamed.

    ``holder`` is the name that stands on it.

    :raises StatementTooLong: if this form has no room for so many lines
    """
    period = queries.get_statement_period(account, since, until)
    lines_max = LINES_MAX.get(form)
    if lines_max is not None and period.closing.seq - period.opening.seq > lines_max:
        raise errors.StatementTooLong(lines_max=lines_max)
    return StatementFile(CONTENT_TYPES[form], _chunks(account, form, since, until, holder, now))


def _chunks(
    account: Account, form: str, since: datetime, until: datetime, holder: str, now: datetime
) -> Iterator[bytes]:
    if form == "xlsx":
        yield from statement_sheets.stream_xlsx(account, since, until, holder=holder)
    elif form == "pdf":
        yield from statement_prints.stream_pdf(account, since, until, holder=holder)
    else:
        write = statements.stream_csv if form == "csv" else statements.stream_beancount
        lines = write(account, since, until, now=now)
        while piece := "".join(islice(lines, LINES_PER_CHUNK)):
            yield piece.encode()
