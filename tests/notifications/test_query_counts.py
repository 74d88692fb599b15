"""Work for many people takes as many queries as work for one: notifications and alerts that are due at one moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import api as chat
from superapp.accounts import api as accounts
from superapp.core.models import Job
from superapp.notifications.actions import alerts, notices
from superapp.notifications.domain.sources import HintedFact
from superapp.notifications.models import Alert, Notification, PushSubscription
from tests.harness.socket_client import log_in

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def crowd(make_user, say, now):
    """A group that bo writes to, and its other members with a device each: ``crowd(3)``."""

    def make(size):
        bo, *others = (make_user(f"u{size}x{number}") for number in range(size + 1))
        for other in others:
            accounts.connect_people(user_id=bo.pk, peer_id=other.pk, now=now)
            PushSubscription.objects.create(
                user=other, device=log_in(other), endpoint=f"https://push.example/{other.pk}", created_at=now
            )
        group = chat.create_group(owner_id=bo.pk, title="Arisan", member_ids=[other.pk for other in others], now=now)
        return bo, others, group, say(group, bo)

    return make


def hear(crowd, number, now):
    bo, others, group, _seq = crowd
    fact = HintedFact(subject=f"chat:{group.public_id}", number=number, sender=str(bo.public_id))
    return notices.collect([(fact, [other.pk for other in others])], now=now)


def queries_of(work):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        done = work()
    return done, len(captured)


def test_due_notifications_of_many_people_take_the_queries_of_one(crowd, now):
    taken = {}
    for size in (1, 8):
        hear(members := crowd(size), members[-1], now)
        taken[size] = queries_of(lambda: notices.send_due(now + 60 * SECOND))
        assert Job.objects.filter(name=notices.PUSH_JOB).count() == size
        Job.objects.all().delete()

    assert (taken[1][0], taken[8][0]) == (1, 8)
    assert taken[1][1] == taken[8][1] <= 9
    assert not Notification.objects.filter(sent_at=None).exists()


def test_unwanted_notifications_of_many_people_take_the_queries_of_one(crowd, now):
    taken = {}
    for size in (1, 8):
        _bo, others, group, seq = members = crowd(size)
        hear(members, seq, now)
        for other in others:
            chat.mark_read(conversation_id=group.public_id, user_id=other.pk, seq=seq)
        taken[size] = queries_of(lambda: notices.send_due(now + 60 * SECOND))

    assert taken[1][1] == taken[8][1]
    assert not Notification.objects.exists()
    assert not Job.objects.filter(name=notices.PUSH_JOB).exists()


def test_newer_fact_for_many_told_people_takes_the_queries_of_one(crowd, say, now):
    def hear_of_a_newer(size):
        bo, others, group, seq = members = crowd(size)
        hear(members, seq, now)
        notices.send_due(now + 60 * SECOND)
        for other in others:
            chat.mark_read(conversation_id=group.public_id, user_id=other.pk, seq=seq)
        newer = say(group, bo)
        return queries_of(lambda: hear(members, newer, now + 90 * SECOND))

    taken = {size: hear_of_a_newer(size) for size in (1, 8)}

    assert (taken[1][0], taken[8][0]) == (1, 8)
    assert taken[1][1] == taken[8][1]
    assert Notification.objects.filter(sent_at=None).count() == 9


def test_due_alerts_of_many_people_take_the_queries_of_one(make_user, now):
    taken = {}
    for size in (1, 8):
        for number in range(size):
            user = make_user(f"a{size}x{number}")
            Alert.objects.create(user=user, subject="test:1", due_at=now, created_at=now)
        taken[size] = queries_of(lambda: alerts.send_due(now + SECOND))

    assert (taken[1][0], taken[8][0]) == (1, 8)
    assert taken[1][1] == taken[8][1] <= 6
    assert Job.objects.filter(name=alerts.ALERT_JOB).count() == 9
    assert alerts.send_due(now + SECOND) == 0
