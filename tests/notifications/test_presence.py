"""Presence: for those who show the same of themselves, from sockets alone, and nothing where nothing is known."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError

from superapp.accounts import api as accounts
from superapp.core import clock, ids
from superapp.notifications.actions import presence
from superapp.notifications.actions.preferences import PreferenceChanges, change_preferences
from superapp.notifications.domain.visibility import PresenceVisibility, can_see
from superapp.notifications.models import LastActive
from superapp.realtime import presence as realtime_presence
from superapp.realtime.presence import PresenceBoard, board

EVERYONE, CONTACTS, NOBODY = PresenceVisibility
HIDDEN = (None, None)


@pytest.fixture
def online(monkeypatch):
    """The people who use the app, as the board knows them; None where it knows nothing."""
    people = set()
    monkeypatch.setattr(board, "find_active", lambda user_ids: people & set(user_ids))
    return people


@pytest.fixture
def friends(db, make_user, now):
    ana, bo = make_user("ana"), make_user("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    return ana, bo


def show_to(user, visibility):
    change_preferences(user_id=user.pk, changes=PreferenceChanges(presence=visibility), now=clock.now())


def seen_by(viewer, person):
    [row] = presence.list_presence(viewer_id=viewer.pk, people=[person.public_id])
    return row["online"], row["last_active_at"]


def test_contact_is_online_or_has_a_last_seen_time(friends, online, now):
    ana, bo = friends
    presence.record_activity({bo.pk}, now)

    assert seen_by(ana, bo) == (False, clock.to_wire(now))
    online.add(bo.pk)
    assert seen_by(ana, bo) == (True, None)


@pytest.mark.parametrize("mine", list(PresenceVisibility))
@pytest.mark.parametrize("theirs", list(PresenceVisibility))
@pytest.mark.parametrize("are_contacts", [True, False])
def test_presence_is_visible_if_both_share_theirs(mine, theirs, are_contacts):
    allowed = {EVERYONE, CONTACTS} if are_contacts else {EVERYONE}

    assert can_see(viewer=mine, person=theirs, are_contacts=are_contacts) is (mine in allowed and theirs in allowed)


def test_hiding_own_presence_hides_that_of_others(friends, online):
    ana, bo = friends
    online |= {ana.pk, bo.pk}

    show_to(ana, NOBODY)

    assert seen_by(ana, bo) == HIDDEN
    assert seen_by(bo, ana) == HIDDEN


def test_stranger_sees_no_presence_and_cannot_detect_accounts(friends, make_user, online, now):
    ana, bo = friends
    eve = make_user("eve")
    online |= {ana.pk, bo.pk}
    for person in (ana, bo, eve):
        show_to(person, EVERYONE)

    rows = presence.list_presence(viewer_id=eve.pk, people=[ana.public_id, bo.public_id, ids.new_id()])

    assert {(row["online"], row["last_active_at"]) for row in rows} == {HIDDEN}


def test_buyer_and_merchant_see_presence_if_both_share_it_with_everyone(db, make_user, online, now):
    ana, bo = make_user("ana"), make_user("bo")
    accounts.allow_business_contact(user_id=ana.pk, peer_id=bo.pk, now=now)
    online |= {ana.pk, bo.pk}

    assert seen_by(ana, bo) == HIDDEN
    show_to(ana, EVERYONE)
    assert seen_by(ana, bo) == HIDDEN
    show_to(bo, EVERYONE)
    assert seen_by(ana, bo) == (True, None)


def test_block_hides_presence_from_both(friends, online, now):
    ana, bo = friends
    for person in friends:
        show_to(person, EVERYONE)
    online |= {ana.pk, bo.pk}

    accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    assert seen_by(ana, bo) == HIDDEN
    assert seen_by(bo, ana) == HIDDEN


def test_unknown_presence_is_left_out(friends, monkeypatch, now):
    ana, bo = friends
    presence.record_activity({bo.pk}, now)
    monkeypatch.setattr(board, "find_active", lambda _user_ids: None)

    assert seen_by(ana, bo) == HIDDEN


def test_last_seen_of_a_person_sharing_with_nobody_is_not_stored(friends, online, now):
    ana, bo = friends
    presence.record_activity({ana.pk, bo.pk}, now)

    show_to(bo, NOBODY)
    presence.record_activity({ana.pk, bo.pk}, now + timedelta(minutes=5))

    assert list(LastActive.objects.values_list("user_id", "at")) == [(ana.pk, now + timedelta(minutes=5))]


def test_presence_of_many_people_takes_a_fixed_number_of_queries(
    db, make_user, online, now, django_assert_max_num_queries
):
    ana = make_user("ana")
    others = [make_user(f"teman{number}") for number in range(12)]
    for other in others:
        accounts.connect_people(user_id=ana.pk, peer_id=other.pk, now=now)

    with django_assert_max_num_queries(5):
        rows = presence.list_presence(viewer_id=ana.pk, people=[other.public_id for other in others])

    assert [row["online"] for row in rows] == [False] * 12


def wait_until(is_true):
    deadline = time.monotonic() + 10
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def quick(monkeypatch, settings):
    """Ticks that follow each other at once, and nothing of the tests before, whose people had the same ids."""
    monkeypatch.setattr(realtime_presence, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(board, "_active", frozenset())
    monkeypatch.setattr(board, "_recorded_at", {})
    if settings.REDIS_URL:
        board._redis().delete(realtime_presence._prefix())


def test_socket_is_active_while_its_client_reports_activity(real_db, connect, make_user, quick, monkeypatch):
    publish, is_leaving_published, may_go_on = board._publish_and_record, threading.Event(), threading.Event()

    def publish_and_wait(active, left, now):
        publish(active, left, now)
        if not active:
            is_leaving_published.set()
            may_go_on.wait(10)

    ana = make_user("ana")
    socket = connect(ana)
    assert board.find_active({ana.pk}) == set()

    socket.ok("notifications.here", active=True)
    wait_until(lambda: board.find_active({ana.pk}) == {ana.pk})
    socket.ok("notifications.here", active=False)
    wait_until(lambda: board.find_active({ana.pk}) == set())
    # What ended was written down.
    wait_until(lambda: LastActive.objects.filter(user=ana).exists())

    socket.ok("notifications.here", active=True)
    wait_until(lambda: board.find_active({ana.pk}) == {ana.pk})
    # Whoever comes back while their leaving is being published is seen, too.
    monkeypatch.setattr(board, "_publish_and_record", publish_and_wait)
    socket.ok("notifications.here", active=False)
    assert is_leaving_published.wait(10)
    socket.ok("notifications.here", active=True)
    may_go_on.set()
    wait_until(lambda: board.find_active({ana.pk}) == {ana.pk})
    socket.leave()
    wait_until(lambda: board.find_active({ana.pk}) == set())


def test_messages_do_not_change_presence(real_db, connect, make_user, quick):
    ana = make_user("ana")
    socket = connect(ana)
    socket.ok("notifications.here", active=True)
    wait_until(lambda: LastActive.objects.filter(user=ana).exists())
    first = LastActive.objects.get(user=ana).at

    for _ in range(20):
        socket.ok("ping")
    time.sleep(0.3)

    assert LastActive.objects.get(user=ana).at == first


def test_leaving_that_could_not_be_stored_does_not_delay_the_next_record(now):
    recorded, one = [], PresenceBoard()

    def record(user_ids, at):
        recorded.append((set(user_ids), at))
        if len(recorded) == 2:
            raise OperationalError("away")

    one.set_recorder(record)
    for minute, active, left in ((0, {7}, ()), (1, (), {7}), (2, {7}, ())):
        one._publish_and_record(frozenset(active), frozenset(left), now + timedelta(minutes=minute))

    assert [at for _people, at in recorded] == [now + timedelta(minutes=minute) for minute in range(3)]


@pytest.mark.served_only
def test_presence_in_another_process_is_known_until_it_dies(redis_server, make_user, db):
    ana = make_user("ana")
    one, other = PresenceBoard(), PresenceBoard()
    now = clock.now()

    one._publish(frozenset({ana.pk, 999_999}), now)
    assert other.find_active({ana.pk}) == {ana.pk}
    # Nobody takes it back after a crash: it ends by itself.
    one._publish(frozenset({ana.pk}), now - realtime_presence.VALID_FOR - timedelta(seconds=1))
    assert other.find_active({ana.pk}) == set()
    one._publish(frozenset({ana.pk}), now)
    one._publish(frozenset(), now)
    assert other.find_active({ana.pk}) == set()


@pytest.mark.served_only
def test_presence_is_unknown_without_redis_and_recovers(redis_server, friends, now):
    ana, bo = friends
    presence.record_activity({bo.pk}, now)
    assert settings.REDIS_URL
    assert seen_by(ana, bo) == (False, clock.to_wire(now))

    redis_server.stop()
    try:
        assert seen_by(ana, bo) == HIDDEN
    finally:
        redis_server.start()

    assert seen_by(ana, bo) == (False, clock.to_wire(now))
