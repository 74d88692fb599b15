"""Many write at the same moment. Each guard is first taken away, to see that the race is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from itertools import pairwise

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from chat import api, errors
from chat.models import Conversation, Member, Message
from chat.queries.locking import lock_conversation
from chat.writers import log
from superapp.accounts import api as accounts
from superapp.core.errors import DomainError
from superapp.realtime import user_topic
from tests.chat.conftest import entry, everything
from tests.harness.running_site import ROOT

pytestmark = pytest.mark.timeout(120)
THREADS = 8
EACH = 10


@pytest.fixture
def talk(real_db, make_user, make_direct):
    """The conversation of ana and bo, ana, bo; commits are real."""
    ana, bo = make_user("ana"), make_user("bo")
    return make_direct(ana, bo), ana, bo


def written(batch):
    """Return the outcome of a batch; an entry that could not be stored is an exception."""
    try:
        return log.write(batch)
    except DatabaseError as error:
        return [error] * len(batch)


@pytest.mark.served_only
def test_messages_without_the_lock_get_the_same_seq(talk, unlock_appends, in_threads):
    conversation, ana, bo = talk
    unlock_appends(2)

    outcomes = in_threads(lambda: written([entry(conversation, ana)]), lambda: written([entry(conversation, bo)]))

    assert sum(isinstance(outcome, IntegrityError) for [outcome] in outcomes) == 1


def test_eight_concurrent_senders_get_dense_seqs(talk, in_threads):
    conversation, ana, bo = talk

    def write(number):
        who = (ana, bo)[number % 2]
        return [log.write([entry(conversation, who, f"{number}-{turn}")])[0] for turn in range(EACH)]

    outcomes = in_threads(*(lambda number=number: write(number) for number in range(THREADS)))

    total = THREADS * EACH
    rows = list(Message.objects.order_by("seq").values_list("seq", "rev", "counted"))
    assert rows == [(number, number, number) for number in range(1, total + 1)]
    assert sorted(posted.seq for of_one in outcomes for posted in of_one) == list(range(1, total + 1))
    # Nobody's own messages overtake each other.
    assert all(one.seq < next_.seq for of_one in outcomes for one, next_ in pairwise(of_one))
    conversation.refresh_from_db()
    assert (conversation.last_seq, conversation.rev, conversation.counted) == (total, total, total)


def test_eight_concurrent_batches_get_dense_seqs(talk, in_threads):
    conversation, ana, bo = talk
    batches = [[entry(conversation, (ana, bo)[number % 2]) for _turn in range(EACH)] for number in range(THREADS)]

    outcomes = in_threads(*(lambda batch=batch: log.write(batch) for batch in batches))

    # A batch is one transaction: its messages stand side by side.
    assert all(
        [posted.seq for posted in of_one] == list(range(of_one[0].seq, of_one[0].seq + EACH)) for of_one in outcomes
    )
    assert Message.objects.count() == THREADS * EACH


@pytest.mark.served_only
def test_message_without_the_lock_is_posted_twice_or_fails(talk, unlock_appends, in_threads):
    conversation, ana, _bo = talk
    unlock_appends(2)

    outcomes = in_threads(*[lambda: written([entry(conversation, ana, "halo", client_id="c-1")])] * 2)

    assert sum(isinstance(outcome, IntegrityError) for [outcome] in outcomes) == 1


def test_message_sent_by_eight_threads_is_posted_once(talk, in_threads):
    conversation, ana, _bo = talk

    outcomes = in_threads(*[lambda: log.write([entry(conversation, ana, "halo", client_id="c-1")])[0]] * THREADS)

    assert sorted(posted.is_new for posted in outcomes) == [False] * (THREADS - 1) + [True]
    assert {(posted.seq, posted.rev, posted.counted, posted.sent_at) for posted in outcomes} == {
        (1, 1, 1, outcomes[0].sent_at)
    }
    assert Message.objects.count() == 1


def test_eight_contents_under_one_client_id_post_one_message(talk, in_threads):
    conversation, ana, _bo = talk

    outcomes = in_threads(
        *(
            lambda number=number: log.write([entry(conversation, ana, f"halo {number}", client_id="c-1")])[0]
            for number in range(THREADS)
        )
    )

    assert sum(isinstance(outcome, errors.ClientIdReused) for outcome in outcomes) == THREADS - 1
    assert Message.objects.count() == 1


# Processes.

WRITE = """
import os, signal, sys, django
django.setup()
from uuid import UUID
from chat import api
from chat.writers import log
place, user_id, public_id, client_id, deed = sys.argv[1:]
entry = api.compose_message(
    conversation_id=UUID(place),
    sender_id=int(user_id),
    sender_public_id=UUID(public_id),
    client_id=client_id,
    body="halo",
)
print("ready", flush=True)
sys.stdin.readline()
[posted] = log.write([entry])
if deed == "die":  # Committed, and nobody was told.
    os.kill(os.getpid(), signal.SIGKILL)
