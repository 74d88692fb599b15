"""Writing just now: a passing hint to the others, and to nobody else."""

from __future__ import annotations

import pytest

from chat import api, errors
from superapp.accounts import api as accounts


def type_in(ask, user, conversation):
    return ask(user, "chat.typing", conversation=str(conversation.public_id))


def test_others_see_that_one_writes(make_user, make_group, ask, hints_sent):
    ana, bo, citra, _eve = (make_user(name) for name in ("ana", "bo", "citra", "eve"))
    conversation = make_group(ana, bo, citra)

    assert type_in(ask, bo, conversation) == {}

    assert [(sorted(to), hint) for to, hint in hints_sent] == [
        (
            [ana.pk, citra.pk],
            {"on": f"chat:{conversation.public_id}", "say": "typing", "user": str(bo.public_id), "for_ms": 6_000},
        )
    ]


def test_outsider_is_seen_writing_by_nobody(make_user, make_direct, ask, hints_sent):
    ana, bo, eve = (make_user(name) for name in ("ana", "bo", "eve"))
    conversation = make_direct(ana, bo)

    with pytest.raises(errors.ConversationNotFound):
        type_in(ask, eve, conversation)

    assert hints_sent == []


@pytest.mark.parametrize("blocker", ["who writes", "who would see it"])
def test_nobody_is_seen_writing_across_a_block(make_user, make_direct, ask, hints_sent, now, blocker):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    one, other = (ana, bo) if blocker == "who writes" else (bo, ana)
    accounts.block_person(user_id=one.pk, peer_public_id=other.public_id, now=now)
    hints_sent.clear()

    # The answer is the same: whoever is blocked is not told.
    assert type_in(ask, ana, conversation) == {}

    assert hints_sent == []


def test_who_left_neither_writes_nor_sees_writing(make_user, make_group, ask, hints_sent, now):
    ana, bo, citra = (make_user(name) for name in ("ana", "bo", "citra"))
    conversation = make_group(ana, bo, citra)
    api.leave(conversation_id=conversation.public_id, user_id=bo.pk, now=now)

    with pytest.raises(errors.ConversationNotFound):
        type_in(ask, bo, conversation)
    type_in(ask, ana, conversation)

    assert [to for to, _hint in hints_sent] == [[citra.pk]]
