"""Editing, taking back, reacting: each for its own people, in its own time, and once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat import api, errors
from chat.models import Message, Reaction
from superapp.accounts import api as accounts
from tests.chat.conftest import everything


@pytest.fixture
def said(make_user, make_direct, post):
    """Ana has said one thing to Bo: the conversation, ana, bo."""
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    post(conversation, ana, "besok jadi?")
    return conversation, ana, bo


def edit(conversation, user, body, now, *, seq=1, edits=0):
    return api.edit_message(
        conversation_id=conversation.public_id, seq=seq, by_user_id=user.pk, body=body, edits=edits, now=now
    )


def recall(conversation, user, now, *, seq=1):
    return api.recall_message(conversation_id=conversation.public_id, seq=seq, by_user_id=user.pk, now=now)


def react(conversation, user, emoji, now, *, seq=1):
    return api.set_reaction(conversation_id=conversation.public_id, seq=seq, by_user_id=user.pk, emoji=emoji, now=now)


# Editing.


def test_edit_changes_the_text_and_takes_the_next_rev(said, commit, now):
    conversation, ana, bo = said

    with commit() as hints:
        edit(conversation, ana, "lusa jadi?", now + timedelta(minutes=1))

    message = Message.objects.get()
    assert (message.body, message.edits, message.edited_at) == ("lusa jadi?", 1, now + timedelta(minutes=1))
    assert (message.seq, message.rev, message.counted, message.sent_at) == (1, 2, 1, now)
    conversation.refresh_from_db()
    assert (conversation.last_seq, conversation.rev, conversation.counted) == (1, 2, 1)
    [(to, hint)] = hints
    assert sorted(to) == [ana.pk, bo.pk]
    assert (hint["on"], hint["rev"], hint["say"]) == (f"chat:{conversation.public_id}", 2, "message.changed")
    assert (hint["row"]["seq"], hint["row"]["body"], hint["row"]["edits"]) == (1, "lusa jadi?", 1)


def test_retried_edit_changes_nothing_and_sends_no_hint(said, commit, now):
    conversation, ana, _bo = said
    edit(conversation, ana, "lusa jadi?", now)
    before = everything()

    with commit() as hints:
        again = edit(conversation, ana, "lusa jadi?", now + timedelta(days=1))

    assert (again.rev, again.edits) == (2, 1)
    assert hints == []
    assert everything() == before


def test_another_edit_in_between_is_a_conflict(said, now):
    conversation, ana, _bo = said
    edit(conversation, ana, "lusa jadi?", now)
    before = everything()

    with pytest.raises(errors.EditConflict):
        edit(conversation, ana, "minggu depan?", now, edits=0)

    assert everything() == before


def test_edit_with_an_unknown_edit_count_is_a_conflict(said, now):
    conversation, ana, _bo = said

    with pytest.raises(errors.EditConflict):
        edit(conversation, ana, "lusa jadi?", now, edits=1)

    assert Message.objects.get().body == "besok jadi?"


def test_edit_without_a_change_takes_no_rev(said, now):
    conversation, ana, _bo = said
    before = everything()

    assert edit(conversation, ana, " besok jadi? ", now).edits == 0

    assert everything() == before


@pytest.mark.parametrize(("seconds", "is_late"), [(15 * 60, False), (15 * 60 + 1, True)])
def test_edit_after_fifteen_minutes_is_refused(said, now, seconds, is_late):
    conversation, ana, _bo = said
    later = now + timedelta(seconds=seconds)

    if is_late:
        with pytest.raises(errors.EditTooLate):
            edit(conversation, ana, "lusa jadi?", later)
    else:
        edit(conversation, ana, "lusa jadi?", later)

    assert Message.objects.get().body == ("besok jadi?" if is_late else "lusa jadi?")


def test_edit_of_another_persons_message_is_refused(said, now):
    conversation, _ana, bo = said
    before = everything()

    with pytest.raises(errors.MessageNotYours):
        edit(conversation, bo, "tidak jadi", now)

    assert everything() == before


def test_edit_of_a_recalled_message_is_refused(said, now):
    conversation, ana, _bo = said
    recall(conversation, ana, now)
    before = everything()

    with pytest.raises(errors.MessageRecalled):
        edit(conversation, ana, "lusa jadi?", now)

    assert everything() == before


def test_edit_of_an_unknown_message_is_refused(said, now):
    conversation, ana, _bo = said

    with pytest.raises(errors.MessageNotFound):
        edit(conversation, ana, "lusa jadi?", now, seq=2)


@pytest.mark.parametrize("blocker", ["ana", "bo"])
def test_edit_across_a_block_is_refused(said, now, blocker):
    conversation, ana, bo = said
    one, other = (ana, bo) if blocker == "ana" else (bo, ana)
    accounts.block_person(user_id=one.pk, peer_public_id=other.public_id, now=now)

    with pytest.raises(errors.NotAccepted):
        edit(conversation, ana, "dan satu lagi", now)

    assert (Message.objects.get().body, Message.objects.get().rev) == ("besok jadi?", 1)


@pytest.mark.parametrize(("body", "refusal"), [("", errors.BodyEmpty), ("x" * 4_001, errors.BodyTooLong)])
def test_edit_to_no_text_is_refused(said, now, body, refusal):
    conversation, ana, _bo = said

    with pytest.raises(refusal):
        edit(conversation, ana, body, now)

    assert Message.objects.get().body == "besok jadi?"


def test_system_event_cannot_be_edited_or_recalled(make_user, make_group, now):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_group(ana)
    api.add_member(conversation_id=conversation.public_id, by_user_id=ana.pk, user_id=bo.pk, now=now)
    before = everything()

    with pytest.raises(errors.MessageNotYours):
        edit(conversation, ana, "tidak", now)
    with pytest.raises(errors.MessageNotYours):
        recall(conversation, ana, now)
    with pytest.raises(errors.NotReactable):
        react(conversation, ana, "👍", now)

    assert everything() == before


# Taking back.


def test_recall_removes_text_and_reactions_and_keeps_the_row(said, commit, now):
    conversation, ana, bo = said
    react(conversation, bo, "👍", now)

    with commit() as hints:
        recall(conversation, ana, now + timedelta(minutes=2))

    message = Message.objects.get()
    assert (message.body, message.recalled_at, message.rev) == ("", now + timedelta(minutes=2), 3)
    assert not Reaction.objects.exists()
    [(to, hint)] = hints
    assert sorted(to) == [ana.pk, bo.pk]
    assert (hint["rev"], hint["row"]["body"], hint["row"]["reactions"]) == (3, "", [])
    assert hint["row"]["recalled_at"] == "2027-03-01T02:05:04.567Z"


def test_recalling_twice_changes_nothing(said, commit, now):
    conversation, ana, _bo = said
    recall(conversation, ana, now)
    before = everything()

    with commit() as hints:
        again = recall(conversation, ana, now + timedelta(days=1))

    assert again.rev == 2
    assert hints == []
    assert everything() == before


@pytest.mark.parametrize(("seconds", "is_late"), [(60 * 60, False), (60 * 60 + 1, True)])
def test_recall_after_an_hour_is_refused(said, now, seconds, is_late):
    conversation, ana, _bo = said
    later = now + timedelta(seconds=seconds)

    if is_late:
        with pytest.raises(errors.RecallTooLate):
            recall(conversation, ana, later)
    else:
        recall(conversation, ana, later)

    assert (Message.objects.get().recalled_at is None) == is_late


def test_recall_of_another_persons_message_is_refused(said, now):
    conversation, _ana, bo = said
    before = everything()

    with pytest.raises(errors.MessageNotYours):
        recall(conversation, bo, now)

    assert everything() == before


def test_recall_works_despite_a_block(said, now):
    conversation, ana, bo = said
    accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    recall(conversation, ana, now)

    assert Message.objects.get().body == ""


def test_retry_of_a_recalled_message_returns_it_without_hints(make_user, make_direct, post, now):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    post(conversation, ana, "rahasia", client_id="c-1")
    recall(conversation, ana, now)

    again = post(conversation, ana, "rahasia", client_id="c-1")

    assert (again.seq, again.is_new) == (1, False)
    assert Message.objects.get().body == ""


# Reacting.


def test_reaction_is_set_replaced_and_removed(said, commit, now):
    conversation, ana, bo = said

    with commit() as hints:
        react(conversation, bo, "👍", now)
        react(conversation, ana, "👍", now)
        react(conversation, bo, "❤️", now)
        react(conversation, bo, None, now)

    changed = [(to, hint) for to, hint in hints if hint["say"] == "message.changed"]
    ana_id, bo_id = str(ana.public_id), str(bo.public_id)
    assert [hint["rev"] for _to, hint in changed] == [2, 3, 4, 5]
    assert [hint["row"]["reactions"] for _to, hint in changed] == [
        [{"emoji": "👍", "count": 1, "users": [bo_id]}],
        [{"emoji": "👍", "count": 2, "users": [bo_id, ana_id]}],
        [{"emoji": "❤️", "count": 1, "users": [bo_id]}, {"emoji": "👍", "count": 1, "users": [ana_id]}],
        [{"emoji": "👍", "count": 1, "users": [ana_id]}],
    ]
    assert [sorted(to) for to, _hint in changed] == [[ana.pk, bo.pk]] * 4
    # And each person's own devices are told which one is theirs.
    own = [(to, hint["row"]["reaction"]) for to, hint in hints if hint["say"] == "mark.changed"]
    assert own == [([bo.pk], "👍"), ([ana.pk], "👍"), ([bo.pk], "❤️"), ([bo.pk], None)]
    assert list(Reaction.objects.values_list("user_id", "emoji")) == [(ana.pk, "👍")]


@pytest.mark.parametrize("emoji", ["👍", None])
def test_same_reaction_again_changes_nothing(said, commit, now, emoji):
    conversation, _ana, bo = said
    react(conversation, bo, emoji, now)
    before = everything()

    with commit() as hints:
        react(conversation, bo, emoji, now + timedelta(hours=1))

    assert hints == []
    assert everything() == before


@pytest.mark.parametrize("emoji", ["", "a", "7", "👍👍", "👍 ", "<b>", "😀" * 5_000, "\u200d", "👍\x00", "🇮"])
def test_reaction_that_is_no_emoji_is_refused(said, now, emoji):
    conversation, _ana, bo = said
    before = everything()

    with pytest.raises(errors.NotReactable):
        react(conversation, bo, emoji, now)

    assert everything() == before


def test_recalled_message_takes_no_reaction(said, now):
    conversation, ana, bo = said
    recall(conversation, ana, now)

    with pytest.raises(errors.MessageRecalled):
        react(conversation, bo, "👍", now)

    assert not Reaction.objects.exists()


def test_blocked_person_can_only_remove_a_reaction(said, now):
    conversation, ana, bo = said
    react(conversation, bo, "👍", now)
    accounts.block_person(user_id=ana.pk, peer_public_id=bo.public_id, now=now)

    with pytest.raises(errors.NotAccepted):
        react(conversation, bo, "😂", now)
    assert Reaction.objects.get().emoji == "👍"

    react(conversation, bo, None, now)
    assert not Reaction.objects.exists()


def test_edits_of_a_message_are_limited(make_user, make_direct, post, now, monkeypatch):
    monkeypatch.setattr("chat.actions.messages.EDITS_MAX", 2)
    ana, bo = make_user("ana"), make_user("bo")
    talk = make_direct(ana, bo)
    seq = post(talk, ana, "nol").seq

    def edit(body, edits):
        fields = {"conversation_id": talk.public_id, "seq": seq, "by_user_id": ana.pk}
        return api.edit_message(**fields, body=body, edits=edits, now=now)

    edit("satu", 0)
    edit("dua", 1)

    with pytest.raises(errors.EditedTooOften):
        edit("tiga", 2)
    assert edit("dua", 1).edits == 2