print(posted.seq, posted.is_new, flush=True)
"""


@pytest.fixture
def start(real_db):
    """A process that writes a message as soon as it is told to."""
    running = []

    def start(conversation, user, *, client_id, deed="answer"):
        argv = [sys.executable, "-c", WRITE, str(conversation.public_id), str(user.pk), str(user.public_id)]
        process = subprocess.Popen(
            [*argv, client_id, deed],
            env={**os.environ, **real_db.env},
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        running.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def go(*processes):
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=60)[0].strip() for process in processes]


def test_message_sent_by_two_processes_is_posted_once(talk, start):
    conversation, ana, _bo = talk

    said = go(*(start(conversation, ana, client_id="c-1") for _process in range(2)))

    assert sorted(said) == ["1 False", "1 True"]
    assert Message.objects.count() == 1


def test_message_of_a_process_killed_after_commit_is_stored(talk, start):
    conversation, ana, _bo = talk
    process = start(conversation, ana, client_id="c-1", deed="die")
    said = go(process)
    assert (said, process.returncode) == ([""], -signal.SIGKILL)
    before = everything()

    [again] = log.write([entry(conversation, ana, "halo", client_id="c-1")])

    assert (again.seq, again.rev, again.counted, again.is_new) == (1, 1, 1, False)
    assert everything() == before
    assert log.write([entry(conversation, ana, "halo lagi")])[0].seq == 2


# The same two conversations in opposite order.


def test_batches_in_opposite_conversation_order_do_not_deadlock(
    real_db,
    make_user,
    make_direct,
    in_threads,
):
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    one, two = make_direct(ana, bo), make_direct(ana, citra)

    def write(first, second):
        return [
            outcome
            for _turn in range(EACH)
            for outcome in log.write([entry(first, ana), entry(second, ana), entry(first, ana)])
        ]

    outcomes = in_threads(*(lambda pair=pair: write(*pair) for pair in [(one, two), (two, one)] * 3))

    assert not [outcome for of_one in outcomes for outcome in of_one if isinstance(outcome, Exception)]
    assert sorted(Conversation.objects.values_list("last_seq", flat=True)) == [90, 90]
    # And every change of ana's own has its number.
    assert user_topic.current_rev(ana.pk) == dense_me(ana, since=Member.objects.filter(user=ana).count())


def dense_me(user, *, since):
    """Return how many changes of topic ``me`` there must have been: two for each batch, besides earlier ones."""
    contacts = 2
    return contacts + since + 2 * EACH * 6


@pytest.mark.served_only
def test_batches_without_lock_order_would_deadlock(real_db, make_user, make_direct, in_threads):
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    one, two = make_direct(ana, bo), make_direct(ana, citra)
    line = threading.Barrier(2)

    def write(first, second):
        with transaction.atomic():
            lock_conversation(first.public_id)
            line.wait(20)
            lock_conversation(second.public_id)

    outcomes = in_threads(lambda: write(one, two), lambda: write(two, one))

    assert sum(isinstance(outcome, DatabaseError) for outcome in outcomes) == 1


def test_user_topic_is_dense_under_concurrent_writers(talk, in_threads, now):
    conversation, ana, bo = talk
    for _turn in range(20):
        log.write([entry(conversation, bo)])
    before = user_topic.current_rev(ana.pk)
    changed = []

    def read():
        for seq in range(1, 21):
            member = api.mark_read(conversation_id=conversation.public_id, user_id=ana.pk, seq=seq)
            changed.append(member.rev)

    def keep():
        for turn in range(20):
            kept = api.update_preferences(conversation_id=conversation.public_id, user_id=ana.pk, draft=f"nanti {turn}")
            changed.append(kept.rev)

    assert in_threads(read, keep) == [None, None]

    assert sorted(changed) == list(range(before + 1, before + 41))
    assert user_topic.current_rev(ana.pk) == before + 40


# Sending against blocking.


def test_message_after_an_acknowledged_block_is_refused(talk, in_threads, now):
    conversation, ana, bo = talk
    blocked_after = []

    def block():
        accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)
        blocked_after.append(Message.objects.count())

    def write():
        return [log.write([entry(conversation, ana)])[0] for _turn in range(30)]

    _blocked, outcomes = in_threads(block, write)

    refused = [isinstance(outcome, errors.NotAccepted) for outcome in outcomes]
    # Refused from some message on, and never again let through.
    assert refused == sorted(refused)
    # At most the one that was being written when the answer came may stand after it.
    assert Message.objects.count() - blocked_after[0] <= 1


# Opening.


def test_conversation_opened_concurrently_by_both_is_one(real_db, make_user, now, in_threads):
    ana, bo = make_user("ana"), make_user("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)

    opened = in_threads(
        *[lambda: api.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, now=now)] * 4,
        *[lambda: api.open_direct_conversation(user_id=bo.pk, peer_id=ana.pk, now=now)] * 4,
    )

    assert not [outcome for outcome in opened if isinstance(outcome, DomainError | DatabaseError)]
    assert {conversation.pk for conversation in opened} == {Conversation.objects.get().pk}
    assert Member.objects.count() == 2
