"""Leaving, reading, editing and reacting while others write. Each guard is first taken away, to see the race."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Max

from chat import api, errors, push
from chat.models import Conversation, Member, Message, Reaction
from chat.queries.locking import lock_conversation
from chat.queries.members import is_current_member
from chat.queries.messages import count_own_after, fetch_message
from chat.writers import log
from tests.chat.conftest import entry

pytestmark = pytest.mark.timeout(120)
TURNS = 20
# Who is in a conversation, noted before the wait for its lock.
BEFORE = """
    PERFORM set_config('nusa.before', string_agg(user_id::text, ','), true) FROM chat_member WHERE until_seq IS NULL;
"""
WAS_IN = "m.user_id::text = ANY (string_to_array(current_setting('nusa.before'), ','))"


@pytest.fixture
def told(monkeypatch):
    """Record who is told of each message: its number and the people."""
    told = []
    tell = push.message_posted_hint

    def tell_and_note(where, row, *, to_user_ids):
        told.append((row.seq, sorted(to_user_ids)))
        return tell(where, row, to_user_ids=to_user_ids)

    monkeypatch.setattr(push, "message_posted_hint", tell_and_note)
    return told


@pytest.fixture
def group(real_db, make_user, make_group):
    """A group of ana, bo and citra; commits are real."""
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    return make_group(ana, bo, citra), ana, bo, citra


@pytest.fixture
def talk(real_db, make_user, make_direct):
    ana, bo = make_user("ana"), make_user("bo")
    return make_direct(ana, bo), ana, bo


def leave(conversation, user, now):
    api.leave_group(conversation_id=conversation.public_id, user_id=user.pk, now=now)


def write_while_leaving(conversation, user, in_threads, now):
    """Return the outcome of a message that waits for the lock under which its sender leaves."""
    has_locked, waits = threading.Event(), threading.Event()

    def go():
        with transaction.atomic():
            lock_conversation(conversation.public_id)
            has_locked.set()
            assert waits.wait(20)
            leave(conversation, user, now)

    def write():
        assert has_locked.wait(20)
        threading.Timer(0.3, waits.set).start()
        return log.write([entry(conversation, user)])[0]

    _left, outcome = in_threads(go, write)
    return outcome


def unread(conversation, user):
    conversation.refresh_from_db()
    side = Member.objects.get(conversation=conversation, user=user)
    return conversation.counted - side.read_counted - side.own_since


# Leaving.


@pytest.mark.served_only
def test_message_without_the_lock_collides_with_a_leave(group, meanwhile, now):
    conversation, ana, bo, _citra = group

    outcome = meanwhile(lambda: log.write([entry(conversation, ana)]), lambda: leave(conversation, bo, now))

    assert isinstance(outcome, IntegrityError)
    assert Message.objects.get(seq=1).event["name"] == "member_left"


def test_former_member_gets_no_hint_of_a_concurrent_message(group, told, in_threads, now):
    conversation, ana, bo, citra = group

    def write():
        return [log.write([entry(conversation, ana)])[0] for _turn in range(TURNS)]

    in_threads(write, write, lambda: leave(conversation, bo, now), lambda: leave(conversation, citra, now))

    left_at = dict(Member.objects.exclude(until_seq=None).values_list("user_id", "until_seq"))
    assert left_at.keys() == {bo.pk, citra.pk}
    assert len(told) == 2 * TURNS + 2
    for seq, to in told:
        assert to == sorted(user for user in (ana.pk, bo.pk, citra.pk) if seq <= left_at.get(user, seq))
    last = Message.objects.aggregate(newest=Max("seq"))["newest"]
    assert sorted(seq for seq, _to in told) == list(range(1, last + 1))
    # Where they left is their own line, and nothing later changed for them.
    for user, seq in left_at.items():
        assert Message.objects.get(seq=seq).event["name"] == "member_left"
        assert Member.objects.get(user_id=user).until_rev == Message.objects.get(seq=seq).rev


def test_sender_leaving_concurrently_is_refused_afterwards(group, in_threads, now):
    conversation, _ana, bo, _citra = group

    def write():
        return [log.write([entry(conversation, bo)])[0] for _turn in range(TURNS)]

    outcomes, _left = in_threads(write, lambda: leave(conversation, bo, now))

    refused = [isinstance(outcome, errors.ConversationNotFound) for outcome in outcomes]
    assert refused == sorted(refused)
    until = Member.objects.get(user=bo).until_seq
    assert not Message.objects.filter(sender=bo, seq__gt=until).exists()


def test_concurrent_joins_and_leaves_leave_everybody_in_or_out(group, in_threads, now):
    conversation, ana, bo, _citra = group

    def go():
        for _turn in range(5):
            leave(conversation, bo, now)

    def bring():
        for _turn in range(5):
            api.add_member(conversation_id=conversation.public_id, by_user_id=ana.pk, user_id=bo.pk, now=now)

    assert in_threads(go, bring, go, bring) == [None] * 4

    names = [event["name"] for event in Message.objects.order_by("seq").values_list("event", flat=True)]
    assert names == ["member_left", "member_joined"] * (len(names) // 2) + ["member_left"] * (len(names) % 2)
    assert is_current_member(conversation, bo.pk) == (len(names) % 2 == 0)


# Reading.


@pytest.mark.served_only
def test_read_mark_without_the_lock_overwrites_a_message(talk, monkeypatch, in_threads):
    conversation, ana, bo = talk
    log.write([entry(conversation, bo)])
    monkeypatch.setattr(
        "chat.queries.locking.lock_conversation", lambda place: Conversation.objects.get(public_id=place)
    )
    has_looked, has_written = threading.Event(), threading.Event()
    count = count_own_after

    def count_slowly(*args, **kwargs):
        counted = count(*args, **kwargs)
        has_looked.set()
        assert has_written.wait(20)
        return counted

    monkeypatch.setattr("chat.actions.receipts.count_own_after", count_slowly)

    def write():
        assert has_looked.wait(20)
        log.write([entry(conversation, ana)])
        has_written.set()

    in_threads(
        lambda: api.mark_read(conversation_id=conversation.public_id, user_id=ana.pk, seq=1),
        write,
    )

    # Her own message is unread to her.
    assert unread(conversation, ana) == 1


def test_unread_count_under_concurrent_messages_is_exact(talk, in_threads):
    conversation, ana, bo = talk

    def write(who):
        for _turn in range(TURNS):
            log.write([entry(conversation, who)])

    def read():
        for _turn in range(TURNS):
            last = Conversation.objects.values_list("last_seq", flat=True).get(pk=conversation.pk)
            if last:
                api.mark_read(conversation_id=conversation.public_id, user_id=ana.pk, seq=last)

    assert in_threads(lambda: write(ana), lambda: write(bo), read, read) == [None] * 4

    side = Member.objects.get(user=ana)
    assert unread(conversation, ana) == Message.objects.filter(sender=bo, seq__gt=side.read_seq).count()
    own_after = Message.objects.filter(sender=ana, seq__gt=side.read_seq).count()
    assert (side.own_since, side.read_counted) == (own_after, side.read_seq)


# Changing one message.


def edits_of_the_first(conversation, author, *, times):
    """Return that many edits of the first message, each with the same number of edits before it."""
    sent_at = Message.objects.get(seq=1).sent_at

    def edit(number):
        return lambda: api.edit_message(
            conversation_id=conversation.public_id,
            seq=1,
            by_user_id=author.pk,
            body=f"satu {number}",
            edits=0,
            now=sent_at,
        )

    return [edit(number) for number in range(times)]


def test_one_of_eight_concurrent_edits_succeeds(talk, in_threads, now):
    conversation, ana, _bo = talk
    log.write([entry(conversation, ana, "nol")])

    outcomes = in_threads(*edits_of_the_first(conversation, ana, times=8))

    assert sum(isinstance(outcome, errors.EditConflict) for outcome in outcomes) == 7
    [made] = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    message = Message.objects.get()
    assert (message.body, message.edits, message.rev) == (made.body, 1, 2)


@pytest.mark.served_only
def test_second_edit_without_the_lock_is_refused_by_the_database(talk, monkeypatch, in_threads):
    conversation, ana, _bo = talk
    log.write([entry(conversation, ana, "nol")])
    monkeypatch.setattr(
        "chat.queries.locking.lock_conversation", lambda place: Conversation.objects.get(public_id=place)
    )
    line = threading.Barrier(2)
    look = fetch_message

    def look_and_wait(*args):
        found = look(*args)
        line.wait(20)
        return found

    monkeypatch.setattr("chat.actions.messages.fetch_message", look_and_wait)

    outcomes = in_threads(*edits_of_the_first(conversation, ana, times=2))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["IntegrityError", "Message"]


def test_concurrent_changes_use_every_number_once(talk, in_threads, now):
    conversation, ana, bo = talk
    log.write([entry(conversation, ana) for _turn in range(TURNS)])
    numbers = []

    def react(who, *emojis):
        for turn in range(TURNS):
            message, _mark = api.set_reaction(
                conversation_id=conversation.public_id,
                seq=turn + 1,
                by_user_id=who.pk,
                emoji=emojis[turn % len(emojis)],
                now=now,
            )
            numbers.append(message.rev)

    def write():
        numbers.extend(log.write([entry(conversation, bo)])[0].rev for _turn in range(TURNS))

    assert in_threads(lambda: react(ana, "👍", "😂"), lambda: react(bo, "❤️"), write) == [None] * 3

    assert sorted(numbers) == list(range(TURNS + 1, 4 * TURNS + 1))
    conversation.refresh_from_db()
    assert (conversation.rev, conversation.last_seq) == (4 * TURNS, 2 * TURNS)
    assert Reaction.objects.count() == 2 * TURNS


def test_concurrent_reactions_of_two_devices_are_one(talk, in_threads, now):
    conversation, ana, bo = talk
    log.write([entry(conversation, ana)])

    outcomes = in_threads(
        *(
            lambda emoji=emoji: api.set_reaction(
                conversation_id=conversation.public_id, seq=1, by_user_id=bo.pk, emoji=emoji, now=now
            )
            for emoji in ("👍", "👍", "❤️", "❤️")
        )
    )

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert Reaction.objects.count() == 1
    assert Message.objects.get().rev == max(message.rev for message, _mark in outcomes)


@pytest.mark.served_only
def test_membership_is_checked_after_waiting_for_the_lock(group, in_threads, now):
    conversation, _ana, bo, _citra = group

    outcome = write_while_leaving(conversation, bo, in_threads, now)

    assert isinstance(outcome, errors.ConversationNotFound)
    assert Message.objects.get().event["name"] == "member_left"


@pytest.mark.served_only
def test_membership_checked_before_waiting_would_accept_a_former_member(group, alter_append, in_threads, now):
    conversation, _ana, bo, _citra = group
    alter_append(
        ("    -- 1. The conv", f"    {BEFORE}\n    -- 1. The conv"),
        (
            ") m ON m.until_seq IS NULL",
            ") m ON m.user_id::text = ANY (string_to_array(current_setting('nusa.before'), ','))",
        ),
    )

    outcome = write_while_leaving(conversation, bo, in_threads, now)

    assert outcome.seq == 2
    assert Member.objects.get(user=bo).until_seq == 1
