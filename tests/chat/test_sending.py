"""Posting: once and for ever, in order, and only where one is."""

from __future__ import annotations

import pytest
from django.db.transaction import TransactionManagementError

from chat import api, errors
from chat.models import Conversation, Member, Message
from chat.writers import log
from superapp.accounts import api as accounts
from superapp.realtime import bus, user_topic
from tests.chat.conftest import entry


def test_first_message_has_seq_one(make_user, make_direct, post, now):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)

    posted = post(conversation, ana, "halo kak")

    assert (posted.seq, posted.rev, posted.counted, posted.sent_at, posted.is_new) == (1, 1, 1, now, True)
    message = Message.objects.get()
    assert (message.body, message.sender, message.seq, message.rev) == ("halo kak", ana, 1, 1)
    conversation.refresh_from_db()
    assert (conversation.last_seq, conversation.rev, conversation.counted) == (1, 1, 1)


def test_retry_returns_the_first_message_and_sends_no_hint(
    make_user, make_direct, post, hints_sent, django_capture_on_commit_callbacks
):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    first = post(conversation, ana, client_id="c-1")

    with django_capture_on_commit_callbacks(execute=True):
        again = post(conversation, ana, client_id="c-1")

    assert (again.seq, again.rev, again.counted, again.is_new) == (first.seq, first.rev, first.counted, False)
    assert again.sent_at == first.sent_at
    assert Message.objects.count() == 1
    assert hints_sent == []


def test_same_client_id_with_other_content_is_refused_and_changes_nothing(make_user, make_direct, post):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    post(conversation, ana, "satu", client_id="c-1")

    with pytest.raises(errors.ClientIdReused):
        post(conversation, ana, "dua", client_id="c-1")

    assert Message.objects.get().body == "satu"


def test_two_senders_can_use_the_same_client_id(make_user, make_direct, post):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)

    assert [post(conversation, who, client_id="c-1").seq for who in (ana, bo)] == [1, 2]


def test_message_of_an_outsider_is_not_found(make_user, make_direct, post):
    conversation = make_direct(make_user("ana"), make_user("bo"))

    with pytest.raises(errors.ConversationNotFound):
        post(conversation, make_user("eve"))

    assert not Message.objects.exists()


def test_batch_returns_one_outcome_per_message(make_user, make_direct, now):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    conversation = make_direct(ana, bo)
    other = make_direct(bo, eve)
    batch = [
        entry(conversation, ana, "satu", client_id="c-1"),
        entry(conversation, eve, "aku di sini juga"),
        entry(conversation, ana, "satu", client_id="c-1"),
        entry(conversation, ana, "lain", client_id="c-1"),
        entry(other, bo, "dua"),
        entry(conversation, bo, "tiga", reply_to=1),
        entry(conversation, bo, "empat", reply_to=9),
    ]

    outcomes = log.append(batch, now=now)

    assert [getattr(one, "seq", type(one)) for one in outcomes] == [
        1,
        errors.ConversationNotFound,
        1,
        errors.ClientIdReused,
        1,
        2,
        errors.ReplyNotFound,
    ]
    assert list(Message.objects.order_by("conversation", "seq").values_list("body", "reply_to")) == [
        ("satu", None),
        ("tiga", 1),
        ("dua", None),
    ]


def test_message_is_hinted_to_members_and_not_to_outsiders(
    make_user, make_direct, post, hints_sent, django_capture_on_commit_callbacks
):
    ana, bo, _eve = make_user("ana"), make_user("bo"), make_user("eve")
    conversation = make_direct(ana, bo)

    with django_capture_on_commit_callbacks(execute=True):
        post(conversation, ana, "halo", client_id="c-1")

    (mine_to, mine), (posted_to, posted) = hints_sent
    assert sorted(posted_to) == [ana.pk, bo.pk]
    assert posted["on"] == f"chat:{conversation.public_id}"
    assert (posted["say"], posted["rev"], posted["row"]["body"], posted["row"]["from"]) == (
        "message.posted",
        1,
        "halo",
        str(ana.public_id),
    )
    assert mine_to == [ana.pk]
    assert (mine["on"], mine["rev"], mine["row"]["read_seq"]) == ("me", user_topic.current_rev(ana.pk), 1)


def test_rolled_back_message_sends_no_hint(make_user, make_direct, post, hints_sent):
    conversation = make_direct(ana := make_user("ana"), make_user("bo"))

    post(conversation, ana)

    assert hints_sent == []


def test_blocked_and_blocker_get_the_same_error(make_user, make_direct, post, now):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    accounts.block_person(user_id=ana.pk, peer_public_id=bo.public_id, now=now)

    for sender in (ana, bo):
        with pytest.raises(errors.NotAccepted):
            post(conversation, sender)

    assert not Message.objects.exists()


