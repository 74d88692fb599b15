"""
Periodic tasks that ask couriers where parcels are, each courier in a job of its own.

A courier that is silent costs its own job three waits and then one at a time, ever further apart, and the other
couriers nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric

from shop.actions import tracking
from shop.adapters import connected_couriers
from shop.adapters.couriers import CourierSilent
from shop.models import TrackedParcel
from shop.queries import tracking as rows
from superapp.core import clock, jobs, metrics
from superapp.core.scheduler import every, run_each

TURN_JOB = "shop.ask_courier"
TURN_LEASE = timedelta(minutes=3)
# What one courier may cost in one turn.
PARCELS_PER_TURN, TURN_SECONDS_MAX = 100, 60
# So many parcels in a row without an answer, and the courier is taken to be away.
SILENCES_PER_TURN = 3
UNTRACKED_PER_RUN = 200

log = structlog.get_logger(__name__)
questions = Counter(
    "nusa_courier_questions", "Questions to couriers about parcels, by outcome.", ["courier", "outcome"]
)


@every(seconds=5)
def begin_turns(now: datetime) -> int:
    """Start a job for each courier that is to be asked about parcels now."""
    return run_each(connected_couriers.list_connected(), lambda courier: _begin_turn(courier, now))


def _begin_turn(courier: str, now: datetime) -> int:
    if not rows.list_due_parcels(courier, now, limit=1) and not rows.list_silent([courier]):
        return 0
    with transaction.atomic():
        if not tracking.take_turn(courier, now=now, lease=TURN_LEASE):
            return 0
        jobs.start(TURN_JOB, owner_id=None, arguments={"courier": courier}, now=now)
    return 1


@jobs.register_handler(TURN_JOB)
def run_turn(run: jobs.JobRun, *, courier: str) -> None:
    """Ask a courier about the parcels that are due, one after the other, for as long as it answers."""
    del run
    if not connected_couriers.is_connected(courier):
        return
    turn = _Turn(courier, began_at=clock.now(), is_probe=bool(rows.list_silent([courier])))
    run_each(turn.parcels(), turn.ask)
    turn.end()


@dataclass(slots=True)
class _Turn:
    """One turn of a courier. While it is silent, a turn is a single question."""

    courier: str
    began_at: datetime
    is_probe: bool
    answers: int = 0
    silences: int = 0
    in_a_row: int = 0
    error: str = ""
    is_full: bool = False

    def parcels(self) -> Iterator[TrackedParcel]:
        limit = 1 if self.is_probe else PARCELS_PER_TURN
        due = rows.list_due_parcels(self.courier, self.began_at, limit=limit)
        if self.is_probe:
            due = due or rows.list_parcels_to_probe(self.courier)
        self.is_full = len(due) == PARCELS_PER_TURN
        for parcel in due:
            if self.in_a_row >= SILENCES_PER_TURN or self._is_over():
                return
            yield parcel

    def ask(self, parcel: TrackedParcel) -> int:
        try:
            was_asked = tracking.ask_about_parcel(parcel, connected_couriers.get_courier(self.courier), now=clock.now())
        except CourierSilent as error:
            self.silences, self.in_a_row, self.error = self.silences + 1, self.in_a_row + 1, str(error)
            questions.labels(self.courier, "silent").inc()
            log.warning("courier_silent", courier=self.courier, parcel=parcel.pk, error=str(error))
            return 0
        if was_asked:
            self.answers, self.in_a_row = self.answers + 1, 0
            questions.labels(self.courier, "answered").inc()
        return int(was_asked)

    def end(self) -> None:
        now = clock.now()
        if self.answers:
            tracking.note_answer(self.courier, now=now)
        elif self.silences:
            tracking.note_silence(self.courier, self.error, now=now)
        tracking.end_turn(self.courier, has_more=self.is_full and self.answers > 0, now=now)

    def _is_over(self) -> bool:
        return (clock.now() - self.began_at).total_seconds() > TURN_SECONDS_MAX


@every(seconds=60)
def pause_completion_of_silent_couriers(now: datetime) -> int:
    """Stop the timers of delivered orders whose courier does not answer, for as long as that lasts."""
    silent = rows.list_silent(connected_couriers.list_connected())
    return run_each(silent, lambda health: int(tracking.pause_completion(health.courier, now=now) > timedelta(0)))


@every(seconds=600)
def track_what_is_untracked(now: datetime) -> int:
    """Begin to track parcels that were sent before their courier was connected."""
    connected = connected_couriers.list_connected()
    untracked = rows.list_untracked_parcels(connected, limit=UNTRACKED_PER_RUN) if connected else []
    return run_each(untracked, lambda parcel: tracking.begin_tracking(*parcel, now=now))


@metrics.database_metric
def count_silent_couriers() -> Iterator[Metric]:
    """Say since when each connected courier gives no answer."""
    family = GaugeMetricFamily(
        "nusa_courier_silent_since_timestamp_seconds",
        "Since when a courier gives no answer; 0 while it does.",
        labels=["courier"],
    )
    connected = connected_couriers.list_connected()
    silent = {health.courier: health.silent_since for health in rows.list_silent(connected)}
    for courier in connected:
        since = silent.get(courier)
        family.add_metric([courier], since.timestamp() if since else 0)
    yield family
