"""Posting on SQLite in plain statements, in the same steps as ``sql/postgres_posting.sql``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from payments.models import ESCROW_PAID, REFUNDS_MAX, Request
from payments.writers.ledger.entries import (
    IdempotencyKey,
    JournalEntry,
    Posted,
    PostingOutcome,
    PostingResult,
    Refused,
    Reused,
    TransferLine,
    collect_accounts,
)
from payments.writers.ledger.sqlite_rows import POSTING_COLUMNS, insert_rows, write_journals, write_requests
from payments.writers.ledger.sqlite_trial import Trial, TrialAccount


def post(entries: Sequence[JournalEntry], *, now: datetime) -> list[PostingOutcome]:
    """Post journals inside the running write transaction."""
    outcomes: list[PostingOutcome] = []
    standing: list[tuple[JournalEntry, Posted]] = []
    taken: dict[tuple[str, str], tuple[str, PostingResult]] = {}
    with connection.cursor() as cursor:
        trial, next_journal = _begin(cursor, entries)
        first_versions = {account.id: account.version for account in trial.accounts.values()}
        for entry in entries:
            outcome = _find_earlier_response(cursor, entry.key, taken)
            if outcome is None:
                outcome = _try_entry(cursor, entry, next_journal, trial)
                taken[entry.key.scope, entry.key.key] = entry.key.content_hash, outcome
                if isinstance(outcome, Posted):
                    standing.append((entry, outcome))
                    next_journal += 1
            outcomes.append(outcome)
        moment = connection.ops.adapt_datetimefield_value(now)
        write_journals(cursor, standing, trial, first_versions, moment)
        write_requests(cursor, taken, moment)
    return [
        _with_changes(entry, outcome, trial, first_versions) for entry, outcome in zip(entries, outcomes, strict=True)
    ]


def find_response(key: IdempotencyKey) -> PostingOutcome | None:
    """Return the response stored under an idempotency key, or None."""
    row = Request.objects.filter(scope=key.scope, key=key.key).values_list(
        "content_hash", "outcome", "code", "journal_id", "journal__public_id"
    ).first()  # fmt: skip
    return _read_response(key, row)


def store_refusal(key: IdempotencyKey, code: str, *, now: datetime) -> bool:
    """Store a refusal inside the running transaction; return False if the key was answered before."""
    if find_response(key) is not None:
        return False
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        write_requests(cursor, {(key.scope, key.key): (key.content_hash, Refused(code))}, moment)
    return True


def roll_up(account_id: int, rows_max: int) -> int:
    """
    Turn at most ``rows_max`` queued credits of an account into postings, and return how many.

    Runs inside the caller's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT transfer_id, amount FROM payments_inbox WHERE account_id = %s ORDER BY transfer_id LIMIT %s",
            [account_id, rows_max],
        )
        waiting = cursor.fetchall()
        if not waiting:
            return 0
        cursor.execute(
            "SELECT credits, debits, held, version, last_seq FROM payments_account WHERE id = %s", [account_id]
        )
        credits_, debits, held, version, seq = cursor.fetchone()
        postings = []
        for number, (transfer_id, amount) in enumerate(waiting, start=1):
            credits_ += amount
            postings.append(
                (account_id, seq + number, version + number, transfer_id, amount, 0, credits_ - debits, held)
            )
        cursor.execute(
            "UPDATE payments_account SET credits = %s, version = %s, last_seq = %s WHERE id = %s",
            [credits_, version + len(waiting), seq + len(waiting), account_id],
        )
        insert_rows(cursor, "posting", POSTING_COLUMNS, postings)
        cursor.executemany("DELETE FROM payments_inbox WHERE transfer_id = %s", [(row[0],) for row in waiting])
    return len(waiting)


# Steps 1 and 2: the idempotency keys and the accounts.

_ACCOUNT = "id, asset, status, queued_credit, floor, ceiling, credits, debits, held, version, last_seq"


def _begin(cursor: Any, entries: Sequence[JournalEntry]) -> tuple[Trial, int]:
    ids, _debited = collect_accounts(entries)
    places = ", ".join(["%s"] * len(ids))
    cursor.execute(
        f"SELECT {_ACCOUNT} FROM payments_account WHERE id IN ({places})",  # noqa: S608  # Placeholders only.
        ids,
    )
    accounts = {row[0]: TrialAccount(*row) for row in cursor.fetchall()}
    absent = [account_id for account_id in ids if account_id not in accounts]
    if absent:
        raise LookupError(f"there is no account with id {absent[0]}")
    cursor.execute(
        "SELECT (SELECT coalesce(max(id), 0) FROM payments_journal),"
        " (SELECT coalesce(max(id), 0) FROM payments_transfer)"
    )
    journal_id, transfer_id = cursor.fetchone()
    return Trial(accounts, transfer_id + 1), journal_id + 1


def _find_earlier_response(
    cursor: Any, key: IdempotencyKey, taken: dict[tuple[str, str], tuple[str, PostingResult]]
) -> PostingOutcome | None:
    if (key.scope, key.key) in taken:
        content_hash, outcome = taken[key.scope, key.key]
        if content_hash != key.content_hash:
            return Reused()
        return replace(outcome, replayed=True)
    cursor.execute(
        "SELECT r.content_hash, r.outcome, r.code, r.journal_id, j.public_id FROM payments_request r"
        " LEFT JOIN payments_journal j ON j.id = r.journal_id WHERE r.scope = %s AND r.key = %s",
        [key.scope, key.key],
    )
    return _read_response(key, cursor.fetchone())


