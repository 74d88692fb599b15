"""
Three-way matching of one day: the ledger, the bank's history and the bank's statement.

Pure, and streaming: each source comes ordered by reference, so that only what has no counterpart under its reference is
kept in memory, and of that at most ``UNMATCHED_MAX``. All sources reach some days further than the day itself, since
the bank may book later than we did, and each fact belongs to a single day: the statement's if it is there, else the
history's, else the ledger's.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

UNMATCHED_MAX = 10_000
# How many days the bank may book later, over a weekend.
LATE_DAYS_MAX = 3


class Source(StrEnum):
    LEDGER = "ledger"
    HISTORY = "history"
    STATEMENT = "statement"


class BreakKind(StrEnum):
    """The kinds of differences."""

    MISSING_IN_LEDGER = "missing_in_ledger"
    MISSING_AT_BANK = "missing_at_bank"
    MISSING_IN_STATEMENT = "missing_in_statement"
    AMOUNT_DIFFERS = "amount_differs"
    DUPLICATE = "duplicate"
    UNKNOWN_LINE = "unknown_line"
    BALANCE_DIFFERS = "balance_differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One movement as one source has it, in sen; a positive amount came in.

    ``account`` is the number or our reference under which it was paid, which may be empty. ``channel`` is the way of
    paying, as the ledger knows it.
    """

    source: Source
    reference: str
    amount: int
    day: date
    at: datetime
    account: str = ""
    channel: str = ""


