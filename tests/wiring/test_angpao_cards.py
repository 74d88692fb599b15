"""Angpao in their conversation: one card that follows the packet, whoever delivers its facts how often."""

from __future__ import annotations

from datetime import timedelta

import pytest

from angpao import api
from angpao.events import AngpaoOpened, AngpaoReturned, AngpaoSent
from chat import api as chat
from chat.models import Message
from superapp.core import clock, outbox
from superapp.wiring import angpao_cards
from tests.angpao.conftest import ana as ana
from tests.angpao.conftest import ask_for as ask_for
from tests.angpao.conftest import bo as bo
from tests.angpao.conftest import cici as cici
from tests.angpao.conftest import group as group
from tests.angpao.conftest import open_one
from tests.angpao.conftest import send as send
from tests.chat.conftest import make_group as make_group


def deliver():
    outbox.deliver_due(clock.now() + timedelta(days=1))


def card():
    return Message.objects.get(kind="card").card


def events():
    return [message.event["name"] for message in Message.objects.filter(kind="event").order_by("seq")]


@pytest.fixture
def packet(send):
    return send(mode="equal")


def test_new_angpao_is_a_card_of_its_sender(ana, packet):
    deliver()

    message = Message.objects.get(kind="card")
    assert (message.sender_id, message.card_type) == (ana.pk, "angpao.packet")
    assert card() == {
        "version": 1,
        "packet": str(packet.public_id),
        "state": "open",
        "message": "Selamat ya 🧧",
        "opened": 0,
        "slots": 2,
        "mode": "equal",
        "done_by": "",
    }


def test_card_tells_no_amount(packet):
    deliver()

    assert "20000" not in str(card())


def test_card_counts_who_opened_it_and_says_when_it_is_finished(bo, cici, packet, now):
    deliver()
    open_one(packet, bo, now)
    deliver()
    assert (card()["state"], card()["opened"], card()["version"]) == ("open", 1, 2)
    assert card()["done_by"] == str(bo.public_id)[-12:]
    open_one(packet, cici, now)
    deliver()

    assert (card()["state"], card()["opened"], card()["version"]) == ("finished", 2, 4)
    assert events() == ["angpao.finished"]


def test_returned_angpao_says_so_in_its_card_and_beside_it(packet, now):
    deliver()
    api.return_due(now + timedelta(hours=24))
    deliver()

    assert (card()["state"], card()["opened"]) == ("returned", 0)
    assert events() == ["angpao.returned"]
    assert Message.objects.get(kind="event").event["amount"] == "Rp20.000"


def test_facts_delivered_twice_change_nothing(ana, bo, cici, packet, now):
    deliver()
    open_one(packet, bo, now)
    open_one(packet, cici, now)
    deliver()
    before = list(Message.objects.order_by("seq").values_list("seq", "rev", "card", "event"))

    public_id = str(packet.public_id)
    angpao_cards.on_angpao_sent(AngpaoSent(packet=public_id, audience=packet.audience, sender_id=ana.pk))
    angpao_cards.on_angpao_opened(AngpaoOpened(packet=public_id, opened=1, opener_id=bo.pk))
    angpao_cards.on_angpao_opened(AngpaoOpened(packet=public_id, opened=2, opener_id=cici.pk))

    assert list(Message.objects.order_by("seq").values_list("seq", "rev", "card", "event")) == before


def test_return_delivered_twice_is_said_once(ana, packet, now):
    deliver()
    api.return_due(now + timedelta(hours=24))
    deliver()

    fact = AngpaoReturned(packet=str(packet.public_id), sender_id=ana.pk, amount_minor=20_000_00)
    angpao_cards.on_angpao_returned(fact)

    assert events() == ["angpao.returned"]


def test_sender_who_left_at_once_has_no_card_and_gets_the_money_back(ana, group, packet, now):
    chat.leave_group(conversation_id=group.public_id, user_id=ana.pk, now=now)
    deliver()

    assert not Message.objects.filter(kind="card").exists()
    assert api.return_due(now + timedelta(hours=24)) == 1
    deliver()
    assert "angpao.returned" not in events()
