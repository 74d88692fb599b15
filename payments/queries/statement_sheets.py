"""Statements as a spreadsheet (XLSX), written row by row."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta

import xlsxwriter
from django.conf import settings
from django.utils.translation import gettext as _

from payments import queries
from payments.models import Account
from payments.queries.statement_lines import StatementLine, iterate_statement_lines
from payments.queries.statement_words import HEADINGS, describe_kind
from superapp.core.money import ASSETS

CHUNK_BYTES = 64 * 1024
WIDTHS = (18, 24, 20, 30, 24, 30, 16, 14, 16, 18, 14, 38)
# Columns of amounts in a row of a movement.
_GROSS, _BALANCE = 6, 9


def stream_xlsx(account: Account, since: datetime, until: datetime, *, holder: str) -> Iterator[bytes]:
    """Yield the bytes of a spreadsheet; it is written to a temporary file first, a row at a time."""
    with tempfile.TemporaryFile() as file:
        _write(file, account, since, until, holder)
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _write(file: object, account: Account, since: datetime, until: datetime, holder: str) -> None:
    period = queries.get_statement_period(account, since, until)
    zone, digits = since.tzinfo, ASSETS[account.asset].digits
    # What people wrote is text: neither a formula nor a link.
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    )
    book.set_properties({"title": holder, "author": settings.BRAND_NAME, "created": until})
    bold = book.add_format({"bold": True})
    money = book.add_format({"num_format": "#,##0.00"})
    strong = book.add_format({"num_format": "#,##0.00", "bold": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet(_("Statement"))
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)

    def amount(row: int, column: int, minor: int, style: object = money) -> None:
        sheet.write_number(row, column, minor / 10**digits, style)

    last_day = until - timedelta(microseconds=1)
    sheet.write_string(0, 0, holder, bold)
    sheet.write_string(1, 0, f"{since:%Y-%m-%d} – {last_day.astimezone(zone):%Y-%m-%d} · {account.asset}")
    for column, heading in enumerate(HEADINGS):
        sheet.write_string(3, column, str(heading), bold)
    sheet.write_string(4, 1, _("Opening balance"), bold)
    amount(4, _BALANCE, period.opening.balance, strong)
    row = 5
    for line in iterate_statement_lines(period):
        movement = line.movement
        sheet.write_datetime(row, 0, movement.posted_at.astimezone(zone), moment)
        for column, text in enumerate(_texts(line), start=1):
            sheet.write_string(row, column, text)
        for column, sum_of in enumerate((line.gross, line.fee, line.net, movement.balance_after), start=_GROSS):
            amount(row, column, sum_of.amount_minor)
        sheet.write_string(row, 10, describe_rule(line))
        sheet.write_string(row, 11, str(movement.journal))
        row += 1
    sheet.write_string(row, 1, _("Closing balance"), bold)
    amount(row, _BALANCE, period.closing.balance, strong)
    book.close()


def describe_rule(line: StatementLine) -> str:
    """Return number and rate of the fee rule of a line, such as ``3: 0.7%``; empty without one."""
    return f"{line.rule.pk}: {line.rule.basis_points / 100:g}%" if line.rule else ""


def _texts(line: StatementLine) -> tuple[str, str, str, str, str]:
    return describe_kind(line.movement), line.order, line.items, line.counterparty, line.movement.memo
