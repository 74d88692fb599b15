"""Reads take the same number of queries for one row as for many."""

from __future__ import annotations

import pytest
from django.db import connection

from chat import api
from chat.queries.history import fetch_changes, fetch_history, fetch_messages_by_seq
from chat.queries.summaries import fetch_summary, list_changed_summaries, list_membership_rows
from chat.writers import log
from tests.chat.conftest import caller_of, entry


@pytest.fixture
def queries_of(django_assert_max_num_queries):
    def count(function, *args, **kwargs):
        with django_assert_max_num_queries(1_000) as captured:
            function(*args, **kwargs)
        return [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in (query["sql"] or "")]

    return count


def grow(conversation, ana, bo, now, *, to):
    conversation.refresh_from_db()
    missing = to - conversation.last_seq
    log.append([entry(conversation, (ana, bo)[number % 2], reply_to=None) for number in range(missing)], now=now)
    for seq in range(max(1, to - 20), to + 1):
        for user in (ana, bo):
            api.set_reaction(conversation_id=conversation.public_id, seq=seq, by_user_id=user.pk, emoji="👍", now=now)


SERVED = connection.vendor == "postgresql"


def test_appending_fifty_messages_takes_the_queries_of_one(make_user, make_direct, now, queries_of):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)

    one = queries_of(log.append, [entry(conversation, ana)], now=now)
    many = queries_of(log.append, [entry(conversation, (ana, bo)[number % 2]) for number in range(50)], now=now)

    assert len(one) == (1 if SERVED else 10)
    # On SQLite the counter of each of the two senders is a statement of its own.
    assert len(many) == (1 if SERVED else 11)


@pytest.mark.parametrize(
    ("read", "queries"),
    [
        (lambda place, user: fetch_changes(place, user, after_rev=0), 4),
        (lambda place, user: fetch_history(place, user, before_seq=None, limit=100), 4),
        (lambda place, user: fetch_messages_by_seq(place, user, range(1, 51)), 3),
        (lambda place, user: fetch_summary(place, user), 4),
    ],
    ids=["changes", "history", "picked", "summary"],
)
def test_reading_many_rows_takes_the_queries_of_one(make_user, make_direct, now, queries_of, read, queries):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    grow(conversation, ana, bo, now, to=1)

    few = queries_of(read, conversation.public_id, ana.pk)
    grow(conversation, ana, bo, now, to=90)
    many = queries_of(read, conversation.public_id, ana.pk)

    assert len(few) == len(many) == queries


def test_history_takes_one_more_query_for_quotes(make_user, make_direct, post, now, queries_of):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    grow(conversation, ana, bo, now, to=10)
    for seq in range(1, 6):
        post(conversation, bo, reply_to=seq)

    counted = queries_of(fetch_history, conversation.public_id, ana.pk, before_seq=None, limit=5)

    assert len(counted) == 6  # The quoted, and who reacted to them.


@pytest.mark.parametrize("part", ["list", "sync", "me"])
def test_lists_of_fifty_conversations_take_the_queries_of_one(make_user, make_direct, post, ask, now, queries_of, part):
    ana = make_user("ana")

    def read():
        if part == "list":
            api.list_summaries(ana.pk)
        elif part == "sync":
            list_changed_summaries(caller_of(ana), None, None)
        else:
            list_membership_rows(ana.pk, 0, 100)

    counted = []
    for number in range(50):
        other = make_user(f"teman{number}")
        conversation = make_direct(ana, other)
        post(conversation, other)
        api.set_reaction(conversation_id=conversation.public_id, seq=1, by_user_id=ana.pk, emoji="👍", now=now)
        if number in (0, 49):
            counted.append(len(queries_of(read)))

    assert counted == [{"list": 4, "sync": 4, "me": 1}[part]] * 2


@pytest.mark.parametrize("members", [2, 40])
def test_change_in_a_large_group_takes_as_many_queries(make_user, make_group, post, now, queries_of, members):
    ana, *others = (make_user(f"orang{number}") for number in range(members))
    conversation = make_group(ana, *others)
    post(conversation, others[0])
    for other in others:
        api.set_reaction(conversation_id=conversation.public_id, seq=1, by_user_id=other.pk, emoji="👍", now=now)
    place = conversation.public_id

    counted = [
        len(queries_of(api.set_reaction, conversation_id=place, seq=1, by_user_id=ana.pk, emoji="❤️", now=now)),
        len(queries_of(api.mark_delivered, ana.pk, [(place, 1)])),
        len(queries_of(api.mark_read, conversation_id=place, user_id=ana.pk, seq=1)),
    ]

    # In a large group, whose messages the marks are about is asked, too.
    assert counted == ([16, 7, 9] if members == 2 else [16, 8, 10])


def test_marks_of_thirty_conversations_take_the_queries_of_one(make_user, make_direct, post, queries_of):
    ana = make_user("ana")
    marks = []
    for number in range(31):
        other = make_user(f"teman{number}")
        conversation = make_direct(ana, other)
        post(conversation, other)
        marks.append((conversation.public_id, 1))

    counted = [len(queries_of(api.mark_delivered, ana.pk, some)) for some in (marks[:1], marks[1:])]

    assert counted == [7, 7]


def test_unchanged_read_marks_take_one_query(make_user, make_direct, post, queries_of):
    ana, bo = make_user("ana"), make_user("bo")
    conversations = [make_direct(ana, bo), make_direct(ana, make_user("citra"))]
    for conversation in conversations:
        post(conversation, ana)
    marks = [(conversation.public_id, 1) for conversation in conversations]
    api.mark_delivered(ana.pk, marks)

    assert len(queries_of(api.mark_delivered, ana.pk, marks)) == 1


def test_starred_page_of_many_groups_takes_the_queries_of_one(make_user, make_group, client, now, queries_of):
    ana, bo = make_user("ana"), make_user("bo")
    client.force_login(ana)

    def star_in_another_group():
        group = make_group(ana, bo)
        seq = api.post_message(entry(group, bo), now=now).seq
        api.mark_message(conversation_id=group.public_id, user_id=ana.pk, seq=seq, is_starred=True, now=now)

    star_in_another_group()
    client.get("/obrolan/berbintang/")
    one = queries_of(client.get, "/obrolan/berbintang/")
    for _group in range(5):
        star_in_another_group()

    assert len(queries_of(client.get, "/obrolan/berbintang/")) == len(one)
