"""Alerts: text messages about facts that a person must not miss, once each, with a daily cap and an opt-out."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import translation
from prometheus_client import Counter

from superapp.accounts import api as accounts
from superapp.accounts.api import RateLimit, TextOutcome
from superapp.core import jobs
from superapp.core.errors import RateLimited
from superapp.notifications import queries
from superapp.notifications.actions.preferences import find_quiet_until
from superapp.notifications.domain.alert_kinds import find_alert_kind, get_alert_kind
from superapp.notifications.models import Alert

ALERT_JOB = "notifications.alert"
OPEN_STATES = (Alert.State.WAITING, Alert.State.SENDING)
DAY = timedelta(days=1)
# An attempt that is still marked as running after this time was broken off: its process died.
ATTEMPT_LEASE = timedelta(minutes=2)
# So long, one text about what was not looked at stands for those that follow.
UNSEEN_PAUSE = timedelta(hours=1)
AGAIN_AFTER = timedelta(minutes=1)
# A message may have gone out twice at most: once, and once more where the outcome of the first is not known.
ATTEMPTS_MAX = 2
REFUSALS_MAX = 30
DUE_AT_ONCE_MAX = 50
RETENTION = timedelta(days=90)

alerts = Counter("nusa_alert_texts_total", "Alerts by text message, by outcome.", ["outcome"])
log = structlog.get_logger(__name__)


def raise_alert(*, user_id: int, subject: str, due_at: datetime, now: datetime) -> None:
    """Have a person told by text message at ``due_at``, unless they have seen the subject by then. Idempotent."""
    Alert.objects.get_or_create(user_id=user_id, subject=subject, defaults={"due_at": due_at, "created_at": now})


def mark_seen(*, user_id: int, subjects: list[str], now: datetime) -> None:
    """
    Note that a page showed these subjects to the person; those that wait for nobody, or somebody else, are passed over.

    A page may show a fact before its alert is raised: then the alert is there when that is tried, and seen.
    """
    mine = Alert.objects.filter(user_id=user_id, subject__in=subjects)
    for subject in set(subjects) - set(mine.values_list("subject", flat=True)):
        kind = find_alert_kind(subject)
        if kind is not None and kind.is_pending(user_id, subject.partition(":")[2]):
            Alert.objects.get_or_create(
                user_id=user_id,
                subject=subject,
                defaults={"state": Alert.State.DROPPED, "due_at": now, "created_at": now, "seen_at": now},
            )
    # Last, so that one raised meanwhile is marked, too.
    mine.filter(seen_at=None).update(seen_at=now)


def send_due(now: datetime) -> int:
    """Start a job for each alert that is due; return how many were started."""
    with transaction.atomic():
        # Of several processes that see it due, one starts the job; it is started again should that one be lost.
        alert_ids = queries.lock_due_alerts(now, DUE_AT_ONCE_MAX)
        Alert.objects.filter(pk__in=alert_ids).update(due_at=now + ATTEMPT_LEASE)
        jobs.start_many(ALERT_JOB, owner_id=None, arguments=[{"alert": alert_id} for alert_id in alert_ids], now=now)
    return len(alert_ids)


def send(*, alert: int, now: datetime) -> None:
    """
    Send the message of an alert, unless it is not needed any more or not wanted.

    Before the gateway is called the attempt is stored, so that a process that dies in between repeats it once at most.
    """
    row = Alert.objects.filter(pk=alert, state__in=OPEN_STATES).select_related("user").first()
    if row is None or (row.state == Alert.State.SENDING and row.attempts > 0 and _is_running(row, now)):
        return
    _handle(row, now)


def _is_running(row: Alert, now: datetime) -> bool:
    """Return whether another process is sending it: its attempt was stored a short while ago."""
    return row.attempted_at is not None and row.attempted_at + ATTEMPT_LEASE > now


def delete_old(now: datetime) -> int:
    """Delete alerts of long ago."""
    deleted, _by_model = Alert.objects.filter(created_at__lt=now - RETENTION).delete()
    return deleted


def _handle(alert: Alert, now: datetime) -> None:
    kind = get_alert_kind(alert.subject)
    key = alert.subject.partition(":")[2]
    preferences = queries.fetch_preferences(alert.user_id)
    if alert.attempts >= ATTEMPTS_MAX:
        _end(alert, Alert.State.UNKNOWN)
        return
    if alert.seen_at is not None or not preferences.has_sms or not kind.is_pending(alert.user_id, key):
        _end(alert, Alert.State.DROPPED)
        return
    quiet_until = find_quiet_until(preferences, time_zone=alert.user.time_zone, now=now)
    if quiet_until is not None:
        _as_read(alert).update(due_at=quiet_until)
        return
    pause_ends = None if kind.is_urgent else _find_pause_end(alert, now)
    if pause_ends is not None:
        _as_read(alert).update(due_at=pause_ends)
        return
    if not _claim(alert, now):
        return
    with translation.override(alert.user.language):
        text = kind.text(alert.user_id, key)
    _settle(alert, accounts.send_text(user_id=alert.user_id, text=text, now=now), now)


def _find_pause_end(alert: Alert, now: datetime) -> datetime | None:
    """
    Return until when this alert waits, since the person has not looked at the last one; None if it need not wait.

    One text says that there is something to see. More of them would tell no more, and whoever causes them could use
    up the person's day.
    """
    unseen = Alert.objects.filter(user_id=alert.user_id, state=Alert.State.SENT, seen_at=None)
    last = unseen.order_by("-attempted_at").values_list("attempted_at", flat=True).first()
    return last + UNSEEN_PAUSE if last is not None and now < last + UNSEEN_PAUSE else None


def _claim(alert: Alert, now: datetime) -> bool:
    """Take an alert, so that no other process sends it; the first attempt is charged to the person's day."""
    limit = RateLimit("alert.sms", settings.ALERT_SMS_PER_DAY, DAY)
    try:
        with transaction.atomic():
            claimed = _as_read(alert).update(
                state=Alert.State.SENDING, attempts=F("attempts") + 1, attempted_at=now, due_at=now + ATTEMPT_LEASE
            )
            if claimed and alert.attempts == 0 and alert.refusals == 0:
                accounts.consume_rate_limits([(limit, f"user:{alert.user_id}")], now=now)
    except RateLimited:
        log.info("alert_over_the_cap", user_id=alert.user_id)
        _end(alert, Alert.State.DROPPED)
        return False
    alert.attempts += claimed
    return bool(claimed)


