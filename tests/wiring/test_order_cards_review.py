"""Review cases where buyer and shop talk: both read that the order is looked at, and how it was decided."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from chat import api as chat
from chat.models import Conversation, Message
from shop import api as shop
from shop.maintenance.order_timers import run_due_timers
from superapp.wiring import order_cards
from tests.wiring.order_facts import card, deliver, facts

DUE = timedelta(days=30)


@pytest.fixture
def reviewed(sale, now):
    """ana's order of two, which nobody confirmed for 30 days; both have heard of it."""
    ana, store, placed = sale
    shop.accept_order(user_id=store.owner_id, order=placed.order, now=now)
    shop.ship_order(user_id=store.owner_id, order=placed.order, courier="JNE", resi="JT1", now=now)
    deliver()
    assert run_due_timers(now + DUE) == 1
    return ana, store, placed


def lines():
    return [message.event["name"] for message in Message.objects.filter(kind="event").order_by("seq")]


def counted(*people):
    talk = Conversation.objects.get().public_id
    return [chat.fetch_summary(talk, who).counted for who in people]


def drawn_for(client, person):
    client.force_login(person)
    talk = client.get(f"/obrolan/{Conversation.objects.get().public_id}/").content.decode()
    return re.sub(r"<[^>]+>", "", talk), re.sub(r"<[^>]+>", "", client.get("/obrolan/").content.decode())


def test_review_case_is_posted_to_both_sides_once(reviewed, client, make_user):
    ana, store, _placed = reviewed
    before = counted(ana.pk, store.owner_id)
    heard = facts()
    deliver()

    for fact in (*heard, *heard):  # The process died between, and it came again.
        order_cards.on_order_moved(fact)

    assert lines() == ["shop.accepted", "shop.shipped", "shop.review_opened"]
    assert (card()["version"], card()["state"], card()["shipment"]) == (4, "shipped", "JNE JT1")
    assert counted(ana.pk, store.owner_id) == [before[0] + 1, before[1] + 1]
    bo = type(ana).objects.get(pk=store.owner_id)
    for person in (ana, bo):
        talk, listed = drawn_for(client, person)
        assert "Nusa memeriksa: belum ada konfirmasi barang diterima" in talk
        assert "Nusa memeriksa: belum ada konfirmasi barang diterima" in listed


@pytest.mark.parametrize(
    ("verdict", "state", "says"),
    [
        ("complete", "completed", "Sudah diperiksa Nusa: uang diteruskan ke toko (JNE: diterima)"),
        ("refund", "cancelled", "Sudah diperiksa Nusa: uang kembali ke pembeli (JNE: diterima)"),
    ],
)
def test_decision_is_posted_to_both_sides_with_its_reason(verdict, state, says, reviewed, client, make_user, now):
    ana, store, placed = reviewed
    shop.decide_review_case(
        number=placed.number,
        operator_id=make_user("op", is_staff=True).pk,
        verdict=verdict,
        reason="JNE: diterima",
        now=now + DUE,
    )
    deliver()

    assert lines() == ["shop.accepted", "shop.shipped", "shop.review_opened", f"shop.{state}_operator"]
    assert card()["state"] == state
    bo = type(ana).objects.get(pk=store.owner_id)
    for person in (ana, bo):
        assert says in drawn_for(client, person)[0]


def test_review_case_keeps_delivery_as_claimed_by_the_shop(sale, now):
    _ana, store, placed = sale
    shop.accept_order(user_id=store.owner_id, order=placed.order, now=now)
    shop.ship_order(user_id=store.owner_id, order=placed.order, courier="JNE", resi="JT1", now=now)
    shop.report_delivery(user_id=store.owner_id, order=placed.order, now=now)
    assert run_due_timers(now + DUE) == 1
    deliver()

    assert card()["state"] == "claimed"
