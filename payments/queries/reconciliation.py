"""Queries of reconciliation: what each source says, ordered by reference, and what differs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Min, QuerySet, Sum
from django.db.models.functions import Collate

from payments.domain.purposes import resolve_purposes
from payments.domain.reconciliation import LATE_DAYS_MAX, Coverage, Row, Source
from payments.domain.statement_csv import BANK_TIME_ZONE
from payments.errors import BreakNotFound
from payments.models import (
    BankMovement,
    BankPosting,
    IncomingPayment,
    ReconciledDay,
    ReconciliationBreak,
    StatementFile,
    StatementLine,
    Withdrawal,
)

# What has no reference of the bank is ordered behind what has one, by our own.
OURS = "~"
DAYS_SHOWN_MAX = 31
BREAKS_SHOWN_MAX = 200


def day_of(moment: datetime) -> date:
    """Return the day of a moment at the bank."""
    return moment.astimezone(BANK_TIME_ZONE).date()


def day_begins(day: date) -> datetime:
    return datetime.combine(day, time(), BANK_TIME_ZONE)


def get_coverage(day: date) -> Coverage:
    """Return what is there of the bank's word on this day and those around it."""
    since, until = _reach(day)
    read = ReconciledDay.objects.filter(day__gte=since, day__lte=until, history_read_at__isnull=False)
    return Coverage(
        history=set(read.values_list("day", flat=True)),
        statement=set(StatementFile.objects.filter(day__gte=since, day__lte=until).values_list("day", flat=True)),
    )


def stream_sources(day: date) -> list[Iterator[Row]]:
    """Return the rows of ledger, history and statement on this day and those around it, each ordered by reference."""
    since, until = _reach(day)
    first, end = day_begins(since), day_begins(until + timedelta(days=1))
    return [*_stream_ledger(first, end), _stream_history(first, end), _stream_statement(since, until)]


def _stream_ledger(first: datetime, end: datetime) -> list[Iterator[Row]]:
    incoming = IncomingPayment.objects.filter(paid_at__gte=first, paid_at__lt=end).annotate(
        method=F("charge__method"), key=_bytewise("bank_reference")
    )
    sent = Withdrawal.objects.filter(
        state=Withdrawal.State.DONE, submitted_at__gte=first, submitted_at__lt=end
    ).annotate(key=_bytewise("bank_reference"), own=_bytewise("partner_reference"))
    posted = BankPosting.objects.filter(at__gte=first, at__lt=end).annotate(key=_bytewise("bank_reference"))
    return [
        (
            _ledger_row(row.bank_reference, row.amount, row.paid_at, account=row.paid_to, channel=row.method or "va")
            for row in incoming.order_by("key").iterator()
        ),
        (
            _ledger_row(row.bank_reference, -row.amount, _sent_at(row), account=row.partner_reference)
            for row in sent.exclude(bank_reference="").order_by("key").iterator()
        ),
        (
            _ledger_row(OURS + row.partner_reference, -row.amount, _sent_at(row), account=row.partner_reference)
            for row in sent.filter(bank_reference="").order_by("own").iterator()
        ),
        (_ledger_row(row.bank_reference, row.amount, row.at) for row in posted.order_by("key").iterator()),
    ]


def _stream_history(first: datetime, end: datetime) -> Iterator[Row]:
    rows = BankMovement.objects.filter(at__gte=first, at__lt=end).annotate(key=_bytewise("reference")).order_by("key")
    for row in rows.iterator():
        yield Row(
            source=Source.HISTORY,
            reference=row.reference,
            amount=row.amount,
            day=day_of(row.at),
            at=row.at,
            account=row.virtual_account or row.partner_reference,
        )


def _stream_statement(since: date, until: date) -> Iterator[Row]:
    rows = StatementLine.objects.filter(file_id__in=_newest_files(since, until)).annotate(
        key=_bytewise("reference"), file_day=F("file__day")
    )
    for row in rows.order_by("key").iterator():
        yield Row(
            source=Source.STATEMENT,
            reference=row.reference,
            amount=row.amount,
            day=row.file_day,
            at=row.at,
            account=row.partner_reference,
        )


