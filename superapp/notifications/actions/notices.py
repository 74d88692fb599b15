"""Notifications in words, and the decision which facts become one: at most one of each subject until it is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from superapp.accounts import api as accounts
from superapp.core import jobs
from superapp.notifications import queries
from superapp.notifications.actions.preferences import find_quiet_until
from superapp.notifications.actions.subscriptions import is_push_enabled
from superapp.notifications.contracts import NoticeRow
from superapp.notifications.domain.sources import HintedFact, PersonalFact, Source, find_source
from superapp.notifications.errors import NoticeNotFound
from superapp.notifications.models import Notification

DUE_AT_ONCE_MAX = 200
SENT_RETENTION = timedelta(days=30)
PUSH_JOB = "notifications.push"


def describe(*, user_id: int, subject: str, now: datetime) -> NoticeRow | None:
    """
    Return what a person is to be told about a subject, and how; None if there is nothing or they do not want it now.

    :raises NoticeNotFound: if there is no such kind of subject; the product itself refuses outsiders
    """
    found = find_source(subject)
    if found is None:
        raise NoticeNotFound
    source, key = found
    notice = source.describe(user_id, key, now)
    preferences = queries.fetch_preferences(user_id)
    time_zone = accounts.get_user_by_id(user_id).time_zone
    if notice is None or find_quiet_until(preferences, time_zone=time_zone, now=now) is not None:
        return None
    return {
        "subject": subject,
        "number": notice.number,
        "title": notice.title,
        "text": notice.text,
        "face": {"id": notice.face_id, "avatar": notice.avatar},
        "url": notice.url,
        "banner": preferences.has_banner,
        "sound": preferences.has_sound,
        "vibration": preferences.has_vibration,
    }


def describe_pushed(*, user_id: int, notification: UUID, now: datetime) -> NoticeRow | None:
    """
    Return what a push message with this id stands for now.

    :raises NoticeNotFound: if there is none, or it is another person's
    """
    row = queries.find_notification(user_id, notification)
    if row is None:
        raise NoticeNotFound
    return describe(user_id=user_id, subject=row.subject, now=now)


def notify(*, user_id: int, subject: str, now: datetime) -> None:
    """Notify a person of a fact that has no hint, on their devices with push messages. Idempotent."""
    notify_each({user_id: subject}, now=now)


def notify_each(subjects: Mapping[int, str], *, now: datetime) -> None:
    """Notify people, by user id, of a subject of their own each, with a fixed number of statements. Idempotent."""
    if is_push_enabled():
        collect(
            [(HintedFact(subject=one, number=1, sender=""), [user_id]) for user_id, one in subjects.items()], now=now
        )


def collect(facts: Iterable[tuple[HintedFact, Collection[int]]], *, now: datetime) -> int:
    """
    Note facts of which people may have to be told, each with the ids of the people it went to; return how many.

    Only people with a device that takes push messages are noted. A person who was told about a subject and has not read
    it since is not told again.
    """
    newest: dict[tuple[int, str], HintedFact] = {}
    for fact, user_ids in facts:
        for user_id in user_ids:
            known = newest.get((user_id, fact.subject))
            if known is None or known.number < fact.number:
                newest[user_id, fact.subject] = fact
    subscribers = queries.filter_subscribers({user_id for user_id, _subject in newest})
    own_ids = accounts.get_public_ids(subscribers)
    wanted = {
        (user_id, subject): fact
        for (user_id, subject), fact in newest.items()
        if user_id in subscribers and str(own_ids.get(user_id)) != fact.sender
    }
    return _upsert_notifications(wanted, now + timedelta(seconds=settings.PUSH_AFTER_SECONDS))


def _upsert_notifications(wanted: Mapping[tuple[int, str], HintedFact], due_at: datetime) -> int:
    """Insert or renew the notification of each person and subject, and return how many have a newer fact."""
    standing = queries.list_notifications(wanted)
    new = [
        Notification(user_id=user_id, subject=subject, number=fact.number, due_at=due_at)
        for (user_id, subject), fact in wanted.items()
        if (user_id, subject) not in standing
    ]
    Notification.objects.bulk_create(new, ignore_conflicts=True)
    people_of: dict[tuple[str, int], list[int]] = {}
    for (user_id, subject), fact in wanted.items():
        if fact.number > 1:  # Nothing that waits is older than the first.
            people_of.setdefault((subject, fact.number), []).append(user_id)
    noted = len(new)
    for (subject, number), user_ids in people_of.items():
        # Those that wait already, also by another process, are sent at their time if the newest is unseen by then.
        waiting = Notification.objects.filter(subject=subject, user_id__in=user_ids, sent_at=None, number__lt=number)
        noted += waiting.update(number=number)
    told = {key: row for key, row in standing.items() if row.sent_at is not None and row.number < wanted[key].number}
    return noted + _renew(told, wanted, due_at)


def _renew(
    told: Mapping[tuple[int, str], Notification], wanted: Mapping[tuple[int, str], HintedFact], due_at: datetime
) -> int:
    """Make sent notifications due again whose person has read the old fact and has a newer one; return how many."""
    read = _ask_sources(told.values(), lambda source, facts: source.filter_read(facts))
    alike: dict[tuple[int, datetime | None], list[int]] = {}
    for key, row in told.items():
        if row.pk in read:
            alike.setdefault((wanted[key].number, row.sent_at), []).append(row.pk)
    renewed = 0
    for (number, sent_at), row_ids in alike.items():
        again = Notification.objects.filter(pk__in=row_ids, number__lt=number, sent_at=sent_at)
        renewed += again.update(number=number, due_at=due_at, sent_at=None)
    return renewed


def send_due(now: datetime) -> int:
    """Start a push job for each due notification whose fact is unseen, forget the others; return how many were due."""
    due = queries.list_due_notifications(now, DUE_AT_ONCE_MAX)
    if not due:
        return 0
    wanted = _filter_wanted(due, now)
    if unwanted := [Q(pk=row.pk, number=row.number) for row in due if row.pk not in wanted]:
        # One with a newer fact meanwhile stays.
        Notification.objects.filter(reduce(or_, unwanted), sent_at=None).delete()
    with transaction.atomic():
        # Of several processes that see it due, one sends it.
        rows = queries.lock_unsent_notifications(wanted)
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=now)
        subscriptions = queries.list_subscription_ids({row.user_id for row in rows})
        arguments = [
            {"notification": row.pk, "subscription": subscription}
            for row in rows
            for subscription in subscriptions.get(row.user_id, ())
        ]
        jobs.start_many(PUSH_JOB, owner_id=None, arguments=arguments, now=now)
    return len(due)


def _filter_wanted(rows: Collection[Notification], now: datetime) -> set[int]:
    """Return the ids of those that are unseen, and whose person is not in quiet time now."""
    preferences = queries.fetch_many_preferences({row.user_id for row in rows})
    awake = [
        row for row in rows if find_quiet_until(preferences[row.user_id], time_zone=row.user.time_zone, now=now) is None
    ]
    return _ask_sources(awake, lambda source, facts: source.filter_unseen(facts, now))


def _ask_sources(
    rows: Iterable[Notification], ask: Callable[[Source, Collection[PersonalFact]], set[PersonalFact]]
) -> set[int]:
    """Return the ids of the notifications whose facts their source picks, asking each source once."""
    facts_of: dict[str, dict[PersonalFact, int]] = {}
    sources: dict[str, Source] = {}
    for row in rows:
        if (found := find_source(row.subject)) is not None:
            source, key = found
            sources[source.name] = source
            facts_of.setdefault(source.name, {})[PersonalFact(row.user_id, key, row.number)] = row.pk
    picked = {name: ask(sources[name], facts) for name, facts in facts_of.items()}
    return {facts_of[name][fact] for name, facts in picked.items() for fact in facts}


def delete_old(now: datetime) -> int:
    """Delete notifications that were sent long ago."""
    deleted, _by_model = Notification.objects.filter(sent_at__lt=now - SENT_RETENTION).delete()
    return deleted
