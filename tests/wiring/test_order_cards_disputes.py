"""Disputes where buyer and shop talk: what each answered is a line there, and the card says that a problem is open."""

from __future__ import annotations

from chat.models import Message
from shop import api as shop
from shop.actions import cancellation_requests, dispute_offers, disputes
from shop.models import OrderEvent
from superapp.accounts.models import User
from superapp.core.money import Money
from superapp.wiring import order_cards
from tests.harness.socket_client import make_trusted_device
from tests.wiring.order_facts import card, deliver, facts
from tests.wiring.test_order_cards_review import counted


def lines():
    events = Message.objects.filter(kind="event").order_by("seq").values_list("event", flat=True)
    return [(event["name"].removeprefix("shop."), event.get("amount"), event.get("reason")) for event in events][2:]


def test_offers_and_answers_are_lines_that_count_as_news_and_the_acceptance_once(sale, now):
    ana, store, placed = sale
    bo = User.objects.get(pk=store.owner_id)
    shop.accept_order(user_id=bo.pk, order=placed.order, now=now)
    shop.ship_order(user_id=bo.pk, order=placed.order, courier="JNE", resi="JT1", now=now)
    disputes.open_dispute(user_id=ana.pk, order=placed.order, reason="rusak", expected_rev=None, now=now)
    deliver()
    before = counted(ana.pk, bo.pk)

    def answer(amount, words):
        dispute_offers.answer_dispute(
            user_id=bo.pk, order=placed.order, words=words, amount=Money(amount), device_id=make_trusted_device(bo),
            pin="", expected_rev=None, now=now,
        )  # fmt: skip
        return {"user_id": ana.pk, "order": placed.order, "offer": OrderEvent.objects.latest("seq").seq, "now": now}

    answer(0, "utuh")
    seen = answer(1_000_00, "maaf")
    dispute_offers.decline_offer(**seen, amount=Money(1_000_00), words="kurang", expected_rev=None)
    seen = answer(2_000_00, "baik")
    deliver()
    assert (card()["state"], counted(ana.pk, bo.pk)) == ("disputed", [before[0] + 4, before[1] + 4])
    dispute_offers.accept_offer(
        **seen, amount=Money(2_000_00), device_id=make_trusted_device(ana), pin="", expected_rev=None
    )
    heard = facts()
    deliver()
    for fact in reversed(heard[1:]):  # Late, and again.
        order_cards.on_order_moved(fact)

    assert lines() == [
        ("dispute_opened", None, "rusak"),
        ("dispute_answered", None, "utuh"),
        ("dispute_offered", "Rp1.000", "maaf"),
        ("offer_declined_why", "Rp1.000", "kurang"),
        ("dispute_offered", "Rp2.000", "baik"),
        ("offer_accepted", "Rp2.000", None),
        ("completed", None, None),
    ]
    assert (card()["state"], counted(ana.pk, bo.pk)) == ("completed", [before[0] + 5, before[1] + 5])


def test_request_to_cancel_and_its_decline_are_news_to_the_other_side(sale, now):
    ana, store, placed = sale
    shop.accept_order(user_id=store.owner_id, order=placed.order, now=now)
    shop.pack_order(user_id=store.owner_id, order=placed.order, now=now)
    deliver()
    (before,) = counted(ana.pk)
    asked = {"order": placed.order, "expected_rev": None, "now": now}
    cancellation_requests.request_cancellation(user_id=ana.pk, reason="salah", **asked)
    cancellation_requests.decline_cancellation(user_id=store.owner_id, reason="", **asked)
    deliver()

    assert lines() == [("cancel_requested", None, "salah"), ("cancel_declined", None, None)]
    assert (card()["state"], counted(ana.pk)) == ("packed", [before + 2])