def _ledger_row(reference: str, amount: int, at: datetime, *, account: str = "", channel: str = "") -> Row:
    return Row(
        source=Source.LEDGER,
        reference=reference,
        amount=amount,
        day=day_of(at),
        at=at,
        account=account,
        channel=channel,
    )


def _sent_at(row: Withdrawal) -> datetime:
    return row.submitted_at or row.created_at


def _newest_files(since: date, until: date) -> list[int]:
    newest = StatementFile.objects.filter(day__gte=since, day__lte=until).values("day").annotate(newest=Max("pk"))
    return list(newest.order_by("day").values_list("newest", flat=True))


def _reach(day: date) -> tuple[date, date]:
    return day - timedelta(days=LATE_DAYS_MAX), day + timedelta(days=LATE_DAYS_MAX)


def _bytewise(field: str) -> Any:
    """Order as Python compares text, by code points, whatever the language of the database."""
    return Collate(F(field), "C") if connection.vendor == "postgresql" else F(field)


def find_statement(day: date) -> StatementFile | None:
    """Return the statement of a day that counts, or None."""
    return StatementFile.objects.filter(day=day).order_by("-pk").first()


def find_statement_before(day: date) -> StatementFile | None:
    """Return the newest statement of the last earlier day that has lines, or None."""
    return StatementFile.objects.filter(day__lt=day, lines_count__gt=0).order_by("-day", "-pk").first()


def sum_statement(file: StatementFile) -> int:
    return StatementLine.objects.filter(file=file).aggregate(all=Sum("amount"))["all"] or 0


def find_line(reference: str) -> StatementLine | None:
    """Return the newest line of a statement with this reference, or None."""
    return StatementLine.objects.filter(reference=reference).select_related("file").order_by("-pk").first()


def find_movement(reference: str) -> BankMovement | None:
    """Return the newest movement of the bank's history with this reference, or None."""
    return BankMovement.objects.filter(reference=reference).order_by("-pk").first()


def is_posted(reference: str) -> bool:
    """Return whether the ledger has a movement under this reference of the bank's."""
    return (
        BankPosting.objects.filter(bank_reference=reference).exists()
        or IncomingPayment.objects.filter(bank_reference=reference).exists()
        or Withdrawal.objects.filter(bank_reference=reference, state=Withdrawal.State.DONE).exists()
    )


def fetch_payout_merchants(references: Collection[str]) -> dict[str, str]:
    """
    Return the names of the merchants whose payouts went out, or came back, under these references.

    A payout is found by the bank's reference; or by ours, which stands in the reference where the bank gave none, or
    in what the bank told beside its own. Other references are left out. A merchant without a name is called by its
    reference.
    """
    ours = {one: one.removeprefix(OURS) for one in references if one.startswith(OURS)} | _find_told_ours(references)
    found = Withdrawal.objects.exclude(merchant="")
    by_bank = dict(found.filter(bank_reference__in=references).values_list("bank_reference", "merchant"))
    by_ours = dict(found.filter(partner_reference__in=ours.values()).values_list("partner_reference", "merchant"))
    merchants = by_bank | {reference: by_ours[own] for reference, own in ours.items() if own in by_ours}
    names = resolve_purposes(merchants.values())
    return {
        reference: names[merchant].name if merchant in names else merchant for reference, merchant in merchants.items()
    }


def _find_told_ours(references: Collection[str]) -> dict[str, str]:
    """Return our own references that the bank told beside its own: a payout that came back is known by nothing else."""
    told: dict[str, str] = {}
    for model in (BankMovement, StatementLine):
        rows = model.objects.filter(reference__in=references).exclude(partner_reference="")
        told |= dict(rows.values_list("reference", "partner_reference"))
    return told


