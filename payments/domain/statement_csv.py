"""The bank's statement of a day as CSV: what its lines say, read one by one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from payments.errors import StatementInvalid
from superapp.core.money import SEN_PER_RUPIAH
from superapp.core.text_cleaning import clean_line

# The day of a bank is that of Jakarta, wherever its customer is.
BANK_TIME_ZONE = timezone(timedelta(hours=7), "WIB")
COLUMNS = ("date", "time", "reference", "partner_reference", "description", "debit", "credit", "balance")
CELL_CHARS_MAX = 64
DESCRIPTION_CHARS_MAX = 140
_AMOUNT = re.compile(r"(?P<sign>-?)(?P<rupiah>[0-9]{1,14})\.(?P<sen>[0-9]{2})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One line of a statement, in sen; a positive amount came in. ``number`` counts from 1, without the heading."""

    number: int
    at: datetime
    reference: str
    partner_reference: str
    description: str
    amount: int
    balance_after: int


def read_statement(lines: Iterable[str], *, day: date) -> Iterator[StatementRow]:
    """
    Yield the lines of a statement of this day, oldest first as they stand there.

    :raises StatementInvalid: at the first cell that cannot be right, with its line in the file and its column
    """
    reader = csv.reader(lines, strict=True)
    try:
        heading = next(reader, [])
        place = _find_columns(heading)
        for number, cells in enumerate(reader, 1):
            yield _Line(reader.line_num, cells, place).read(number, day)
    except csv.Error as error:
        raise StatementInvalid(line=reader.line_num, column="", problem="not_csv") from error
    except UnicodeDecodeError as error:
        raise StatementInvalid(line=reader.line_num + 1, column="", problem="not_utf8") from error


def _find_columns(heading: list[str]) -> dict[str, int]:
    names = [name.strip().lower().removeprefix("\ufeff") for name in heading]
    for name in COLUMNS:
        if names.count(name) != 1:
            raise StatementInvalid(line=1, column=name, problem="column_missing")
    return {name: names.index(name) for name in COLUMNS}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file that is being read: its number there, its cells, and the place of each column."""

    line: int
    cells: list[str]
    place: dict[str, int]

    def read(self, number: int, day: date) -> StatementRow:
        debit, credit = self._amount("debit"), self._amount("credit")
        if debit < 0 or credit < 0 or (debit == 0) == (credit == 0):
            raise self._invalid("debit", "not_one_of_debit_and_credit")
        return StatementRow(
            number=number,
            at=self._moment(day),
            reference=self._text("reference", is_needed=True),
            partner_reference=self._text("partner_reference"),
            description=clean_line(self._cell("description"))[:DESCRIPTION_CHARS_MAX],
            amount=credit - debit,
            balance_after=self._amount("balance"),
        )

    def _moment(self, day: date) -> datetime:
        try:
            written = date.fromisoformat(self._cell("date"))
        except ValueError:
            raise self._invalid("date", "not_a_date") from None
        if written != day:
            raise self._invalid("date", "another_day")
        try:
            return datetime.combine(written, time.fromisoformat(self._cell("time")).replace(tzinfo=BANK_TIME_ZONE))
        except ValueError:
            raise self._invalid("time", "not_a_time") from None

    def _amount(self, column: str) -> int:
        found = _AMOUNT.fullmatch(self._cell(column))
        if found is None:
            raise self._invalid(column, "not_an_amount")
        sen = int(found["rupiah"]) * SEN_PER_RUPIAH + int(found["sen"])
        return -sen if found["sign"] else sen

    def _text(self, column: str, *, is_needed: bool = False) -> str:
        text = self._cell(column)
        if is_needed and not text:
            raise self._invalid(column, "empty")
        if len(text) > CELL_CHARS_MAX:
            raise self._invalid(column, "too_long")
        return text

    def _cell(self, column: str) -> str:
        if len(self.cells) <= self.place[column]:
            raise self._invalid(column, "cell_missing")
        text = self.cells[self.place[column]].strip()
        if not text.isprintable():
            raise self._invalid(column, "not_text")
        return text

    def _invalid(self, column: str, problem: str) -> StatementInvalid:
        return StatementInvalid(line=self.line, column=column, problem=problem)
