"""Transfers that are made later: scheduling, pausing, stopping, and making what is due, at most once for each date."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from payments import api as payments
from payments.errors import InsufficientFunds, KeyReused, MandateEnded, WalletFrozen
from peer_payments import errors
from peer_payments.domain import dates, rules
from peer_payments.domain.feature_gates import requires_payments
from peer_payments.events import ScheduleNoticed
from peer_payments.models import KEY_CHARS_MAX, Occurrence, Schedule
from peer_payments.queries import schedules as queries
from peer_payments.queries.people import may_pay
from superapp.accounts import api as accounts
from superapp.accounts.errors import PersonNotFound
from superapp.core import outbox
from superapp.core.errors import InputInvalid
from superapp.core.money import Money
from superapp.core.scheduler import run_each

REFERENCE_PREFIX = "peer.schedule:"
SCHEDULES_MAX = 30
AHEAD_MAX = timedelta(days=366)
TOLD_AHEAD = timedelta(days=1)
TRIES_MAX = 4
TRY_AGAIN_AFTER = timedelta(hours=3)


@requires_payments
def schedule_transfer(
    *,
    sender_id: int,
    receiver: UUID,
    amount: Money,
    note: str = "",
    repeat: str,
    first_on: date,
    time_zone: str,
    device_id: int | None,
    pin: str,
    idempotency_key: str,
    now: datetime,
) -> Schedule:
    """
    Schedule a transfer to a contact, once or repeated, authorized by PIN now; once per idempotency key.

    Must not run inside the caller's transaction, since a wrong PIN must be committed.

    :raises AmountInvalid, AmountNotWhole, AmountTooLarge, NoteTooLong, DateInvalid: if the input is not in bounds
    :raises PersonNotFound, NotContacts, TooManySchedules: if it cannot be scheduled
    :raises PinWrong, PinLocked, PinMissing: if the PIN does not authorize it
    """
    rules.require_amount(amount)
    note = rules.clean_note(note)
    if not (0 < len(idempotency_key) <= KEY_CHARS_MAX and idempotency_key.isprintable()):
        raise InputInvalid(detail="idempotency_key")
    today = dates.local_date(now, time_zone)
    if repeat not in dates.REPEATS or not today < first_on <= today + AHEAD_MAX:
        raise errors.DateInvalid
    to = payments.get_recipient(sender_id, who=receiver)
    if not to.is_contact:
        raise errors.NotContacts
    content = (to.user_id, amount.amount_minor, note, repeat, first_on)
    made = queries.find_made_schedule(sender_id, idempotency_key)
    if made is not None:
        return _replay(made, content)
    if queries.count_not_ended(sender_id) >= SCHEDULES_MAX:
        raise errors.TooManySchedules
    authorization = payments.verify_pin(user_id=sender_id, device_id=device_id, pin=pin, now=now)
    with transaction.atomic():
        accounts.lock_people({sender_id})  # The same form sent twice at once is one schedule.
        made = queries.find_made_schedule(sender_id, idempotency_key)
        if made is not None:
            return _replay(made, content)
        if queries.count_not_ended(sender_id) >= SCHEDULES_MAX:
            raise errors.TooManySchedules
        mandate = payments.open_mandate(authorization=authorization, receiver_id=to.user_id, amount_max=amount, now=now)
        return Schedule.objects.create(
            sender_id=sender_id,
            receiver_id=to.user_id,
            amount=amount.amount_minor,
            note=note,
            repeat=repeat,
            time_zone=time_zone,
            first_on=first_on,
            next_on=first_on,
            next_at=dates.due_at(first_on, time_zone),
            mandate=mandate,
            idempotency_key=idempotency_key,
            made_at=now,
        )


def pause_schedule(*, sender_id: int, schedule: UUID) -> None:
    """
    Pause a scheduled transfer; pausing again changes nothing.

    :raises ScheduleNotFound, ScheduleEnded: if it is not this person's, or has ended
    """
    with transaction.atomic():
        row = _lock_not_ended(sender_id, schedule)
        row.state = Schedule.State.PAUSED
        row.save(update_fields=["state"])


def resume_schedule(*, sender_id: int, schedule: UUID, now: datetime) -> None:
    """
    Resume a paused transfer with its next date from tomorrow on; what fell into the pause is not made up for.

    :raises ScheduleNotFound, ScheduleEnded: if it is not this person's, or has ended
    """
    with transaction.atomic():
        row = _lock_not_ended(sender_id, schedule)
        if row.state == Schedule.State.ACTIVE:
            return
        row.state = Schedule.State.ACTIVE
        if row.next_at is not None and row.next_at <= now:
            _advance(row, after=dates.local_date(now, row.time_zone))
        row.save()
    if row.state == Schedule.State.DONE:
        raise errors.ScheduleEnded


def stop_schedule(*, sender_id: int, schedule: UUID, now: datetime) -> None:
    """
    Stop a scheduled transfer for good, and end its authorization. Idempotent.

    :raises ScheduleNotFound: if it is not this person's
    """
    with transaction.atomic():
        row = queries.lock_schedule(sender_id, schedule)
        if row.state in queries.NOT_ENDED:
            row.state, row.next_on, row.next_at = Schedule.State.STOPPED, None, None
            row.save(update_fields=["state", "next_on", "next_at"])
        payments.end_mandate(row.mandate, now=now)


def run_due(now: datetime) -> int:
    """Make the transfers that are due, and try those again that were refused; return how many were tried."""
    return run_each(queries.list_due(now), lambda schedule_id: _run(schedule_id, now))


def tell_tomorrow(now: datetime) -> int:
    """Tell people the day before a transfer is made, and return how many."""
    with transaction.atomic():
        rows = queries.lock_untold(now, TOLD_AHEAD)
        for row in rows:
            row.told_on = row.next_on
            row.save(update_fields=["told_on"])
            _tell(row, "tomorrow", row.next_on)
    return len(rows)


def _run(schedule_id: int, now: datetime) -> int:
    """Make or try again one transfer of a schedule, in one transaction with what is noted of it."""
    with transaction.atomic():
        row = queries.lock_due(schedule_id)
        if row is None:
            return 0
        occurrence = queries.find_pending(row)
        if occurrence is None:
            if row.state != Schedule.State.ACTIVE or row.next_on is None or row.next_at is None or row.next_at > now:
                return 0
            # Dates that were missed while nothing ran are made up for once, and not one by one.
            occurrence = Occurrence.objects.create(schedule=row, due_on=row.next_on)
            _advance(row, after=dates.local_date(now, row.time_zone))
            row.save(update_fields=["next_on", "next_at", "state"])
        elif occurrence.retry_at is not None and occurrence.retry_at > now:
            return 0
        elif row.state == Schedule.State.PAUSED:  # Since the last try. Nothing moves during a pause.
            _end(row, occurrence, Occurrence.State.FAILED, now)
            return 1
        _try(row, occurrence, now)
    return 1


def _try(row: Schedule, occurrence: Occurrence, now: datetime) -> None:
    code = _send(row, occurrence, now)
    if code is None:
        _end(row, occurrence, Occurrence.State.PAID, now)
        return
    occurrence.code, occurrence.tries = code, occurrence.tries + 1
    again_at = now + TRY_AGAIN_AFTER
    is_same_day = dates.local_date(again_at, row.time_zone) == dates.local_date(now, row.time_zone)
    if code == InsufficientFunds.code and occurrence.tries < TRIES_MAX and is_same_day:
        occurrence.retry_at = again_at
        occurrence.save()
    else:
        _end(row, occurrence, Occurrence.State.FAILED, now)


def _send(row: Schedule, occurrence: Occurrence, now: datetime) -> str | None:
    """Send the money of an occurrence; return the code of the refusal, or None."""
    if not may_pay(row.sender_id, row.receiver_id):
        return PersonNotFound.code
    try:
        answer = payments.send_by_mandate(
            mandate=row.mandate,
            amount=Money(row.amount),
            memo=row.note if accounts.are_contacts(row.sender_id, row.receiver_id) else "",
            reference=f"{REFERENCE_PREFIX}{row.public_id}",
            idempotency_key=f"{occurrence.public_id}:{occurrence.tries}",
            now=now,
        )
    except (MandateEnded, WalletFrozen) as refusal:  # Final for this date, or it would be tried without an end.
        return refusal.code
    if isinstance(answer, payments.Refused):
        return answer.code
    occurrence.journal = answer.public_id
    return None


def _end(row: Schedule, occurrence: Occurrence, state: Occurrence.State, now: datetime) -> None:
    occurrence.state, occurrence.retry_at, occurrence.ended_at = state, None, now
    occurrence.save()
    if row.state == Schedule.State.DONE:
        payments.end_mandate(row.mandate, now=now)
    _tell(row, str(state), occurrence.due_on)


def _advance(row: Schedule, *, after: date) -> None:
    row.next_on = dates.next_date(row.first_on, row.repeat, after=after)
    row.next_at = None if row.next_on is None else dates.due_at(row.next_on, row.time_zone)
    if row.next_on is None:
        row.state = Schedule.State.DONE


def _tell(row: Schedule, what: str, on: date | None) -> None:
    outbox.publish(
        ScheduleNoticed(
            schedule=str(row.public_id), sender_id=row.sender_id, what=what, on=on.isoformat() if on else ""
        )
    )


def _lock_not_ended(sender_id: int, schedule: UUID) -> Schedule:
    row = queries.lock_schedule(sender_id, schedule)
    if row.state not in queries.NOT_ENDED:
        raise errors.ScheduleEnded
    return row


def _replay(made: Schedule, content: tuple[int, int, str, str, date]) -> Schedule:
    if (made.receiver_id, made.amount, made.note, made.repeat, made.first_on) != content:
        raise KeyReused
    return made
