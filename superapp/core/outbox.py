"""The transactional outbox: events are stored in the transaction that makes them true, and delivered at least once."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from superapp.core import clock, events, prepared
from superapp.core.models import Fact

ATTEMPTS_MAX = 12
DELAY_MAX = timedelta(hours=1)
FACTS_AT_ONCE_MAX = 500

log = structlog.get_logger(__name__)
# Set when this process has committed an event, so that its scheduler delivers at once.
published = threading.Event()


def publish(event: events.Event) -> None:
    """
    Publish an event; it is delivered if, and only if, the running transaction commits.

    Call it while holding the lock of the row that the event is about: otherwise the order in which events of one
    key are stored and the order in which they become true may differ.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a fact belongs inside the transaction that makes it true")
    now = clock.now()
    Fact.objects.create(name=event.name, key=event.key, payload=event.payload(), published_at=now, due_at=now)
    transaction.on_commit(published.set, robust=True)


def pipeline_publish(event: events.Event) -> None:
    """Publish an event within ``prepared.pipeline``: the statement is sent with the others of the block."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a fact belongs inside the transaction that makes it true")
    now = connection.ops.adapt_datetimefield_value(clock.now())
    prepared.execute_deferred(
        "INSERT INTO core_fact (name, key, payload, published_at, due_at, tries, last_error, parked_at)"
        " VALUES (%s, %s, %s, %s, %s, 0, '', NULL)",
        [event.name, event.key, json.dumps(event.payload()), now, now],
    )
    transaction.on_commit(published.set, robust=True)


def is_waiting(*types: type[events.Event], since: datetime | None = None, **fields: int | str) -> bool:
    """Return whether an event of one of these types, with these fields, published since then, is not delivered yet."""
    waiting = Fact.objects.filter(name__in=[one.name for one in types])
    if since is not None:
        waiting = waiting.filter(published_at__gte=since)
    return waiting.filter(**{f"payload__{name}": value for name, value in fields.items()}).exists()


def deliver_due(now: datetime, *, facts_max: int = FACTS_AT_ONCE_MAX) -> int:
    """
    Deliver due events to their handlers until none is left, and return how many were handled.

    Only the first event of a key is ever taken, so that a key keeps its order with any number of processes. An
    event that fails is retried later, with a delay that doubles each time; after ``ATTEMPTS_MAX`` tries its key is
    parked.
    """
    handled = 0
    while handled < facts_max and _deliver_one(now):
        handled += 1
    return handled


def _deliver_one(now: datetime) -> bool:
    with transaction.atomic():
        earlier = Fact.objects.filter(key=OuterRef("key"), pk__lt=OuterRef("pk"))
        due = Fact.objects.filter(~Exists(earlier), due_at__lte=now, parked_at=None).order_by("pk")
        # SKIP LOCKED lets several processes work; SQLite has one writer and ignores it.
        row = due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked).first()
        if row is None:
            return False
        try:
            with transaction.atomic():
                event = events.from_payload(row.name, row.payload)
                for handler in events.handlers_of(row.name):
                    handler(event)
        except Exception as error:
            _postpone(row, error, now)
        else:
            row.delete()
        return True


def _postpone(row: Fact, error: Exception, now: datetime) -> None:
    row.tries += 1
    row.last_error = f"{type(error).__name__}: {error}"[:2_000]
    row.due_at = now + min(timedelta(seconds=2**row.tries), DELAY_MAX)
    if row.tries >= ATTEMPTS_MAX:
        row.parked_at = now
    row.save(update_fields=["tries", "last_error", "due_at", "parked_at"])
    log.error(
        "fact_failed", fact=row.name, key=row.key, tries=row.tries, parked=row.parked_at is not None, exc_info=error
    )
