"""Two people who do things to each other at the same moment."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta

import pytest

from superapp.accounts import queries
from superapp.accounts.models import Contact
from superapp.core import outbox
from superapp.core.models import Fact
from superapp.realtime import user_topic
from tests.accounts.knowing import seen


@pytest.mark.parametrize("by_phone", [True, False])
def test_two_simultaneous_mutual_requests_become_a_contact(real_db, make_user, in_threads, ask, ask_by_phone, by_phone):
    ana, bo = make_user("ana"), make_user("bo")

    for _ in range(5):
        if by_phone:
            outcomes = in_threads(
                lambda: ask_by_phone(ana, bo.phone.number), lambda: ask_by_phone(bo, ana.phone.number)
            )
            outbox.deliver_due(outbox.clock.now() + timedelta(days=20_000))
        else:
            outcomes = in_threads(lambda: ask(ana, bo), lambda: ask(bo, ana))

        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert (seen(ana), seen(bo)) == ({"bo": "accepted"}, {"ana": "accepted"})
        assert Contact.objects.count() == 2
        assert Fact.objects.filter(name="accounts.contact_accepted").count() == (0 if by_phone else 1)
        Contact.objects.all().delete()
        Fact.objects.all().delete()


def test_invitations_in_a_circle_at_once_do_not_deadlock(real_db, make_user, in_threads, ask):
    people = [make_user(handle) for handle in ("ana", "bo", "cici", "dewi")]
    circle = list(zip(people, people[1:] + people[:1], strict=True))

    outcomes = in_threads(
        *[lambda pair=pair: ask(*pair) for pair in circle], *[lambda pair=pair: ask(*pair[::-1]) for pair in circle]
    )

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert Contact.objects.filter(state=Contact.State.ACCEPTED).count() == 8
    assert [user_topic.current_rev(person.pk) for person in people] == [4, 4, 4, 4]


class Together:
    """Lets two threads read before either of them writes, if nothing keeps them apart."""

    def __init__(self, read):
        self._read = read
        self._both = threading.Barrier(2)

    def __call__(self, *who):
        found = self._read(*who)
        with contextlib.suppress(threading.BrokenBarrierError):
            self._both.wait(1)
        return found


def unlocked(user_ids):
    return {user.pk: user for user in queries.list_users(user_ids)}


@pytest.mark.served_only  # SQLite keeps writers apart with or without our lock.
@pytest.mark.parametrize("is_locked", [True, False])
def test_pair_lock_serializes_mutual_contact_requests(real_db, make_user, in_threads, ask, monkeypatch, is_locked):
    ana, bo = make_user("ana"), make_user("bo")
    monkeypatch.setattr(queries, "find_both_sides", Together(queries.find_both_sides))
    if not is_locked:
        monkeypatch.setattr(queries, "lock_people", unlocked)

    outcomes = in_threads(lambda: ask(ana, bo), lambda: ask(bo, ana))

    are_friends = (seen(ana), seen(bo)) == ({"bo": "accepted"}, {"ana": "accepted"})
    has_failed = any(isinstance(outcome, Exception) for outcome in outcomes)
    assert (are_friends, has_failed) == ((True, False) if is_locked else (False, True))
