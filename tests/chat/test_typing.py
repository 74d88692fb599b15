"""Writing just now: a passing hint to the others, and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from chat import api, errors
from chat.actions.typing_indicator import announce_typing
from chat.domain.rate_limits import TypingThrottle
from superapp.accounts import api as accounts


def type_in(ask, user, conversation):
    return ask(user, "chat.typing", conversation=str(conversation.public_id))


def test_typing_is_shown_to_others(make_user, make_group, ask, hints_sent):
    ana, bo, citra, _eve = (make_user(name) for name in ("ana", "bo", "citra", "eve"))
    conversation = make_group(ana, bo, citra)

    assert type_in(ask, bo, conversation) == {}

    assert [(sorted(to), hint) for to, hint in hints_sent] == [
        (
            [ana.pk, citra.pk],
            {"on": f"chat:{conversation.public_id}", "say": "typing", "user": str(bo.public_id), "for_ms": 6_000},
        )
    ]


def test_typing_of_an_outsider_is_not_shown(make_user, make_direct, ask, hints_sent):
    ana, bo, eve = (make_user(name) for name in ("ana", "bo", "eve"))
    conversation = make_direct(ana, bo)

    with pytest.raises(errors.ConversationNotFound):
        type_in(ask, eve, conversation)

    assert hints_sent == []


@pytest.mark.parametrize("blocker", ["who writes", "who would see it"])
def test_typing_is_not_shown_across_a_block(make_user, make_direct, ask, hints_sent, now, blocker):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    one, other = (ana, bo) if blocker == "who writes" else (bo, ana)
    accounts.block_person(user_id=one.pk, peer_public_id=other.public_id, now=now)
    hints_sent.clear()

    # The answer is the same: whoever is blocked is not told.
    assert type_in(ask, ana, conversation) == {}

    assert hints_sent == []


def test_former_member_neither_sends_nor_gets_typing(make_user, make_group, ask, hints_sent, now):
    ana, bo, citra = (make_user(name) for name in ("ana", "bo", "citra"))
    conversation = make_group(ana, bo, citra)
    api.leave_group(conversation_id=conversation.public_id, user_id=bo.pk, now=now)

    with pytest.raises(errors.ConversationNotFound):
        type_in(ask, bo, conversation)
    type_in(ask, ana, conversation)

    assert [to for to, _hint in hints_sent] == [[citra.pk]]


@pytest.fixture
def announce(make_user, make_direct, now):
    """Ana writes to Bo, some seconds from now."""
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)

    def write(seconds):
        announce_typing(
            conversation_id=conversation.public_id,
            user_id=ana.pk,
            user_public_id=ana.public_id,
            now=now + timedelta(seconds=seconds),
        )

    return write


def test_typing_of_a_runaway_client_is_limited_to_once_in_three_seconds(announce, hints_sent):
    for tenth in range(300):
        announce(tenth / 10)

    assert len(hints_sent) == 11  # One more at the end, which came the allowed second early.


def test_typing_at_the_allowed_rate_is_shown_despite_network_jitter(announce, hints_sent):
    for place, late in enumerate([0.6, 0, 0.4, 0, 0.9, 0.1]):
        announce(3 * place + late)

    assert len(hints_sent) == 6


def test_typing_limit_is_per_conversation(make_user, make_group, ask, hints_sent):
    ana, bo = make_user("ana"), make_user("bo")
    here, there = make_group(ana, bo), make_group(ana, bo)

    for conversation in (here, there, here):
        type_in(ask, ana, conversation)
    type_in(ask, bo, here)

    assert [(hint["on"], hint["user"]) for _to, hint in hints_sent] == [
        (f"chat:{here.public_id}", str(ana.public_id)),
        (f"chat:{there.public_id}", str(ana.public_id)),
        (f"chat:{here.public_id}", str(bo.public_id)),
    ]


def test_typing_of_an_outsider_is_refused_every_time(make_user, make_direct, ask, hints_sent):
    conversation = make_direct(make_user("ana"), make_user("bo"))
    eve = make_user("eve")

    for _ in range(2):
        with pytest.raises(errors.ConversationNotFound):
            type_in(ask, eve, conversation)

    assert hints_sent == []


def test_expired_typing_limits_are_forgotten(now, monkeypatch):
    monkeypatch.setattr(TypingThrottle, "ENTRIES_MAX", 2)
    pace = TypingThrottle()
    conversations = [uuid4() for _ in range(3)]
    for place, conversation in enumerate(conversations):
        pace.record(1, conversation, now=now + timedelta(seconds=10 * place))

    assert list(pace._due) == [(1, conversations[-1])]