@dataclass(slots=True)
class Fact:
    """All that the sources say under one reference; a sum is None where a source says nothing."""

    reference: str
    sums: dict[Source, int] = field(default_factory=dict)
    counts: dict[Source, int] = field(default_factory=dict)
    days: dict[Source, date] = field(default_factory=dict)
    newest: datetime | None = None
    account: str = ""
    channel: str = ""

    def add(self, row: Row) -> None:
        self.sums[row.source] = self.sums.get(row.source, 0) + row.amount
        self.counts[row.source] = self.counts.get(row.source, 0) + 1
        self.days[row.source] = min(self.days.get(row.source, row.day), row.day)
        self.newest = row.at if self.newest is None else max(self.newest, row.at)
        self.account = self.account or row.account
        self.channel = self.channel or row.channel

    @property
    def day(self) -> date:
        return next(self.days[source] for source in reversed(Source) if source in self.days)

    @property
    def ledger(self) -> int | None:
        return self.sums.get(Source.LEDGER)

    @property
    def history(self) -> int | None:
        return self.sums.get(Source.HISTORY)

    @property
    def statement(self) -> int | None:
        return self.sums.get(Source.STATEMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A difference, with what each source says in sen, or None."""

    kind: BreakKind
    reference: str
    ledger: int | None = None
    history: int | None = None
    statement: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The days of which the bank's whole history was read, and those of which there is a statement."""

    history: Collection[date]
    statement: Collection[date]

    def source_of(self, day: date) -> Source | None:
        """Return the source that has the bank's last word on a day, or None if it said nothing yet."""
        if day in self.statement:
            return Source.STATEMENT
        return Source.HISTORY if day in self.history else None


@dataclass(slots=True)
class Outcome:
    """The comparison of a day: rows and sums of each source, how many facts agree, and the differences."""

    counts: dict[Source, int] = field(default_factory=lambda: dict.fromkeys(Source, 0))
    sums: dict[Source, int] = field(default_factory=lambda: dict.fromkeys(Source, 0))
    agreed: int = 0
    findings: list[Finding] = field(default_factory=list)
    # Differences that were not kept, being too many.
    unlisted: int = 0


def reconcile(
    day: date, sources: Iterable[Iterable[Row]], coverage: Coverage, *, judged_until: datetime | None = None
) -> Outcome:
    """
    Compare a day. Each source is ordered by reference, and reaches ``LATE_DAYS_MAX`` days to both sides.

    What is newer than ``judged_until`` may still be on its way between the sources, and is left out.
    """
    outcome, unmatched = Outcome(), _Unmatched()
    for fact in group_by_reference(sources):
        _count(outcome, fact, day)
        if judged_until is not None and fact.newest is not None and fact.newest > judged_until:
            continue
        kind = judge(fact, coverage)
        if kind is None:
            outcome.agreed += fact.day == day and coverage.source_of(day) is not None
        elif not unmatched.keep(fact, kind):
            outcome.unlisted += fact.day == day
    for fact, kind in unmatched.match(coverage):
        if fact.day != day:
            continue
        if kind is None:
            outcome.agreed += 1
        else:
            outcome.findings.append(
                Finding(
                    kind=kind,
                    reference=fact.reference,
                    ledger=fact.ledger,
                    history=fact.history,
                    statement=fact.statement,
                )
            )
    return outcome


def group_by_reference(sources: Iterable[Iterable[Row]]) -> Iterator[Fact]:
    """Yield what all sources say under each reference; each source is ordered by it."""
    merged = heapq.merge(*sources, key=lambda row: row.reference)
    for reference, rows in groupby(merged, key=lambda row: row.reference):
        fact = Fact(reference)
        for row in rows:
            fact.add(row)
        yield fact


def judge(fact: Fact, coverage: Coverage) -> BreakKind | None:
    """Return what is wrong with a fact by itself, or None if all sources that could know it agree."""
    word = coverage.source_of(fact.day)
    if word is None:
        return None
    bank, ledger, history = fact.sums.get(word), fact.ledger, fact.history
    if (bank or 0) == (ledger or 0) and (history is None or history == (ledger or 0)):
        return None
    if fact.counts.get(Source.STATEMENT, 0) > 1:
        return BreakKind.DUPLICATE
    if ledger is None:
        return BreakKind.UNKNOWN_LINE if history is None else BreakKind.MISSING_IN_LEDGER
    if bank is None and history is None:
        return BreakKind.MISSING_AT_BANK
    if bank is None and history == ledger:
        return BreakKind.MISSING_IN_STATEMENT
    return BreakKind.AMOUNT_DIFFERS


class _Unmatched:
    """
    Facts whose sources do not agree under their own reference, to be matched in other ways.

    In this order: two movements of the bank's under one reference of ours that cancel each other out, such as a
    transfer that came back; the same amount for the same account on the same day; one line of the statement that is the
    sum of all payments of a day that came by one way, up to ``LATE_DAYS_MAX`` days before.
    """

    def __init__(self) -> None:
        self._facts: list[tuple[Fact, BreakKind]] = []
        self._matched: set[str] = set()
        # References of returned transfers of which the statement still lacks a line.
        self._expected: set[str] = set()

    def keep(self, fact: Fact, kind: BreakKind) -> bool:
        """Keep a fact; return False if there is no more room."""
        if len(self._facts) >= UNMATCHED_MAX:
            return False
        self._facts.append((fact, kind))
        return True

    def match(self, coverage: Coverage) -> Iterator[tuple[Fact, BreakKind | None]]:
        """Yield every fact with what is wrong with it, or None if it was matched."""
        told = [(fact, coverage.source_of(fact.day) in fact.sums) for fact, _kind in self._facts]
        ours = [fact for fact, is_told in told if fact.ledger and not is_told]
        theirs = [fact for fact, is_told in told if fact.ledger is None and is_told]
        self._cancel_returned([(fact, is_told) for fact, is_told in told if fact.ledger is None])
        self._match_accounts(self._left(ours), self._left(theirs))
        self._match_sums(self._left(ours), self._left(theirs))
        for fact, kind in self._facts:
            if fact.reference in self._expected:
                yield fact, BreakKind.MISSING_IN_STATEMENT
            else:
                yield fact, (None if fact.reference in self._matched else kind)

    def _left(self, facts: list[Fact]) -> list[Fact]:
        gone = self._matched | self._expected
        return [fact for fact in facts if fact.reference not in gone]

    def _cancel_returned(self, theirs: list[tuple[Fact, bool]]) -> None:
        """Match what cancels itself out; each comes with whether the source with the bank's last word has it."""
        by_account: defaultdict[str, list[tuple[Fact, bool]]] = defaultdict(list)
        for fact, is_told in theirs:
            by_account[fact.account].append((fact, is_told))
        for account, facts in by_account.items():
            if account and len(facts) > 1 and sum(_bank_amount(fact) for fact, _is_told in facts) == 0:
                is_whole = all(is_told for _fact, is_told in facts)
                (self._matched if is_whole else self._expected).update(fact.reference for fact, _is_told in facts)

    def _match_accounts(self, ours: list[Fact], theirs: list[Fact]) -> None:
        waiting: defaultdict[tuple[str, int, date], list[Fact]] = defaultdict(list)
        for fact in ours:
            if fact.account:
                waiting[fact.account, fact.ledger or 0, fact.day].append(fact)
        for line in theirs:
            found = waiting.get((line.account, _bank_amount(line), line.day))
            if found:
                self._matched |= {line.reference, found.pop(0).reference}

    def _match_sums(self, ours: list[Fact], theirs: list[Fact]) -> None:
        batches: defaultdict[tuple[date, str], list[Fact]] = defaultdict(list)
        for fact in ours:
            if fact.channel:
                batches[fact.day, fact.channel].append(fact)
        sums = {key: sum(fact.ledger or 0 for fact in facts) for key, facts in batches.items() if len(facts) > 1}
        for line in sorted(theirs, key=lambda fact: (fact.day, fact.reference)):
            earliest = line.day - timedelta(days=LATE_DAYS_MAX)
            fitting = [
                key for key, amount in sums.items() if amount == _bank_amount(line) and earliest <= key[0] <= line.day
            ]
            if fitting:
                nearest = max(fitting)
                del sums[nearest]
                self._matched |= {line.reference, *(fact.reference for fact in batches[nearest])}


def _bank_amount(fact: Fact) -> int:
    return next(fact.sums[source] for source in (Source.STATEMENT, Source.HISTORY) if source in fact.sums)


def _count(outcome: Outcome, fact: Fact, day: date) -> None:
    for source, of_source in fact.days.items():
        if of_source == day:
            outcome.counts[source] += fact.counts[source]
            outcome.sums[source] += fact.sums[source]