def _read_response(key: IdempotencyKey, row: tuple[Any, ...] | None) -> PostingOutcome | None:
    if row is None:
        return None
    content_hash, outcome, code, journal_id, public_id = row
    if content_hash != key.content_hash:
        return Reused()
    if outcome == Request.Outcome.REFUSED:
        return Refused(code, replayed=True)
    return Posted(journal_id, public_id if isinstance(public_id, UUID) else UUID(public_id), replayed=True)


# Step 3: the trial.


def _try_entry(cursor: Any, entry: JournalEntry, journal_id: int, trial: Trial) -> Posted | Refused:
    tried = trial.copy({account_id for line in entry.lines for account_id in (line.debit_id, line.credit_id)})
    pays = entry.reference if entry.kind == ESCROW_PAID else ""
    if pays and (pays in trial.paid or _is_paid(cursor, pays)):
        return Refused("payments.already_paid")
    for number, line in enumerate(entry.lines, start=1):
        code = _try_line(cursor, line, journal_id, number, tried)
        if code:
            return Refused(code)
    if entry.refund:
        amount = entry.refund.amount.amount_minor
        cursor.execute(
            "UPDATE payments_refundable SET refunded = refunded + %s, refunds = refunds + 1"
            " WHERE journal_id = %s AND refunded + %s <= cap AND refunds < %s",
            [amount, entry.refund.journal_id, amount, REFUNDS_MAX],
        )
        if cursor.rowcount == 0:
            return Refused("payments.refund_exceeds")
    trial.take(tried)
    if pays:
        trial.paid.add(pays)
    return Posted(journal_id, entry.public_id)


def _is_paid(cursor: Any, reference: str) -> bool:
    cursor.execute(
        # The second condition lets SQLite use the partial index.
        "SELECT 1 FROM payments_journal WHERE reference = %s AND reference <> '' AND kind = %s",
        [reference, ESCROW_PAID],
    )
    return cursor.fetchone() is not None


def _try_line(cursor: Any, line: TransferLine, journal_id: int, number: int, tried: Trial) -> str:
    debit, credit, amount = tried.accounts[line.debit_id], tried.accounts[line.credit_id], line.amount.amount_minor
    held = 0
    if line.amount.asset != debit.asset or line.amount.asset != credit.asset:
        return "payments.asset_mismatch"
    if debit is credit:
        return "payments.to_oneself"
    if line.phase != "void" and (debit.status != "open" or credit.status != "open"):
        return "payments.account_not_open"
    if line.pending_id is not None:
        found = _held_amount(cursor, line)
        if found is None or line.pending_id in tried.resolved:
            return "payments.hold_resolved"
        if amount > found:
            return "payments.capture_exceeds_hold"
        held = found
    if line.phase != "void":
        available = debit.credits - debit.debits - debit.held + held - amount
        if debit.floor is not None and available < debit.floor:
            return "payments.insufficient_funds"
        if (
            line.phase != "hold"
            and credit.ceiling is not None
            and credit.credits - credit.debits + amount > credit.ceiling
        ):
            return "payments.ceiling_exceeded"
    _apply(line, debit, credit, held, journal_id, number, tried)
    return ""


def _held_amount(cursor: Any, line: TransferLine) -> int | None:
    cursor.execute(
        "SELECT o.amount FROM payments_openhold o JOIN payments_transfer t ON t.id = o.transfer_id"
        " WHERE o.transfer_id = %s AND t.debit_id = %s AND t.credit_id = %s",
        [line.pending_id, line.debit_id, line.credit_id],
    )
    row = cursor.fetchone()
    return row[0] if row else None


def _apply(
    line: TransferLine, debit: TrialAccount, credit: TrialAccount, held: int, journal_id: int, number: int, tried: Trial
) -> None:
    amount, transfer_id = line.amount.amount_minor, tried.next_transfer
    tried.next_transfer += 1
    expires_at = connection.ops.adapt_datetimefield_value(line.expires_at)
    tried.transfers.append(
        (
            transfer_id, journal_id, number, line.amount.asset, debit.id, credit.id, amount, line.phase,
            line.pending_id,             expires_at,
        )
    )  # fmt: skip
    if line.phase == "hold":
        debit.held += amount
        tried.holds.append((transfer_id, debit.id, amount, expires_at))
        _posting(tried, debit, transfer_id, delta=0, held_delta=amount)
        return
    debit.debits += amount
    debit.held -= held
    if line.pending_id is not None:
        tried.resolved.append(line.pending_id)
    _posting(tried, debit, transfer_id, delta=-amount, held_delta=-held)
    if line.phase == "void":
        return
    if credit.queued:
        tried.inbox.append((transfer_id, credit.id, amount))
    else:
        credit.credits += amount
        _posting(tried, credit, transfer_id, delta=amount, held_delta=0)


def _posting(tried: Trial, account: TrialAccount, transfer_id: int, *, delta: int, held_delta: int) -> None:
    account.seq += 1
    account.version += 1
    balance = account.credits - account.debits
    tried.postings.append(
        (account.id, account.seq, account.version, transfer_id, delta, held_delta, balance, account.held)
    )


def _with_changes(
    entry: JournalEntry, outcome: PostingOutcome, trial: Trial, first_versions: dict[int, int]
) -> PostingOutcome:
    if not isinstance(outcome, Posted) or outcome.replayed:
        return outcome
    touched = dict.fromkeys(account for line in entry.lines for account in (line.debit_id, line.credit_id))
    changed = [trial.accounts[account_id] for account_id in touched]
    return replace(
        outcome, changes=tuple(account.change for account in changed if account.version > first_versions[account.id])
    )
