"""Statements of accounts as CSV and beancount."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum

from payments import queries
from payments.domain import chart_of_accounts
from payments.models import Account, Inbox, Transfer
from payments.queries import BalanceSnapshot
from payments.queries.statement_lines import StatementLine, iterate_statement_lines
from superapp.core import clock
from superapp.core.money import ASSETS
from superapp.core.text_cleaning import escape_spreadsheet_cell

COLUMNS = (
    "seq", "posted_at", "kind", "reference", "memo", "amount_minor", "held_minor", "balance_minor", "asset", "journal",
    "counterparty", "gross_minor", "fee_minor", "net_minor", "order", "items", "fee_rule", "fee_basis_points",
)  # fmt: skip
_OPENED = "1970-01-01"
FEES = "Income:Fees"


def stream_csv(account: Account, since: datetime, until: datetime, *, now: datetime) -> Iterator[str]:
    """
    Yield the CSV lines of a period between its opening and closing balance.

    Amounts are in minor units. A file without its last row, the closing balance, is incomplete.
    """
    period = queries.get_statement_period(account, since, until)
    yield _row(COLUMNS)
    yield _snapshot_row("opening_balance", period.opening, account, since)
    for stated in iterate_statement_lines(period):
        line, rule = stated.movement, stated.rule
        yield _row(
            (
                line.seq,
                clock.to_wire(line.posted_at),
                line.kind,
                escape_spreadsheet_cell(line.reference),
                escape_spreadsheet_cell(line.memo),
                line.delta.amount_minor,
                line.held_delta.amount_minor,
                line.balance_after.amount_minor,
                account.asset,
                line.journal,
                escape_spreadsheet_cell(stated.counterparty),
                stated.gross.amount_minor,
                stated.fee.amount_minor,
                stated.net.amount_minor,
                stated.order,
                escape_spreadsheet_cell(stated.items),
                rule.pk if rule else "",
                rule.basis_points if rule else "",
            )
        )
    yield _snapshot_row("closing_balance", period.closing, account, min(until, now))


def stream_beancount(account: Account, since: datetime, until: datetime, *, now: datetime) -> Iterator[str]:
    """
    Yield an account's period as beancount that can be verified on its own.

    It starts with the opening balance and ends by asserting the closing balance. Days are in the time zone of
    ``since``.
    """
    period, mine, zone = queries.get_statement_period(account, since, until), _name(account), since.tzinfo or UTC
    first, last = since.astimezone(zone).date(), (until - timedelta(microseconds=1)).astimezone(zone).date()
    yield from _head()
    yield f"; Lines {period.opening.seq + 1} to {period.closing.seq}, as of {clock.to_wire(min(until, now))}.\n"
    yield "; Whole only with the balance at its end.\n\n"
    yield f"{_OPENED} open Equity:Opening\n"
    yield f"{_OPENED} open Equity:Others\n"
    yield f"{_OPENED} open {FEES}\n"
    yield f"{_OPENED} open {mine}\n\n"
    before = period.opening.balance
    if before:
        yield f'{first} * "opened with"\n'
        yield _leg(mine, -before, account.asset) + _leg("Equity:Opening", before, account.asset) + "\n"
    for line in iterate_statement_lines(period):
        if line.net:
            # A posting at midnight may belong to the day before by its number: see ``get_statement_period``.
            yield _entry(line, mine, min(line.movement.posted_at.astimezone(zone).date(), last))
    closing = _decimal(-period.closing.balance, account.asset)
    yield f"{last + timedelta(days=1)} balance {mine}  {closing} {account.asset}\n"


def stream_whole_ledger() -> Iterator[str]:
    """Yield every account, every transfer and all closing balances as beancount."""
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


def _snapshot_row(kind: str, standing: BalanceSnapshot, account: Account, at: datetime) -> str:
    values = (standing.seq, clock.to_wire(at), kind, "", "", "", "", standing.balance, account.asset)
    return _row(values + ("",) * (len(COLUMNS) - len(values)))


def _entry(line: StatementLine, mine: str, day: date) -> str:
    movement, asset = line.movement, line.net.asset
    about = {"order": line.order, "fee_rule": str(line.rule.pk) if line.rule else ""}
    metadata = "".join(f'  {name}: "{_quoted(value)}"\n' for name, value in about.items() if value)
    # A wallet is a liability, whose growth is negative in beancount; so is what a merchant is owed.
    legs = _leg(mine, -line.net.amount_minor, asset)
    if line.fee:
        legs += _leg(FEES, -line.fee.amount_minor, asset)
    legs += _leg("Equity:Others", line.gross.amount_minor, asset)
    return f'{day} * "{movement.kind}" "{_quoted(movement.memo)}" ^{movement.journal}\n{metadata}{legs}\n'


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def _leg(name: str, minor: int, asset: str) -> str:
    return f"  {name}  {_decimal(minor, asset)} {asset}\n"


def _name(account: Account) -> str:
    return f"{chart_of_accounts.ACCOUNT_KINDS[account.kind].book}:{account.asset}-{account.public_id}"


def _decimal(minor: int, asset: str) -> str:
    digits = ASSETS[asset].digits
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{digits}d}"


def _row(values: tuple[object, ...]) -> str:
    line = io.StringIO()
    # Spreadsheets that separate cells by semicolons keep a quoted one inside its cell.
    csv.writer(line, quoting=csv.QUOTE_ALL if _has_semicolon(values) else csv.QUOTE_MINIMAL).writerow(values)
    return line.getvalue()


def _has_semicolon(values: tuple[object, ...]) -> bool:
    return any(isinstance(value, str) and ";" in value for value in values)
