"""
Actions on parcels that couriers track: asking about them, storing what is told, and moving their orders.

Storing and moving are two steps. Whoever is killed between them is followed by the next answer or message, which finds
the same events stored and moves the order by them.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from shop import errors
from shop.actions.transitions import record_courier_delivery
from shop.adapters.couriers import Courier, CourierEvent, CourierSilent, WaybillUnknown
from shop.domain.courier_codes import find_step
from shop.domain.tracking import (
    PAUSE_AFTER,
    PAUSE_MAX,
    find_delivery,
    is_contradicted,
    next_question,
    question_after_failures,
    turn_after_failures,
)
from shop.models import Checkpoint, CourierHealth, OrderTimer, Shipment, TrackedParcel
from shop.queries import tracking as rows
from shop.queries.orders import lock_order_for_system
from shop.writers import transition_writer

JITTER = 0.2

log = structlog.get_logger(__name__)


def begin_tracking(courier: str, resi: str, *, now: datetime) -> bool:
    """Have the courier asked about a parcel from now on, and return whether that is new."""
    _parcel, is_new = TrackedParcel.objects.get_or_create(
        courier=courier, resi=resi, defaults={"named_at": now, "ask_at": now}
    )
    if not is_new:  # Another order travels in it, or the number was corrected back.
        TrackedParcel.objects.filter(courier=courier, resi=resi, ask_at=None).update(ask_at=now)
    return is_new


def ask_about_parcel(parcel: TrackedParcel, courier: Courier, *, now: datetime) -> bool:
    """
    Ask a courier about a parcel, store what it tells, and return whether it was asked.

    :raises CourierSilent: if it gave no answer
    """
    if not rows.is_anybody_waiting(parcel):
        _of(parcel).update(ask_at=None)
        return False
    try:
        events = courier.track(parcel.resi)
    except WaybillUnknown:
        wait = next_question([], is_known=False, named_at=parcel.named_at, now=now)
        _of(parcel).update(missed_at=now, failures=0, ask_at=_later(now, wait))
        return True
    except CourierSilent:
        wait = question_after_failures(parcel.failures + 1)
        _of(parcel).update(failures=F("failures") + 1, ask_at=_later(now, wait))
        raise
    take_events(parcel, events, source=Checkpoint.Source.PULL, now=now)
    return True


def take_events(parcel: TrackedParcel, events: Iterable[CourierEvent], *, source: str, now: datetime) -> None:
    """Store what a courier tells of a parcel, each event once, and move its orders by what is known then."""
    told = {_hash(event): event for event in events}
    with transaction.atomic():
        known = set(
            Checkpoint.objects.filter(parcel=parcel, raw_hash__in=list(told)).values_list("raw_hash", flat=True)
        )
        new = [
            _checkpoint(parcel, raw_hash, event, source, now)
            for raw_hash, event in sorted(told.items(), key=lambda item: item[1].at)
            if raw_hash not in known
        ]
        # Another process may be told the same at this moment.
        Checkpoint.objects.bulk_create(new, ignore_conflicts=True)
    _move_orders(parcel, now)


def _move_orders(parcel: TrackedParcel, now: datetime) -> None:
    orders = rows.list_orders_with_parcel(parcel)
    scans = rows.list_scans(parcel, orders)
    wait = next_question(scans, is_known=True, named_at=parcel.named_at, now=now)
    delivery = find_delivery(scans, now=now)
    if delivery is not None:
        evidence = {
            "checkpoint": str(delivery.number),
            "code": delivery.code,
            "said": delivery.text,
            "happened_at": delivery.happened_at.isoformat(),
        }
        try:
            record_courier_delivery(courier=parcel.courier, resi=parcel.resi, evidence=evidence, now=now)
        except (errors.ResiContested, errors.OrderNotFound) as refusal:
            log.info("courier_delivery_applies_to_nobody", parcel=parcel.pk, because=refusal.code)
    if is_contradicted(scans, now=now):
        for order in orders:
            _hand_to_a_person(order, now)
    _of(parcel).update(heard_at=now, missed_at=None, failures=0, ask_at=_later(now, wait))


def _hand_to_a_person(public_id: UUID, now: datetime) -> None:
    """
    Have an operator decide about an order, in place of the timer that would pay the shop, where the courier had said
    that the buyer has the parcel and now says that they have not.
    """
    with transaction.atomic():
        order = lock_order_for_system(public_id)
        if not rows.is_completing(order):
            return
        transition_writer.stop_timers(order)
        if not rows.has_review_case(order):
            transition_writer.restart_timer(order, OrderTimer.Kind.REVIEW, now)


def take_turn(courier: str, *, now: datetime, lease: timedelta) -> bool:
    """Lease the polling of a courier for the time ``lease``, if it is due and not leased; return whether it was."""
    CourierHealth.objects.get_or_create(courier=courier, defaults={"turn_at": now})
    return bool(CourierHealth.objects.filter(courier=courier, turn_at__lte=now).update(turn_at=now + lease))


def note_answer(courier: str, *, now: datetime) -> None:
    """Note that a courier answered, or told something by itself: it is not silent."""
    CourierHealth.objects.update_or_create(
        courier=courier,
        defaults={"ok_at": now, "silent_since": None, "failures": 0, "paused_until": None},
        create_defaults={"courier": courier, "turn_at": now, "ok_at": now},
    )


def note_silence(courier: str, error: str, *, now: datetime) -> None:
    """Note that a courier gave no answer in a whole turn."""
    with transaction.atomic():
        health = rows.lock_health(courier)
        health.failures += 1
        health.silent_since = health.silent_since or now
        health.last_error, health.last_error_at = error[:200], now
        health.save(update_fields=["failures", "silent_since", "last_error", "last_error_at"])


def end_turn(courier: str, *, has_more: bool, now: datetime) -> None:
    """Give the turn back: the next one is soon, at once if more is due, or later if the courier is silent."""
    wait = turn_after_failures(rows.fetch_health(courier).failures)
    CourierHealth.objects.filter(courier=courier).update(turn_at=now if has_more else _later(now, wait))


def pause_completion(courier: str, *, now: datetime) -> timedelta:
    """
    Move on the timers of a silent courier's delivered orders by as long as it was silent since the last time.

    Returns by how much; nothing in the first half hour, and nothing beyond ``PAUSE_MAX``.
    """
    with transaction.atomic():
        health = rows.lock_health(courier)
        if health.silent_since is None or now < health.silent_since + PAUSE_AFTER:
            return timedelta(0)
        since, until = health.paused_until or health.silent_since, min(now, health.silent_since + PAUSE_MAX)
        if until <= since:
            return timedelta(0)
        delivered = Shipment.objects.filter(courier=courier, delivered_source=Shipment.Source.COURIER)
        timers = OrderTimer.objects.filter(kind=OrderTimer.Kind.COMPLETE, state=OrderTimer.State.WAITING)
        timers.filter(order__in=delivered.values("order")).update(due_at=F("due_at") + (until - since))
        CourierHealth.objects.filter(courier=courier).update(paused_until=until)
        return until - since


def _checkpoint(parcel: TrackedParcel, raw_hash: str, event: CourierEvent, source: str, now: datetime) -> Checkpoint:
    return Checkpoint(
        parcel=parcel,
        source=source,
        raw_hash=raw_hash,
        raw=event.raw,
        code=event.code,
        step=find_step(parcel.courier, event.code) or "",
        text=event.text,
        place=event.place,
        happened_at=event.at,
        received_at=now,
    )


def _hash(event: CourierEvent) -> str:
    return hashlib.sha256(event.raw.encode()).hexdigest()


def _of(parcel: TrackedParcel) -> QuerySet[TrackedParcel]:
    return TrackedParcel.objects.filter(pk=parcel.pk)


def _later(now: datetime, wait: timedelta) -> datetime:
    """Return the moment after about this wait, so that what began together does not come back together."""
    return now + wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  Nothing secret.
