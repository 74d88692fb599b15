"""Forwarding: content of a message that the sender can see, counted by the server, once under its client id."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat import api
from chat.errors import (
    ClientIdReused,
    ConversationNotFound,
    MessageNotFound,
    MessageNotYours,
    MessageRecalled,
    NotForwardable,
)
from chat.models import Message
from superapp.core import clock
from superapp.core.errors import InputInvalid, RateLimited


@pytest.fixture
def other(make_direct, ana, make_user):
    return make_direct(ana, make_user("citra"))


@pytest.fixture
def forward(ask):
    def forward(user, to, source, seq, client_id="f-1"):
        fields = {"conversation": str(to.public_id), "client_id": client_id, "body": ""}
        return ask(user, "chat.send", **fields, forwarded={"conversation": str(source.public_id), "seq": seq})

    return forward


def row_of(ask, user, talk, seq):
    return ask(user, "chat.messages", conversation=str(talk.public_id), seqs=[seq])["rows"][0]


def test_forwarded_message_has_the_content_of_its_source_and_a_count(ask, ana, bo, talk, other, post, forward):
    post(talk, bo, "jual *kopi*")
    first = forward(ana, other, talk, 1)
    second = forward(ana, talk, other, first["seq"], "f-2")

    row = row_of(ask, ana, other, first["seq"])
    assert (row["body"], row["extras"], row["from"]) == ("jual *kopi*", {"forwards": 1}, str(ana.public_id))
    assert row_of(ask, bo, talk, second["seq"])["extras"] == {"forwards": 2}


def test_forwarding_ignores_count_and_content_of_the_client(ask, ana, bo, talk, other, post):
    post(talk, bo, "asli")
    fields = {"conversation": str(other.public_id), "client_id": "f-1", "body": "palsu"}
    source = {"conversation": str(talk.public_id), "seq": 1, "forwards": 0}

    seq = ask(ana, "chat.send", **fields, forwarded=source, forwards=0, extras={"forwards": 0})["seq"]

    row = row_of(ask, ana, other, seq)
    assert (row["body"], row["extras"]) == ("asli", {"forwards": 1})


def test_polls_and_places_are_forwarded_without_votes(ask, ana, bo, talk, other, forward):
    poll = {"type": "poll", "question": "Jadi?", "options": ["Ya", "Tidak"]}
    fields = {"conversation": str(talk.public_id), "client_id": "p", "body": ""}
    seq = ask(bo, "chat.send", **fields, attachment=poll)["seq"]
    ask(bo, "chat.vote", conversation=str(talk.public_id), seq=seq, options=[0])

    sent = forward(ana, other, talk, seq)

    row = row_of(ask, ana, other, sent["seq"])
    assert row["extras"]["attachment"]["question"] == "Jadi?"
    assert row["poll"] == {"closed_at": None, "voters": 0, "options": [{"count": 0, "users": []}] * 2}


def test_retry_returns_the_first_message_though_the_source_changed_or_is_gone(ask, ana, bo, talk, other, post, forward):
    post(talk, bo, "satu", now=clock.now())
    first = forward(ana, other, talk, 1)
    api.edit_message(conversation_id=talk.public_id, seq=1, by_user_id=bo.pk, body="dua", edits=0, now=clock.now())
    assert forward(ana, other, talk, 1)["seq"] == first["seq"]
    api.recall_message(conversation_id=talk.public_id, seq=1, by_user_id=bo.pk, now=clock.now())
    assert forward(ana, other, talk, 1)["seq"] == first["seq"]

    assert row_of(ask, ana, other, first["seq"])["body"] == "satu"
    with pytest.raises(MessageRecalled):
        forward(ana, other, talk, 1, "f-2")
    post(talk, bo, "lain")
    with pytest.raises(ClientIdReused):
        forward(ana, other, talk, 2)


def test_forwarding_an_invisible_message_is_not_found(ana, bo, talk, other, post, forward, make_user, make_direct, ask):
    post(talk, bo, "rahasia")
    dewi = make_user("dewi")
    theirs = make_direct(dewi, make_user("eko"))
    post(theirs, dewi, "milik dewi")
    with pytest.raises(ConversationNotFound):
        forward(dewi, theirs, talk, 1)
    with pytest.raises(ConversationNotFound):
        forward(dewi, talk, theirs, 1)
    with pytest.raises(MessageNotFound):
        forward(ana, other, talk, 9)
    ask(ana, "chat.mark", conversation=str(talk.public_id), seq=1, hidden=True)
    with pytest.raises(MessageNotFound):
        forward(ana, other, talk, 1)
    assert Message.objects.filter(body="rahasia").count() == 1


def test_events_and_cards_are_not_forwarded_and_wrong_shapes_refused(ana, bo, other, make_group, forward, ask, now):
    group = make_group(ana, bo)
    api.add_member(conversation_id=group.public_id, by_user_id=ana.pk, user_id=other_person(other, ana), now=now)
    api.post_card(
        conversation_id=group.public_id, sender_id=ana.pk, sender_public_id=ana.public_id, card_type="note",
        card={"text": "x"}, idempotency_key="card:1", now=now,
    )  # fmt: skip
    last = Message.objects.filter(conversation=group).order_by("seq").last()
    for seq in range(1, last.seq + 1):
        with pytest.raises(NotForwardable):
            forward(ana, other, group, seq)
    for forwarded in (1, "x", {}, {"conversation": "x", "seq": 1}, {"conversation": str(group.public_id), "seq": 0}):
        fields = {"conversation": str(other.public_id), "client_id": "f", "body": ""}
        with pytest.raises(InputInvalid):
            ask(ana, "chat.send", **fields, forwarded=forwarded)


def other_person(conversation, ana):
    return conversation.members.exclude(user=ana).get().user_id


def test_often_forwarded_message_goes_to_one_conversation_at_a_time(
    ask, ana, bo, talk, other, post, forward, monkeypatch
):
    seq = post(talk, bo, "sebarkan!").seq
    here, there = talk, other
    for number in range(5):
        seq = forward(ana, there, here, seq, f"f-{number}")["seq"]
        here, there = there, here
    assert row_of(ask, ana, here, seq)["extras"] == {"forwards": 5}

    sent = forward(ana, talk, here, seq, "often-1")
    with pytest.raises(RateLimited) as refusal:
        forward(ana, other, here, seq, "often-2")
    assert 0 < refusal.value.retry_after <= 10
    # A retry of what was sent is no second one.
    assert forward(ana, talk, here, seq, "often-1")["seq"] == sent["seq"]
    later = clock.now() + timedelta(seconds=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert forward(ana, other, here, seq, "often-2")["seq"]


def test_forwarded_text_cannot_be_edited(ana, bo, talk, other, post, forward):
    post(talk, bo, "asli")
    seq = forward(ana, other, talk, 1)["seq"]

    with pytest.raises(MessageNotYours):
        api.edit_message(
            conversation_id=other.public_id, seq=seq, by_user_id=ana.pk, body="palsu", edits=0, now=clock.now()
        )
