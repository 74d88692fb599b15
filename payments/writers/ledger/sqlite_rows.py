"""Writing the rows of posted journals on SQLite."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from payments.models import Request
from payments.writers.ledger.entries import JournalEntry, Posted, PostingResult, Refused
from payments.writers.ledger.sqlite_trial import Trial

_JOURNAL_COLUMNS = "id, public_id, kind, reference, actor_id, reverses_id, memo_hash, event_at, posted_at"


_TRANSFER_COLUMNS = "id, journal_id, line, asset, debit_id, credit_id, amount, phase, pending_id, expires_at"


POSTING_COLUMNS = "account_id, seq, rev, transfer_id, delta, held_delta, balance_after, held_after"


_REQUEST_COLUMNS = "scope, key, content_hash, outcome, code, journal_id, answered_at"


_FACT_COLUMNS = "name, key, payload, published_at, due_at, tries, last_error, parked_at"


def write_journals(
    cursor: Any,
    standing: list[tuple[JournalEntry, Posted]],
    trial: Trial,
    first_versions: dict[int, int],
    moment: str | None,
) -> None:
    at = connection.ops.adapt_datetimefield_value
    insert_rows(
        cursor,
        "journal",
        _JOURNAL_COLUMNS,
        [
            (
                posted.journal_id,
                entry.public_id.hex,
                entry.kind,
                entry.reference,
                entry.actor_id,
                entry.refund.journal_id if entry.refund else None,
                entry.memo_hash,
                at(entry.event_at) if entry.event_at else moment,
                moment,
            )
            for entry, posted in standing
        ],
    )
    insert_rows(cursor, "transfer", _TRANSFER_COLUMNS, trial.transfers)
    for account in trial.accounts.values():
        if account.version > first_versions[account.id]:
            cursor.execute(
                "UPDATE payments_account SET credits = %s, debits = %s, held = %s, version = %s, last_seq = %s"
                " WHERE id = %s",
                [account.credits, account.debits, account.held, account.version, account.seq, account.id],
            )
    insert_rows(cursor, "posting", POSTING_COLUMNS, trial.postings)
    insert_rows(cursor, "inbox", "transfer_id, account_id, amount", trial.inbox)
    insert_rows(cursor, "openhold", "transfer_id, account_id, amount, expires_at", trial.holds)
    for hold_id in trial.resolved:
        cursor.execute("DELETE FROM payments_openhold WHERE transfer_id = %s", [hold_id])
    _write_extras(cursor, standing, moment)


def _write_extras(cursor: Any, standing: list[tuple[JournalEntry, Posted]], moment: str | None) -> None:
    caps = [(posted.journal_id, entry.refund_cap.amount_minor, 0, 0) for entry, posted in standing if entry.refund_cap]
    insert_rows(cursor, "refundable", "journal_id, cap, refunded, refunds", caps)
    memos = [(posted.journal_id, entry.memo_salt, entry.memo) for entry, posted in standing if entry.memo]
    insert_rows(cursor, "memo", "journal_id, salt, text", memos)
    facts = [
        (entry.fact.name, entry.fact.key, json.dumps(entry.fact.payload()), moment, moment, 0, "", None)
        for entry, _posted in standing
        if entry.fact
    ]
    insert_rows(cursor, "fact", _FACT_COLUMNS, facts, app="core")


def write_requests(cursor: Any, taken: dict[tuple[str, str], tuple[str, PostingResult]], moment: str | None) -> None:
    rows = [
        (scope, key, content_hash, Request.Outcome.REFUSED.value, outcome.code, None, moment)
        if isinstance(outcome, Refused)
        else (scope, key, content_hash, Request.Outcome.POSTED.value, "", outcome.journal_id, moment)
        for (scope, key), (content_hash, outcome) in taken.items()
    ]
    insert_rows(cursor, "request", _REQUEST_COLUMNS, rows)


def insert_rows(
    cursor: Any, table: str, columns: str, rows: Sequence[tuple[Any, ...]], *, app: str = "payments"
) -> None:
    if not rows:
        return
    places = ", ".join(["%s"] * (columns.count(",") + 1))
    statement = f"INSERT INTO {app}_{table} ({columns}) VALUES ({places})"  # noqa: S608  # Constant names.
    if len(rows) == 1:
        cursor.execute(statement, rows[0])
    else:
        cursor.executemany(statement, rows)
