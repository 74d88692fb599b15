"""Reads of scheduled transfers. Only the person who pays sees them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet

from peer_payments.errors import ScheduleNotFound
from peer_payments.models import Occurrence, Schedule

LISTED_MAX = 50
AT_ONCE_MAX = 100
NOT_ENDED = (Schedule.State.ACTIVE, Schedule.State.PAUSED)


def get_schedule(sender_id: int, schedule: UUID) -> Schedule:
    """
    Return a person's scheduled transfer, with ``receiver`` loaded.

    :raises ScheduleNotFound: if there is none
    """
    return _get(Schedule.objects.select_related("receiver"), sender_id, schedule)


def lock_schedule(sender_id: int, schedule: UUID) -> Schedule:
    """
    Lock and return a person's scheduled transfer.

    :raises ScheduleNotFound: if there is none
    """
    return _get(Schedule.objects.select_for_update(of=("self",)), sender_id, schedule)


def list_schedules(sender_id: int) -> list[Schedule]:
    """Return a person's scheduled transfers, newest first, at most ``LISTED_MAX``, with ``receiver`` loaded."""
    return list(Schedule.objects.filter(sender_id=sender_id).select_related("receiver").order_by("-id")[:LISTED_MAX])


def list_occurrences(schedule: Schedule) -> list[Occurrence]:
    """Return the latest transfers of a schedule, newest first."""
    return list(Occurrence.objects.filter(schedule=schedule).order_by("-due_on")[:LISTED_MAX])


def find_made_schedule(sender_id: int, idempotency_key: str) -> Schedule | None:
    """Return the schedule that a person made under this key, or None."""
    return Schedule.objects.filter(sender_id=sender_id, idempotency_key=idempotency_key).first()


def count_not_ended(sender_id: int) -> int:
    """Return how many schedules of a person have not ended."""
    return Schedule.objects.filter(sender_id=sender_id, state__in=NOT_ENDED).count()


def list_due(now: datetime) -> list[int]:
    """Return the ids of schedules of which a transfer is due, or is to be tried again, the oldest first."""
    due = Schedule.objects.filter(state=Schedule.State.ACTIVE, next_at__lte=now).order_by("next_at")
    again = Occurrence.objects.filter(state=Occurrence.State.PENDING, retry_at__lte=now).order_by("retry_at")
    ids = [*due.values_list("pk", flat=True)[:AT_ONCE_MAX], *again.values_list("schedule_id", flat=True)[:AT_ONCE_MAX]]
    return list(dict.fromkeys(ids))


def lock_due(schedule_id: int) -> Schedule | None:
    """Lock and return a schedule, or None while another process has it."""
    skips = connection.features.has_select_for_update_skip_locked
    return Schedule.objects.select_for_update(of=("self",), skip_locked=skips).filter(pk=schedule_id).first()


def find_pending(schedule: Schedule) -> Occurrence | None:
    """Return the transfer of a schedule that is to be tried again, or None."""
    return Occurrence.objects.filter(schedule=schedule, state=Occurrence.State.PENDING).first()


def lock_untold(now: datetime, ahead: timedelta) -> list[Schedule]:
    """Lock and return schedules with a transfer within ``ahead`` of which the person was not told yet."""
    soon = Schedule.objects.filter(state=Schedule.State.ACTIVE, next_at__gt=now, next_at__lte=now + ahead)
    untold = soon.exclude(told_on__isnull=False, told_on=F("next_on"))
    skips = connection.features.has_select_for_update_skip_locked
    return list(untold.select_for_update(of=("self",), skip_locked=skips).order_by("pk")[:AT_ONCE_MAX])


def _get(rows: QuerySet[Schedule], sender_id: int, schedule: UUID) -> Schedule:
    found = rows.filter(sender_id=sender_id, public_id=schedule).first()
    if found is None:
        raise ScheduleNotFound
    return found
