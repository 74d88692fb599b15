"""Comparing a day of the ledger with the bank's history and its statement, and keeping what differs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from payments import queries
from payments.domain.reconciliation import BreakKind, Finding, Outcome, Source, reconcile
from payments.models import ReconciledDay, ReconciliationBreak
from payments.queries import reconciliation as rows
from superapp.core import clock
from superapp.core.invariants import read_snapshot

# What is newer may still be on its way from one side to the other.
ON_ITS_WAY = timedelta(minutes=15)


def reconcile_day(day: date, *, now: datetime) -> ReconciledDay:
    """
    Compare a day with what is there of the bank's word, and return its counts and sums; repeated, nothing is doubled.

    A new difference becomes an open break. One that is not found any more is cleared, with what has come since as the
    evidence. One that two operators have explained stays closed while it stays the same.
    """
    with read_snapshot():
        coverage = rows.get_coverage(day)
        outcome = reconcile(day, rows.stream_sources(day), coverage, judged_until=now - ON_ITS_WAY)
        balance = _check_balance(day)
    findings = [*outcome.findings, balance] if balance else outcome.findings
    for finding in findings:
        _keep(finding, day, now)
    if coverage.source_of(day) is not None and not outcome.unlisted:
        _clear_unseen(day, now)
    return _store(day, outcome, has_history=day in coverage.history, has_statement=day in coverage.statement, now=now)


def take_break(break_id: int, *, owner_id: int | None) -> None:
    """
    Make an operator the owner of an open break, or nobody.

    :raises OperatorsOnly: if this person is none
    :raises BreakNotFound: if it is not open
    """
    if owner_id is not None:
        queries.require_operator(owner_id)
    with transaction.atomic():
        row = rows.lock_break(break_id)
        row.owner_id = owner_id
        row.save(update_fields=["owner"])


def _check_balance(day: date) -> Finding | None:
    """Return the difference between a statement's closing balance and what its lines add up to, if there is one."""
    file = rows.find_statement(day)
    if file is None or file.opening is None or file.closing is None:
        return None
    before = rows.find_statement_before(day)
    opening = before.closing if before is not None and before.day == day - timedelta(days=1) else file.opening
    expected = (opening or 0) + rows.sum_statement(file)
    if expected == file.closing:
        return None
    return Finding(
        kind=BreakKind.BALANCE_DIFFERS,
        reference=f"balance:{day.isoformat()}",
        ledger=expected,
        statement=file.closing,
    )


def _keep(finding: Finding, day: date, now: datetime) -> None:
    """Store a finding as an open break, unless it is one, or was explained."""
    amounts = {
        "ledger_amount": finding.ledger,
        "history_amount": finding.history,
        "statement_amount": finding.statement,
    }
    same = {"kind": finding.kind.value, "day": day, **amounts}
    owner_id = None
    with transaction.atomic():
        before = rows.lock_open_break(finding.reference)
        if before is not None:
            owner_id = before.owner_id
            if all(getattr(before, name) == value for name, value in same.items()):
                before.seen_at = max(before.seen_at, now)
                before.save(update_fields=["seen_at"])
                return
            _clear(before, f"changed:{clock.to_wire(now)}", now)
        explained = ReconciliationBreak.objects.filter(
            reference=finding.reference, state=ReconciliationBreak.State.EXPLAINED, **same
        )
        if explained.exists():
            return
        try:
            with transaction.atomic():
                ReconciliationBreak.objects.create(
                    reference=finding.reference, found_at=now, seen_at=now, owner_id=owner_id, **same
                )
        except IntegrityError:  # Another run found it at the same moment.
            return


def _clear_unseen(day: date, now: datetime) -> None:
    """Clear the open breaks of a day that this run did not find, with the evidence."""
    gone = ReconciliationBreak.objects.filter(day=day, state=ReconciliationBreak.State.OPEN, seen_at__lt=now)
    for reference in gone.order_by("pk").values_list("reference", flat=True):
        with transaction.atomic():
            row = rows.lock_open_break(reference)
            if row is not None and row.seen_at < now:
                _clear(row, _find_evidence(reference), now)


def _clear(row: ReconciliationBreak, evidence: str, now: datetime) -> None:
    row.state, row.closed_at, row.note = ReconciliationBreak.State.CLEARED, now, evidence
    row.save(update_fields=["state", "closed_at", "note"])


def _find_evidence(reference: str) -> str:
    """Return by what a break went away: ``statement:2027-03-01:12``, ``history:`` and when, or that nobody tells it."""
    line = rows.find_line(reference)
    if line is not None:
        return f"statement:{line.file.day.isoformat()}:{line.number}"
    movement = rows.find_movement(reference)
    return f"history:{clock.to_wire(movement.read_at)}" if movement is not None else "no_longer_told"


def _store(day: date, outcome: Outcome, *, has_history: bool, has_statement: bool, now: datetime) -> ReconciledDay:
    counts, sums = outcome.counts, outcome.sums
    row, _is_new = ReconciledDay.objects.update_or_create(
        day=day,
        defaults={
            "ran_at": now,
            "ledger_count": counts[Source.LEDGER],
            "ledger_sum": sums[Source.LEDGER],
            "history_count": counts[Source.HISTORY] if has_history else None,
            "history_sum": sums[Source.HISTORY] if has_history else None,
            "statement_count": counts[Source.STATEMENT] if has_statement else None,
            "statement_sum": sums[Source.STATEMENT] if has_statement else None,
            "agreed_count": outcome.agreed,
            "unlisted_count": outcome.unlisted,
        },
    )
    return row
