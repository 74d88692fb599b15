"""Read marks, delivered marks, receipts, and what is unread."""

from __future__ import annotations

import uuid

import pytest

from chat import api, errors
from chat.models import Member
from superapp.realtime import user_topic
from tests.chat.conftest import everything


def read(conversation, user, seq):
    return api.mark_read(conversation_id=conversation.public_id, user_id=user.pk, seq=seq)


def side_of(conversation, user):
    return Member.objects.get(conversation=conversation, user=user)


def unread(conversation, user):
    conversation.refresh_from_db()
    side = side_of(conversation, user)
    return conversation.counted - side.read_counted - side.own_since


@pytest.fixture
def talk(make_user, make_direct, post):
    """Bo said 1, 2; ana 3 while they were unread to her; bo 4; ana 5: the conversation, ana, bo."""
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    for who in (bo, bo, ana, bo, ana):
        post(conversation, who)
    return conversation, ana, bo


def test_reading_up_to_an_own_message_leaves_later_ones_unread(talk):
    conversation, ana, _bo = talk
    marks = []

    for seq in (1, 2, 3, 4, 5):
        side = read(conversation, ana, seq)
        marks.append((side.read_seq, side.read_counted, side.own_since, unread(conversation, ana)))

    assert marks == [(1, 1, 2, 2), (2, 2, 2, 1), (3, 3, 1, 1), (4, 4, 1, 0), (5, 5, 0, 0)]


def test_read_mark_never_goes_back(talk, commit):
    conversation, ana, _bo = talk
    read(conversation, ana, 4)
    before = everything()

    with commit() as hints:
        for seq in (1, 3, 4):
            assert read(conversation, ana, seq).read_seq == 4

    assert hints == []
    assert everything() == before


def test_read_mark_is_hinted_to_others_and_unread_count_only_to_its_person(talk, commit):
    conversation, ana, bo = talk
    rev = user_topic.current_rev(ana.pk)

    with commit() as hints:
        read(conversation, ana, 4)

    (receipt_to, receipt), (mine_to, mine) = hints
    assert sorted(receipt_to) == [ana.pk, bo.pk]
    assert receipt == {
        "on": f"chat:{conversation.public_id}",
        "say": "receipt",
        "user": str(ana.public_id),
        "read_seq": 4,
        "delivered_seq": 4,
    }
    assert mine_to == [ana.pk]
    assert (mine["on"], mine["rev"], mine["say"]) == ("me", rev + 1, "membership.changed")
    assert (mine["row"]["read_seq"], mine["row"]["read_counted"], mine["row"]["own_since"]) == (4, 4, 1)


def test_read_mark_changes_no_other_member_and_no_rev(talk):
    conversation, ana, bo = talk
    conversation.refresh_from_db()
    before = side_of(conversation, bo), user_topic.current_rev(bo.pk), conversation.rev

    read(conversation, ana, 4)

    conversation.refresh_from_db()
    assert (side_of(conversation, bo), user_topic.current_rev(bo.pk), conversation.rev) == before
    assert side_of(conversation, bo).rev == before[0].rev


def test_read_mark_beyond_the_last_message_is_refused(talk):
    conversation, ana, _bo = talk
    before = everything()

    with pytest.raises(errors.MessageNotFound):
        read(conversation, ana, 6)

    assert everything() == before


def test_system_event_can_be_read_and_never_counts_as_unread(make_user, make_group, post, now):
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    conversation = make_group(ana, bo)
    post(conversation, bo)
    api.add_member(conversation_id=conversation.public_id, by_user_id=bo.pk, user_id=citra.pk, now=now)
    assert unread(conversation, ana) == 1

    side = read(conversation, ana, 2)

    assert (side.read_seq, side.read_counted, side.own_since) == (2, 1, 0)
    assert unread(conversation, ana) == 0


def test_own_system_events_do_not_count_as_own_messages(make_user, make_group, post, now):
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    conversation = make_group(ana, bo)
    post(conversation, bo)
    post(conversation, bo)
    api.add_member(conversation_id=conversation.public_id, by_user_id=ana.pk, user_id=citra.pk, now=now)

    side = read(conversation, ana, 1)

    assert (side.read_counted, side.own_since, unread(conversation, ana)) == (1, 0, 1)


# What devices hold.


def delivered(user, *marks):
    api.mark_delivered(user.pk, [(conversation.public_id, seq) for conversation, seq in marks])


def test_read_marks_of_several_conversations_are_set_at_once(make_user, make_direct, post, commit):
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    one, two = make_direct(ana, bo), make_direct(ana, citra)
    for conversation, who in ((one, bo), (one, bo), (two, citra)):
        post(conversation, who)
    rev = user_topic.current_rev(ana.pk)

    with commit() as hints:
        delivered(ana, (two, 1), (one, 1), (one, 2), (one, 1))

    assert [side_of(conversation, ana).delivered_seq for conversation in (one, two)] == [2, 1]
    assert [(sorted(to), hint["on"], hint["delivered_seq"], hint["read_seq"]) for to, hint in hints] == [
        ([ana.pk, bo.pk], f"chat:{one.public_id}", 2, 0),
        ([ana.pk, citra.pk], f"chat:{two.public_id}", 1, 0),
    ]
    # Nothing of it is mine alone.
    assert user_topic.current_rev(ana.pk) == rev


