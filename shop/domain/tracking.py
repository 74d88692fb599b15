"""Rules about what a courier says of a parcel: when it counts, and when it is asked again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.domain.courier_codes import ParcelStep

# Clocks of couriers differ from ours by so much at most. What is told from further ahead does not count yet.
CLOCKS_DIFFER_MAX = timedelta(minutes=15)
# Until then a number that the courier does not know is taken for one that it has not scanned yet.
SCANNED_WITHIN = timedelta(hours=24)
# A courier that has been silent for so long stops the timers of its delivered orders, and for how long at most.
PAUSE_AFTER = timedelta(minutes=30)
PAUSE_MAX = timedelta(days=7)
# How long until a courier is asked about a parcel again, by what is known of it.
ASK_NOT_SCANNED, ASK_NOT_FOUND = timedelta(minutes=30), timedelta(hours=3)
ASK_UNDERWAY, ASK_AT_THE_DOOR, ASK_ENDED = timedelta(hours=2), timedelta(minutes=20), timedelta(hours=12)
ASK_AFTER_FAILURE, ASK_AFTER_FAILURES_MAX = timedelta(minutes=5), timedelta(hours=2)
# How long until a courier is tried again: at once while it answers, later each time while it does not.
COURIER_TURN, SILENT_TURN, SILENT_TURN_MAX = timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=15)
NOT_WITH_THE_BUYER = frozenset({ParcelStep.RETURNING, ParcelStep.RETURNED, ParcelStep.LOST})
ENDED = frozenset({ParcelStep.DELIVERED, ParcelStep.RETURNED, ParcelStep.LOST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One thing that a courier says of a parcel; ``step`` is None where its code is not known."""

    number: int
    code: str
    step: ParcelStep | None
    text: str
    place: str
    happened_at: datetime
    received_at: datetime


def sort_scans(scans: Iterable[Scan], *, since: datetime) -> list[Scan]:
    """
    Return what a courier says of this parcel, oldest first; what happened before ``since`` is about another parcel.

    Couriers use their numbers again.
    """
    ours = (scan for scan in scans if scan.happened_at >= since - CLOCKS_DIFFER_MAX)
    return sorted(ours, key=lambda scan: (scan.happened_at, scan.number))


def find_delivery(scans: Sequence[Scan], *, now: datetime) -> Scan | None:
    """
    Return the scan by which a parcel was delivered to its buyer; None if the courier does not say that.

    Nothing counts that has not happened yet, and no delivery of a parcel that is also said to be sent back or lost:
    then it was delivered to its sender, or the courier contradicts itself, and a person looks.
    """
    if is_contradicted(scans, now=now):
        return None
    happened = (scan for scan in scans if scan.happened_at <= now + CLOCKS_DIFFER_MAX)
    return next((scan for scan in happened if scan.step == ParcelStep.DELIVERED), None)


def is_contradicted(scans: Sequence[Scan], *, now: datetime) -> bool:
    """Return whether the courier says anywhere that a parcel goes back to its sender or is lost."""
    return any(scan.step in NOT_WITH_THE_BUYER for scan in scans if scan.happened_at <= now + CLOCKS_DIFFER_MAX)


def next_question(scans: Sequence[Scan], *, is_known: bool, named_at: datetime, now: datetime) -> timedelta:
    """Return how long until the courier is asked about a parcel again, after it answered."""
    if not is_known:
        return ASK_NOT_SCANNED if now < named_at + SCANNED_WITHIN else ASK_NOT_FOUND
    step = scans[-1].step if scans else None
    if step in ENDED:
        return ASK_ENDED
    return ASK_AT_THE_DOOR if step == ParcelStep.OUT_FOR_DELIVERY else ASK_UNDERWAY


def question_after_failures(failures: int) -> timedelta:
    """Return how long until the courier is asked about a parcel again, after it gave no answer so many times."""
    return min(ASK_AFTER_FAILURE * (1 << min(failures - 1, 10)), ASK_AFTER_FAILURES_MAX)


def turn_after_failures(failures: int) -> timedelta:
    """Return how long until a courier is tried again that gave no answer at so many turns."""
    return min(SILENT_TURN * (1 << min(failures - 1, 10)), SILENT_TURN_MAX) if failures else COURIER_TURN
