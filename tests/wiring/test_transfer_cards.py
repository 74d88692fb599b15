"""Transfers between people, as cards where they talk."""

from __future__ import annotations

import pytest

from chat import api as chat
from chat.models import Conversation, Message
from payments import api as payments
from payments.events import MoneySent
from superapp.accounts import api as accounts
from superapp.core import events, outbox
from superapp.core.models import Fact
from superapp.core.money import Money
from superapp.wiring import transfer_cards
from tests.payments.purses import PIN


@pytest.fixture
def two(make_payer, now):
    """ana, who has money, and bo; they are contacts and have never talked."""
    ana, bo = make_payer("ana", 100_000_00), make_payer("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    Fact.objects.all().delete()
    return ana, bo


def send(sender, receiver, now, *, memo="bakso", key="k"):
    return payments.send_money(
        sender_id=sender.pk,
        receiver_id=receiver.pk,
        amount=Money(15_000_00),
        memo=memo,
        pin=PIN,
        idempotency_key=key,
        now=now,
    )


def fact():
    row = Fact.objects.get(name="payments.money_sent")
    return events.from_payload(row.name, row.payload)


def later():
    return Fact.objects.order_by("-due_at").values_list("due_at", flat=True)[0]


def test_transfer_opens_the_conversation_with_a_card(two, now):
    ana, bo = two

    sent = send(ana, bo, now)
    assert not Message.objects.exists()
    outbox.deliver_due(later())

    message = Message.objects.get()
    assert message.conversation.direct_key == f"{min(ana.pk, bo.pk)}:{max(ana.pk, bo.pk)}"
    assert (message.kind, message.sender_id, message.card_type) == ("card", ana.pk, "payments.transfer")
    assert message.card == {
        "journal": str(sent.public_id),
        "amount": {"amount_minor": 15_000_00, "asset": "IDR"},
        "memo": "bakso",
    }
    summary = chat.fetch_summary(message.conversation.public_id, bo.pk)
    assert (summary.counted, summary.mine.read_counted) == (1, 0)


def test_transfer_fact_delivered_twice_or_late_posts_one_card(two, now):
    ana, bo = two
    send(ana, bo, now)
    event = fact()

    transfer_cards.post_transfer_card(event)
    talk = Conversation.objects.get()
    chat.post_message(
        chat.compose_message(
            conversation_id=talk.public_id,
            sender_id=bo.pk,
            sender_public_id=bo.public_id,
            client_id="c-1",
            body="makasih",
        ),
        now=now,
    )
    transfer_cards.post_transfer_card(event)

    assert list(Message.objects.order_by("seq").values_list("kind", flat=True)) == ["card", "text"]


def test_failed_transfer_handler_is_retried_and_posts_once(two, now, monkeypatch):
    ana, bo = two
    send(ana, bo, now)
    due_at = later()
    post_card = chat.post_card

    def post_and_fail(**fields):
        post_card(**fields)
        raise ConnectionError

    monkeypatch.setattr(chat, "post_card", post_and_fail)
    outbox.deliver_due(due_at)
    assert not Message.objects.exists()
    monkeypatch.undo()
    outbox.deliver_due(later())

    assert Message.objects.get().card_type == "payments.transfer"
    assert not Fact.objects.filter(name="payments.money_sent").exists()


def test_transfer_to_a_stranger_or_across_a_block_posts_no_card(two, make_payer, now):
    ana, bo = two
    eve = make_payer("eve")
    accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    send(ana, bo, now, memo="")
    send(ana, eve, now, memo="", key="k2")
    outbox.deliver_due(later())

    assert not Conversation.objects.exists()
    assert not Fact.objects.filter(name="payments.money_sent").exists()


def test_top_up_posts_no_card(two, make_payer, now):
    make_payer("chandra", 5_000_00)

    outbox.deliver_due(later())

    assert not Message.objects.exists()


def test_transfer_event_round_trips_through_json(now):
    event = MoneySent(journal="0198", sender_id=1, receiver_id=2, amount_minor=100, asset="IDR", memo="kopi ☕")

    assert events.from_payload(event.name, event.payload()) == event


def test_transfer_card_preview_contains_its_amount(two, now, client):
    ana, bo = two
    send(ana, bo, now)
    outbox.deliver_due(later())
    client.force_login(bo)

    page = client.get("/obrolan/").content.decode()
    talk = client.get(f"/obrolan/{Conversation.objects.get().public_id}/").content.decode()

    assert "Mengirim Rp15.000" in page
    assert "Rp15.000" in talk
    assert "/dompet/bukti/" in talk
    assert f"/dompet/kirim/?kepada={ana.public_id}" in talk