def _settle(alert: Alert, outcome: TextOutcome, now: datetime) -> None:
    mine = Alert.objects.filter(pk=alert.pk, state=Alert.State.SENDING, attempts=alert.attempts)
    if outcome is TextOutcome.SENT:
        mine.update(state=Alert.State.SENT)
    elif outcome is TextOutcome.UNDELIVERABLE:
        mine.update(state=Alert.State.DROPPED)
    elif outcome is TextOutcome.REFUSED and alert.refusals >= REFUSALS_MAX:
        if mine.update(state=Alert.State.DROPPED):
            log.warning(
                "alert_given_up", alert=alert.pk, kind=alert.subject.partition(":")[0], refusals=alert.refusals + 1
            )
            alerts.labels("given_up").inc()
    elif outcome is TextOutcome.REFUSED:
        # Nothing went out, so it does not count as an attempt.
        mine.update(
            state=Alert.State.WAITING,
            attempts=F("attempts") - 1,
            refusals=F("refusals") + 1,
            due_at=now + AGAIN_AFTER,
        )
    else:
        mine.update(state=Alert.State.WAITING, due_at=now + AGAIN_AFTER)
    alerts.labels(outcome.value).inc()


def _end(alert: Alert, state: Alert.State) -> None:
    if _as_read(alert).update(state=state):
        alerts.labels(state.value).inc()


def _as_read(alert: Alert) -> QuerySet[Alert]:
    """Return the alert as it was read, as a queryset that is empty once another process has moved it."""
    return Alert.objects.filter(
        pk=alert.pk, state=alert.state, attempts=alert.attempts, due_at=alert.due_at, refusals=alert.refusals
    )