def lock_open_break(reference: str) -> ReconciliationBreak | None:
    """Lock and return the open break about this reference, or None."""
    return _lock_breaks().filter(reference=reference).first()


def lock_break(break_id: int) -> ReconciliationBreak:
    """
    Lock an open break.

    :raises BreakNotFound: if there is none of this id, or it is closed
    """
    found = _lock_breaks().filter(pk=break_id).first()
    if found is None:
        raise BreakNotFound
    return found


def get_break(break_id: int) -> ReconciliationBreak:
    """
    Return a break, open or closed.

    :raises BreakNotFound: if there is none of this id
    """
    rows = ReconciliationBreak.objects.select_related("owner", "maker", "checker", "journal")
    found = rows.filter(pk=break_id).first()
    if found is None:
        raise BreakNotFound
    return found


def get_open_break(break_id: int) -> ReconciliationBreak:
    """
    Return an open break.

    :raises BreakNotFound: if there is none of this id, or it is closed
    """
    found = get_break(break_id)
    if found.state != ReconciliationBreak.State.OPEN:
        raise BreakNotFound
    return found


def _lock_breaks() -> QuerySet[ReconciliationBreak]:
    return ReconciliationBreak.objects.select_for_update(no_key=True).filter(state=ReconciliationBreak.State.OPEN)


def list_open_breaks() -> list[ReconciliationBreak]:
    """Return the open breaks, oldest first, at most ``BREAKS_SHOWN_MAX``."""
    rows = ReconciliationBreak.objects.filter(state=ReconciliationBreak.State.OPEN).select_related("owner")
    return list(rows.order_by("found_at", "pk")[:BREAKS_SHOWN_MAX])


def list_breaks_of(day: date) -> list[ReconciliationBreak]:
    """Return the breaks of a day, open ones first, at most ``BREAKS_SHOWN_MAX``."""
    rows = ReconciliationBreak.objects.filter(day=day).select_related("owner", "maker", "checker", "journal")
    return list(rows.order_by(F("closed_at").desc(nulls_first=True), "pk")[:BREAKS_SHOWN_MAX])


def count_open_breaks() -> tuple[int, datetime | None]:
    """Return how many breaks are open, and since when the oldest one is."""
    counted = ReconciliationBreak.objects.filter(state=ReconciliationBreak.State.OPEN).aggregate(
        all=Count("pk"), oldest=Min("found_at")
    )
    return counted["all"], counted["oldest"]


def list_days() -> list[ReconciledDay]:
    """Return the compared days, newest first, at most ``DAYS_SHOWN_MAX``."""
    return list(ReconciledDay.objects.filter(ran_at__isnull=False).order_by("-day")[:DAYS_SHOWN_MAX])


def list_breaks_before(moment: datetime) -> list[ReconciliationBreak]:
    """Return the open breaks that were found before this moment, oldest first, at most ``BREAKS_SHOWN_MAX``."""
    rows = ReconciliationBreak.objects.filter(state=ReconciliationBreak.State.OPEN, found_at__lt=moment)
    return list(rows.order_by("found_at", "pk")[:BREAKS_SHOWN_MAX])


def list_days_with_breaks(since: date) -> list[date]:
    """Return the days since this one that have open breaks, oldest first."""
    rows = ReconciliationBreak.objects.filter(state=ReconciliationBreak.State.OPEN, day__gte=since)
    return list(rows.order_by("day").values_list("day", flat=True).distinct())


def count_open_breaks_by_day() -> dict[date, int]:
    """Return how many breaks are open, by their day."""
    rows = ReconciliationBreak.objects.filter(state=ReconciliationBreak.State.OPEN).values_list("day")
    return dict(rows.annotate(all=Count("pk")).order_by("day"))


def find_day(day: date) -> ReconciledDay | None:
    """Return a day that was compared, or None."""
    return ReconciledDay.objects.filter(day=day, ran_at__isnull=False).first()
