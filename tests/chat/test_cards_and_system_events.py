"""Cards that change, and system lines in a conversation."""

from __future__ import annotations

import pytest

from chat import api as chat
from chat.errors import ConversationNotFound, MessageNotFound
from chat.models import Conversation, Message
from superapp.accounts import api as accounts


@pytest.fixture
def two(make_user, now):
    """ana and bo, with a card of ana's in their conversation."""
    ana, bo = make_user("ana"), make_user("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    talk = chat.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, now=now)
    chat.post_card(
        conversation_id=talk.public_id,
        sender_id=ana.pk,
        sender_public_id=ana.public_id,
        card_type="thing",
        card={"version": 1, "state": "new"},
        idempotency_key="thing:1",
        now=now,
    )
    return ana, bo, talk


def change(talk, sender, version, *, key="thing:1", state="old"):
    return chat.update_card(
        conversation_id=talk.public_id,
        sender_id=sender.pk,
        idempotency_key=key,
        card={"version": version, "state": state},
    )


def say(talk, sender, now, *, counts_as_unread=False, key="line:1"):
    return chat.post_system_event(
        conversation_id=talk.public_id,
        sender_id=sender.pk,
        sender_public_id=sender.public_id,
        name="thing.happened",
        fields={"what": "it"},
        counts_as_unread=counts_as_unread,
        idempotency_key=key,
        now=now,
    )


def numbers(talk):
    stands = Conversation.objects.get(pk=talk.pk)
    return stands.last_seq, stands.rev, stands.counted


def test_card_is_updated_in_place_with_the_next_rev(two):
    ana, _bo, talk = two

    assert change(talk, ana, 2)

    assert Message.objects.get().card == {"version": 2, "state": "old"}
    assert numbers(talk) == (1, 2, 1)
    assert Message.objects.get().rev == 2


@pytest.mark.parametrize("version", [1, 0])
def test_card_update_that_is_not_newer_changes_nothing(two, version):
    ana, _bo, talk = two

    assert not change(talk, ana, version)

    assert Message.objects.get().card == {"version": 1, "state": "new"}
    assert numbers(talk) == (1, 1, 1)


def test_card_is_found_by_its_sender_and_key_alone(two):
    ana, bo, talk = two

    with pytest.raises(MessageNotFound):
        change(talk, bo, 2)
    with pytest.raises(MessageNotFound):
        change(talk, ana, 2, key="thing:2")

    assert numbers(talk) == (1, 1, 1)


def test_reposted_card_after_an_update_is_the_same_card(two, now):
    ana, _bo, talk = two
    change(talk, ana, 2)

    again = chat.post_card(
        conversation_id=talk.public_id,
        sender_id=ana.pk,
        sender_public_id=ana.public_id,
        card_type="thing",
        card={"version": 1, "state": "new"},
        idempotency_key="thing:1",
        now=now,
    )

    assert (again.seq, again.is_new) == (1, False)
    assert Message.objects.get().card["version"] == 2


def test_system_event_is_posted_once_and_is_unread_only_as_news(two, now):
    ana, bo, talk = two

    quiet, again = say(talk, bo, now), say(talk, bo, now)
    loud = say(talk, bo, now, counts_as_unread=True, key="line:2")

    assert (quiet.counted, again.is_new, loud.counted) == (1, False, 2)
    summary = chat.fetch_summary(talk.public_id, ana.pk)
    assert summary.counted - summary.mine.read_counted - summary.mine.own_since == 1


def test_outsider_cannot_post_a_system_event(two, make_user, now):
    _ana, _bo, talk = two

    with pytest.raises(ConversationNotFound):
        say(talk, make_user("eve"), now)

    assert numbers(talk) == (1, 1, 1)


def test_system_event_of_a_registered_kind_is_rendered_and_another_plainly(two, now, client, monkeypatch):
    ana, bo, talk = two
    monkeypatch.setattr("chat.domain.system_events._sentences", {})
    chat.register_system_event("thing.happened", "It was {what}")
    say(talk, bo, now)
    client.force_login(ana)
    address = f"/obrolan/{talk.public_id}/"

    known = client.get(address).content.decode()
    monkeypatch.setattr("chat.domain.system_events._sentences", {})
    unknown = client.get(address).content.decode()

    assert "It was it" in known
    assert "Ada yang berubah di obrolan ini" in unknown
