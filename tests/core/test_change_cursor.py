"""Reading changes since a cursor may repeat rows and never misses one, however late a transaction commits."""

from __future__ import annotations

import random
import threading
import time

import pytest
from django.db import connection, transaction

from superapp.accounts.models import User
from superapp.core import change_cursor


def change(user: User) -> None:
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(changed=change_cursor.current_stamp())


def changed_since(cursor: int) -> set[str]:
    return set(User.objects.filter(changed__gte=cursor).values_list("name", flat=True))


def test_stamp_is_refused_outside_a_transaction(real_db):
    with pytest.raises(transaction.TransactionManagementError):
        change_cursor.current_stamp()


def test_change_is_read_from_the_cursor_before_it(make_user):
    ana = make_user("ana")
    before = change_cursor.current_cursor().stamp

    change(ana)

    assert changed_since(before) == {"Ana"}


def test_changes_before_the_cursor_are_not_read_again(real_db, make_user):
    ana, bo = make_user("ana"), make_user("bo")
    change(ana)
    after_ana = horizon_beyond(User.objects.get(pk=ana.pk).changed)

    change(bo)

    assert changed_since(after_ana) == {"Bo"}


def horizon_beyond(stamp):
    """
    The first horizon that is past a change. On PostgreSQL it may wait for transactions of other tests, which run at the
    same time on the same server: until they end, what came after their beginning is read again.
    """
    until = time.monotonic() + 60
    while (cursor := change_cursor.current_cursor().stamp) <= stamp:
        assert time.monotonic() < until
        time.sleep(0.02)
    return cursor


def test_rolled_back_change_is_never_seen(real_db, make_user):
    ana = make_user("ana")
    before = change_cursor.current_cursor().stamp

    with transaction.atomic():
        User.objects.filter(pk=ana.pk).update(changed=change_cursor.current_stamp())
        transaction.set_rollback(True)

    assert changed_since(before) == set()


@pytest.mark.served_only
def test_late_commit_is_not_missed(real_db, make_user, in_threads):
    seen_first, cursor, _ = read_between_two_commits(make_user, in_threads)

    assert seen_first == {"Bo"}
    assert changed_since(cursor) == {"Ana", "Bo"}


@pytest.mark.served_only
def test_cursor_from_seen_rows_would_miss_a_late_commit(real_db, make_user, in_threads):
    _, _, highest_seen = read_between_two_commits(make_user, in_threads)

    assert changed_since(highest_seen + 1) == set()


def read_between_two_commits(make_user, in_threads) -> tuple[set[str], int, int]:
    """
    Ana's change begins first and commits last; bo's begins and commits in between, and then somebody reads.

    What was seen by that read, the cursor it kept, and the highest stamp among its rows.
    """
    ana, bo = make_user("ana"), make_user("bo")
    start = change_cursor.current_cursor().stamp
    has_begun, may_commit = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            User.objects.filter(pk=ana.pk).update(changed=change_cursor.current_stamp())
            has_begun.set()
            assert may_commit.wait(10)

    def reader() -> tuple[set[str], int, int]:
        assert has_begun.wait(10)
        change(bo)
        cursor = change_cursor.current_cursor().stamp
        seen = changed_since(start)
        highest = User.objects.order_by("-changed").values_list("changed", flat=True)[0]
        may_commit.set()
        return seen, cursor, highest

    [late_outcome, read] = in_threads(late, reader)
    assert late_outcome is None
    return read


def test_reader_that_follows_its_cursor_misses_nothing_under_load(real_db, make_user, in_threads):
    people = [make_user(f"person{number}") for number in range(40)]
    start = change_cursor.current_cursor().stamp
    writing = threading.Semaphore(0)

    def writer(mine: list[User]) -> None:
        for user in mine:
            with transaction.atomic():
                stamp = change_cursor.current_stamp()
                # Some commit long after they were stamped.
                threading.Event().wait(random.random() * 0.01)
                User.objects.filter(pk=user.pk).update(changed=stamp)
        writing.release()

    def reader() -> list[set[str]]:
        cursor, reads, ended = start, [], 0
        while True:
            ended += writing.acquire(blocking=False)
            next_cursor = change_cursor.current_cursor().stamp
            reads.append(changed_since(cursor))
            cursor = next_cursor
            if ended == 4:
                return reads
            connection.close()

    *wrote, reads = in_threads(*(lambda part=part: writer(people[part::4]) for part in range(4)), reader)

    assert wrote == [None] * 4
    assert len(reads) > 1
    assert set().union(*reads) == {user.name for user in people}