def test_delivered_mark_never_goes_back_nor_beyond_the_newest(talk, commit):
    conversation, ana, _bo = talk
    delivered(ana, (conversation, 2**53))
    assert side_of(conversation, ana).delivered_seq == 5
    before = everything()

    with commit() as hints:
        delivered(ana, (conversation, 3))
        delivered(ana, (conversation, 5))
        delivered(ana, (conversation, 2**53))

    assert hints == []
    assert everything() == before


def test_delivered_mark_moves_no_read_mark(talk):
    conversation, ana, _bo = talk

    delivered(ana, (conversation, 5))

    assert (side_of(conversation, ana).read_seq, unread(conversation, ana)) == (0, 3)


def test_read_mark_moves_the_delivered_mark(talk):
    conversation, ana, _bo = talk

    read(conversation, ana, 3)
    assert side_of(conversation, ana).delivered_seq == 3

    delivered(ana, (conversation, 5))
    read(conversation, ana, 4)
    assert side_of(conversation, ana).delivered_seq == 5


def test_sending_does_not_move_the_delivered_mark_back(make_user, make_direct, post):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    post(conversation, bo)
    delivered(ana, (conversation, 1))

    post(conversation, ana)
    assert side_of(conversation, ana).delivered_seq == 1

    read(conversation, ana, 1)
    post(conversation, ana)
    assert (side_of(conversation, ana).read_seq, side_of(conversation, ana).delivered_seq) == (3, 3)


def test_marks_of_foreign_and_missing_conversations_are_skipped(talk, make_user, make_direct, post, commit):
    conversation, ana, bo = talk
    eve = make_user("eve")
    foreign = make_direct(bo, eve)
    post(foreign, eve)

    with commit() as hints:
        api.mark_delivered(ana.pk, [(foreign.public_id, 1), (uuid.uuid4(), 1), (conversation.public_id, 2)])

    assert side_of(conversation, ana).delivered_seq == 2
    assert [side_of(foreign, who).delivered_seq for who in (bo, eve)] == [0, 1]
    assert [hint["on"] for _to, hint in hints] == [f"chat:{conversation.public_id}"]


def test_mark_of_a_left_conversation_is_skipped(make_user, make_group, post, now):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_group(ana, bo)
    api.leave_group(conversation_id=conversation.public_id, user_id=bo.pk, now=now)
    post(conversation, ana)
    before = everything()

    delivered(bo, (conversation, 2))

    assert everything() == before


@pytest.mark.parametrize("kind", ["direct", "group"])
def test_lost_receipt_is_in_the_next_sync(make_user, make_direct, make_group, post, ask, kind):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo) if kind == "direct" else make_group(ana, bo)
    post(conversation, ana)
    cursor = ask(ana, "sync", cursor=None)["cursor"]

    read(conversation, bo, 1)

    [row] = ask(ana, "sync", cursor=cursor)["parts"]["conversations"]["rows"]
    assert {member["user"]: member["read_seq"] for member in row["members"]}[str(bo.public_id)] == 1


@pytest.mark.parametrize("seq", [3, 4, 5])
def test_reading_clears_the_unread_mark_wherever_the_read_mark_is(talk, commit, seq):
    conversation, ana, bo = talk
    read(conversation, ana, 4)
    api.update_preferences(conversation_id=conversation.public_id, user_id=ana.pk, is_marked_unread=True)
    rev, theirs = user_topic.current_rev(ana.pk), side_of(conversation, bo)

    with commit() as hints:
        side = read(conversation, ana, seq)

    to, mine = hints[-1]
    assert (to, mine["on"], mine["rev"], mine["row"]["marked_unread"]) == ([ana.pk], "me", rev + 1, False)
    assert [hint["say"] for _to, hint in hints[:-1]] == (["receipt"] if seq == 5 else [])
    assert (side.read_seq, side_of(conversation, ana).is_marked_unread) == (max(seq, 4), False)
    assert side_of(conversation, bo).rev == theirs.rev


def test_unread_mark_survives_new_messages_and_reads_of_others(talk, post):
    conversation, ana, bo = talk
    read(conversation, ana, 5)
    api.update_preferences(conversation_id=conversation.public_id, user_id=ana.pk, is_marked_unread=True)

    post(conversation, bo)
    post(conversation, ana)
    read(conversation, bo, 7)

    assert (side_of(conversation, ana).is_marked_unread, side_of(conversation, bo).is_marked_unread) == (True, False)


def test_outsider_cannot_clear_an_unread_mark(talk, make_user):
    conversation, ana, _bo = talk
    api.update_preferences(conversation_id=conversation.public_id, user_id=ana.pk, is_marked_unread=True)
    eve = make_user("eve")
    before = everything()

    with pytest.raises(errors.ConversationNotFound):
        read(conversation, eve, 1)

    assert everything() == before
