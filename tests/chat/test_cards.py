"""Cards: what another part of the product says in a conversation, once for each of its keys."""

from __future__ import annotations

import pytest

from chat import api, errors
from chat.models import Message
from superapp.accounts import api as accounts
from tests.chat.conftest import everything

CARD = {"title": "Pesanan 12", "order": "0198"}


@pytest.fixture
def talk(make_user, make_direct):
    ana, bo = make_user("ana"), make_user("bo")
    return make_direct(ana, bo), ana, bo


def post_card(conversation, user, now, *, card=CARD, key="order-paid:12"):
    return api.post_card(
        conversation_id=conversation.public_id,
        sender_id=user.pk,
        sender_public_id=user.public_id,
        card_type="shop.order",
        card=card,
        idempotency_key=key,
        now=now,
    )


def test_posted_card_counts_as_unread(talk, commit, ask, now):
    conversation, ana, bo = talk

    with commit() as hints:
        posted = post_card(conversation, ana, now)

    row = hints[-1][1]["row"]
    assert (row["kind"], row["body"], row["counted"]) == ("card", "", 1)
    assert row["card"] == {"type": "shop.order", **CARD}
    assert (posted.seq, posted.counted) == (1, 1)
    assert ask(bo, "chat.history", conversation=str(conversation.public_id))["rows"] == [row]


def test_card_of_a_repeated_fact_is_posted_once(talk, now):
    conversation, ana, _bo = talk
    post_card(conversation, ana, now)
    before = everything()

    # The order in which a mapping was written is no content.
    assert not post_card(conversation, ana, now, card=dict(reversed(CARD.items()))).is_new

    assert everything() == before


def test_another_card_under_the_same_key_is_refused(talk, now):
    conversation, ana, _bo = talk
    post_card(conversation, ana, now)

    with pytest.raises(errors.ClientIdReused):
        post_card(conversation, ana, now, card={"title": "Pesanan 13"})

    assert Message.objects.get().card == CARD


def test_card_is_posted_despite_a_block(talk, now):
    conversation, ana, bo = talk
    accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    assert post_card(conversation, ana, now).seq == 1


def test_outsider_cannot_post_a_card(talk, make_user, now):
    conversation, eve = talk[0], make_user("eve")
    before = everything()

    with pytest.raises(errors.ConversationNotFound):
        post_card(conversation, eve, now)

    assert everything() == before


def test_card_can_be_reacted_to_but_not_edited_or_recalled(talk, now):
    conversation, ana, bo = talk
    post_card(conversation, ana, now)
    place = conversation.public_id

    with pytest.raises(errors.MessageNotYours):
        api.edit_message(conversation_id=place, seq=1, by_user_id=ana.pk, body="x", edits=0, now=now)
    with pytest.raises(errors.MessageNotYours):
        api.recall_message(conversation_id=place, seq=1, by_user_id=ana.pk, now=now)

    message, _mark = api.set_reaction(conversation_id=place, seq=1, by_user_id=bo.pk, emoji="👍", now=now)
    assert message.rev == 2
    assert Message.objects.get().card == CARD
