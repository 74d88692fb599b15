"""An invitation that was accepted, said where the two can talk."""

from __future__ import annotations

import pytest

from chat import api as chat
from chat.models import Conversation, Message
from superapp.accounts import api as accounts
from superapp.accounts.actions import contacts
from superapp.core import events, outbox
from superapp.core.models import Fact
from superapp.wiring import contact_events


@pytest.fixture
def two(make_user, now):
    """ana asked bo to be a contact."""
    ana, bo = make_user("ana", name="Ana Wulandari"), make_user("bo", name="Bo Santoso")
    accounts.request_contact_by_handle(user_id=ana.pk, handle="bo", now=now)
    return ana, bo


def deliver():
    while Fact.objects.exists():
        outbox.deliver_due(Fact.objects.order_by("-due_at").values_list("due_at", flat=True)[0])


def accept(bo, ana, now):
    contacts.answer_contact_request(user_id=bo.pk, peer_public_id=ana.public_id, accept=True, now=now)


def unread(user):
    (row,) = chat.list_summaries(user.pk).rows
    return row.counted - row.mine.read_counted - row.mine.own_since


def test_accepted_request_opens_the_conversation_with_a_system_event(two, client, now):
    ana, bo = two

    accept(bo, ana, now)
    deliver()

    line = Message.objects.get()
    assert (line.kind, line.sender_id, line.event["name"]) == ("event", bo.pk, "accounts.accepted")
    assert (unread(ana), unread(bo)) == (1, 0)
    client.force_login(ana)
    said_to_ana = client.get("/obrolan/").content.decode()
    client.force_login(bo)
    said_to_bo = client.get("/obrolan/").content.decode()
    assert "Bo Santoso menerima undangan." in said_to_ana
    assert "Kamu menerima undangan." in said_to_bo


def test_accepted_request_delivered_twice_posts_once(two, now):
    ana, bo = two
    accept(bo, ana, now)
    fact = Fact.objects.get(name="accounts.contact_accepted")
    heard = events.from_payload(fact.name, fact.payload)
    deliver()

    contact_events.notify_inviter(heard)

    assert Message.objects.count() == 1


def test_ended_contact_before_delivery_posts_no_system_line(two, now):
    ana, bo = two
    accept(bo, ana, now)
    contacts.remove_contact(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    deliver()

    assert not Conversation.objects.exists()


def test_declined_invitation_posts_no_system_line(two, now):
    ana, bo = two
    contacts.answer_contact_request(user_id=bo.pk, peer_public_id=ana.public_id, accept=False, now=now)

    deliver()

    assert not Conversation.objects.exists()


def test_contact_between_buyer_and_shop_posts_no_system_event(make_user, now):
    ana, bo = make_user("ana"), make_user("bo")
    accounts.allow_business_contact(user_id=ana.pk, peer_id=bo.pk, now=now)

    deliver()

    assert not Conversation.objects.exists()


def test_contact_fact_of_an_older_version_posts_nothing(make_user, now):
    ana, bo = make_user("ana"), make_user("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    old = events.from_payload("accounts.contact_accepted", {"lower_user_id": ana.pk, "higher_user_id": bo.pk})

    contact_events.notify_inviter(old)

    assert not Conversation.objects.exists()