def test_own_message_moves_the_read_mark_when_nothing_was_unread(make_user, make_direct, post):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)

    post(conversation, ana)
    post(conversation, ana)

    side = Member.objects.get(conversation=conversation, user=ana)
    assert (side.read_seq, side.read_counted, side.own_since) == (2, 2, 0)
    assert unread(conversation, bo) == 2


def test_own_message_after_reading_moves_the_read_mark_over_own_messages(make_user, make_direct, post):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    post(conversation, bo)
    post(conversation, ana)
    api.mark_read(conversation_id=conversation.public_id, user_id=ana.pk, seq=1)

    post(conversation, ana)

    side = Member.objects.get(conversation=conversation, user=ana)
    assert (side.read_seq, side.read_counted, side.own_since) == (3, 3, 0)


def test_message_after_a_change_takes_the_next_seq_and_rev(make_user, make_direct, post, now):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    post(conversation, ana)
    api.set_reaction(conversation_id=conversation.public_id, seq=1, by_user_id=bo.pk, emoji="👍", now=now)

    posted = post(conversation, ana)

    assert (posted.seq, posted.rev, posted.counted) == (2, 3, 2)
    conversation.refresh_from_db()
    assert (conversation.last_seq, conversation.rev, conversation.counted) == (2, 3, 2)


def test_block_between_two_members_does_not_affect_their_group(make_user, make_direct, make_group, now):
    ana, bo = make_user("ana"), make_user("bo")
    direct, group = make_direct(ana, bo), make_group(ana, bo)
    accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    outcomes = log.append([entry(direct, ana), entry(group, ana)], now=now)

    assert isinstance(outcomes[0], errors.NotAccepted)
    assert outcomes[1].seq == 1


def test_own_message_leaves_unread_messages_unread(make_user, make_direct, post):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    post(conversation, bo, "kakak di mana?")

    post(conversation, ana, "tadi di terowongan")

    side = Member.objects.get(conversation=conversation, user=ana)
    assert (side.read_seq, side.read_counted, side.own_since) == (0, 0, 1)
    assert (unread(conversation, ana), unread(conversation, bo)) == (1, 1)


def test_messages_in_two_conversations_take_two_revs_of_the_user_topic(make_user, make_direct, commit, now):
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    one, two = make_direct(ana, bo), make_direct(ana, citra)
    before = user_topic.current_rev(ana.pk)

    with commit() as hints:
        log.append([entry(one, ana), entry(two, ana), entry(one, ana)], now=now)

    revs = Member.objects.filter(user=ana).order_by("pk").values_list("rev", flat=True)
    assert sorted(revs) == [before + 1, before + 2]
    assert user_topic.current_rev(ana.pk) == before + 2
    # Told in their order: what comes in order need not wait for what is before it.
    assert [hint["rev"] for _to, hint in hints if hint["on"] == "me"] == [before + 1, before + 2]


def test_message_stamps_conversation_and_membership(real_db, make_user, make_direct, post):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    before = dict(Member.objects.values_list("user_id", "changed"))

    post(conversation, ana)

    after = dict(Member.objects.values_list("user_id", "changed"))
    assert after[ana.pk] > before[ana.pk]
    assert after[bo.pk] == before[bo.pk]
    assert Conversation.objects.get().changed == after[ana.pk]


def test_failed_hint_does_not_fail_the_message(real_db, make_user, make_direct, monkeypatch):
    conversation = make_direct(ana := make_user("ana"), make_user("bo"))

    def fail(_tidings):
        raise RuntimeError("no way out")

    monkeypatch.setattr(bus, "publish", fail)

    [posted] = log.write([entry(conversation, ana)])

    assert (posted.seq, Message.objects.count()) == (1, 1)


def test_appending_outside_a_transaction_is_refused(real_db, make_user, make_direct, now):
    conversation = make_direct(ana := make_user("ana"), make_user("bo"))

    with pytest.raises(TransactionManagementError):
        log.append([entry(conversation, ana)], now=now)

    assert not Message.objects.exists()


def test_batched_sending_inside_a_transaction_is_refused(make_user, make_direct):
    conversation = make_direct(ana := make_user("ana"), make_user("bo"))

    # It would wait for a lock that the waiting transaction may hold.
    with pytest.raises(TransactionManagementError):
        log.writer.submit(entry(conversation, ana))


@pytest.mark.parametrize("client_id", ["", "x" * 65, "dua kata", "é", "a\x00b", "transfer:1"])
def test_invalid_client_id_is_refused(make_user, make_direct, post, client_id):
    conversation = make_direct(ana := make_user("ana"), make_user("bo"))

    with pytest.raises(errors.ClientIdInvalid):
        post(conversation, ana, client_id=client_id)

    assert not Message.objects.exists()


def unread(conversation, user):
    conversation.refresh_from_db()
    side = Member.objects.get(conversation=conversation, user=user)
    return conversation.counted - side.read_counted - side.own_since
