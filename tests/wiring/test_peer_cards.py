"""Requests for money, as cards where the two talk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat import api as chat
from chat.models import Conversation, Message
from peer_payments import api
from peer_payments.actions import requests as actions
from superapp.accounts import api as accounts
from superapp.core import clock, events, outbox
from superapp.core.models import Fact
from superapp.wiring import peer_cards
from tests.peer_payments.asking import ask, pay


@pytest.fixture
def two(make_payer, now):
    """ana, who lent bo something; they are contacts and have never talked."""
    ana, bo = make_payer("ana", 10_000_00), make_payer("bo", 100_000_00)
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    Fact.objects.all().delete()
    return ana, bo


def deliver():
    outbox.deliver_due(Fact.objects.order_by("-due_at").values_list("due_at", flat=True)[0])


def cards():
    return [message.card for message in Message.objects.filter(kind="card").order_by("seq")]


def test_request_opens_the_conversation_with_a_card(two, now):
    ana, bo = two

    made = ask(ana, bo, now)
    deliver()

    message = Message.objects.get()
    assert (message.kind, message.sender_id, message.card_type) == ("card", ana.pk, "peer_payments.request")
    assert message.card == {
        "version": 1,
        "money_request": str(made.public_id),
        "amount": {"amount_minor": 15_000_00, "asset": "IDR"},
        "note": "bakso 🍜",
        "state": "open",
        "moved_at": clock.to_wire(now),
    }


@pytest.mark.parametrize("end", ["pay", "decline", "cancel", "expire"])
def test_card_shows_how_the_request_ended_and_there_is_no_other(end, two, now):
    ana, bo = two
    made = ask(ana, bo, now)
    deliver()
    steps = {
        "pay": lambda: pay(bo, made, now),
        "decline": lambda: api.decline_request(payer_id=bo.pk, request=made.public_id, now=now),
        "cancel": lambda: api.cancel_request(requester_id=ana.pk, request=made.public_id, now=now),
        "expire": lambda: actions.expire_requests(made.expires_at),
    }

    steps[end]()
    deliver()

    (card,) = cards()
    ends = {"pay": "paid", "decline": "declined", "cancel": "cancelled", "expire": "expired"}
    assert (card["state"], card["version"]) == (ends[end], 2)


def test_facts_delivered_again_and_late_change_nothing(two, now):
    ana, bo = two
    made = ask(ana, bo, now)
    pay(bo, made, now)
    told = [events.from_payload(row.name, row.payload) for row in Fact.objects.filter(name__startswith="peer")]

    for event in (*told, *reversed(told), *told):
        peer_cards.update_request_card(event, now=now)

    assert [(card["state"], card["version"]) for card in cards()] == [("paid", 2)]


def test_reminder_is_a_line_about_the_card_that_counts_as_unread(two, now):
    ana, bo = two
    made = ask(ana, bo, now)
    later = now + timedelta(days=1)
    api.remind_payer(requester_id=ana.pk, request=made.public_id, now=later)
    deliver()
    fact = Fact.objects.filter(name="peer_payments.request_reminded").first()
    assert fact is None

    line = Message.objects.get(kind="event")
    assert line.event == {"name": "peer_payments.reminded", "about": "Rp15.000 · bakso 🍜"}
    assert line.reply_to == 1
    assert {row.user_id for row in chat.unread_memberships(bo.pk, later)} == {bo.pk}


def test_reminder_of_a_request_that_was_paid_meanwhile_is_not_posted(two, now):
    ana, bo = two
    made = ask(ana, bo, now)
    api.remind_payer(requester_id=ana.pk, request=made.public_id, now=now + timedelta(days=1))
    pay(bo, made, now)

    deliver()

    assert not Message.objects.filter(kind="event").exists()


def test_request_between_people_who_part_at_once_is_not_posted(two, now):
    ana, bo = two
    ask(ana, bo, now)
    accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    deliver()

    assert not Message.objects.exists()
    assert not Conversation.objects.exists()


def test_card_is_updated_silently_after_a_block(two, now):
    ana, bo = two
    made = ask(ana, bo, now)
    deliver()
    accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    api.cancel_request(requester_id=ana.pk, request=made.public_id, now=now)
    deliver()

    assert [card["state"] for card in cards()] == ["cancelled"]
