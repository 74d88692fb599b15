"""Orders where their two sides talk: one card that lives, a line for each move, once whatever happens to the facts."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from chat import api as chat
from chat.domain import card_types
from chat.models import Conversation, Message
from shop import api as shop
from superapp.accounts import api as accounts
from superapp.accounts.actions.contacts import unblock_person
from superapp.core import outbox, signed_receipts
from superapp.core.models import Fact
from superapp.core.money import Money
from superapp.web import time_formats
from superapp.wiring import order_cards
from tests.harness.socket_client import make_trusted_device
from tests.wiring.order_facts import card, deliver, facts


def said():
    return list(Message.objects.order_by("seq").values_list("kind", flat=True))


def test_order_opens_the_conversation_with_an_order_card(sale, now):
    ana, store, placed = sale

    assert not Message.objects.exists()
    deliver()

    message = Message.objects.get()
    assert (message.kind, message.sender_id, message.card_type) == ("card", ana.pk, "shop.order")
    assert {name: value for name, value in message.card.items() if name != "receipt"} == {
        "version": 1,
        "order": str(placed.order),
        "number": placed.number,
        "state": "paid",
        "title": "Gelang manik ×\u00a02",
        "total": {"amount_minor": 50_000_00, "asset": "IDR"},
        "shop": "Manik Bo",
        "photo": "",
        "shipment": "",
        "placed_at": message.card["moved_at"],
        "moved_at": message.card["placed_at"],
    }
    document = signed_receipts.verify(message.card["receipt"])
    assert document is not None
    assert (document["kind"], document["number"]) == ("shop.order_paid", placed.number)
    assert document["total"] == {"amount_minor": 50_000_00, "asset": "IDR"}
    assert document["buyer"] == str(ana.public_id)
    # Buying makes nobody a contact of the one who runs the shop.
    assert not accounts.are_contacts(ana.pk, store.owner_id)
    assert not accounts.find_forbidden_business_pairs({(ana.pk, store.owner_id)})
    summary = chat.fetch_summary(message.conversation.public_id, store.owner_id)
    assert (summary.counted, summary.mine.read_counted) == (1, 0)


def test_order_card_names_the_source_of_delivery(sale, now):
    _ana, store, placed = sale
    shop.accept_order(user_id=store.owner_id, order=placed.order, now=now)
    shop.ship_order(user_id=store.owner_id, order=placed.order, courier="JNE", resi="JT1", now=now)
    shop.report_delivery(user_id=store.owner_id, order=placed.order, now=now)
    deliver()
    claimed = card()["state"]
    shop.record_courier_delivery(courier="JNE", resi="JT1", evidence={}, now=now)
    deliver()

    assert (claimed, card()["state"]) == ("claimed", "delivered")


def test_corrected_tracking_number_posts_an_event_and_keeps_earlier_ones(sale, now):
    _ana, store, placed = sale
    asked = {"user_id": store.owner_id, "order": placed.order, "now": now}
    shop.accept_order(**asked)
    shop.ship_order(courier="JNE", resi="JT1", **asked)
    shop.correct_resi(courier="JNE", resi="JT2", **asked)
    heard = facts()
    deliver()

    for fact in reversed(heard[1:]):  # Late, and again.
        order_cards.on_order_moved(fact)

    assert (card()["version"], card()["state"], card()["shipment"]) == (4, "shipped", "JNE JT2")
    lines = Message.objects.filter(kind="event").order_by("seq")
    assert [(line.event["name"], line.event.get("resi")) for line in lines] == [
        ("shop.accepted", None),
        ("shop.shipped", "JT1"),
        ("shop.resi_corrected", "JT2"),
    ]
    assert [line.counted for line in lines] == [1, 2, 3]


def test_order_card_shows_the_state_and_an_event_each_transition(sale, now):
    ana, store, placed = sale
    for verb, fields in (
        (shop.accept_order, {}),
        (shop.pack_order, {}),
        (shop.ship_order, {"courier": "JNE", "resi": "JT1"}),
    ):
        verb(user_id=store.owner_id, order=placed.order, now=now, **fields)
    deliver()
    shipped = card()
    shop.confirm_receipt(user_id=ana.pk, device_id=make_trusted_device(ana), order=placed.order, now=now)
    deliver()

    assert (shipped["version"], shipped["state"], shipped["shipment"]) == (4, "shipped", "JNE JT1")
    assert (card()["version"], card()["state"]) == (5, "completed")
    document = signed_receipts.verify(card()["receipt"])
    assert document is not None
    assert document["kind"] == "shop.order_completed"
    assert said() == ["card", "event", "event", "event", "event"]
    assert list(Message.objects.filter(kind="event").order_by("seq").values_list("event__name", flat=True)) == [
        "shop.accepted",
        "shop.packed",
        "shop.shipped",
        "shop.completed",
    ]
    talk = Conversation.objects.get()
    # What ana is told of as news: that it is on its way. What bo is: the order, and that it is completed.
    assert [chat.fetch_summary(talk.public_id, who).counted for who in (ana.pk, store.owner_id)] == [3, 3]
    lines = Message.objects.filter(kind="event").order_by("seq")
    assert [line.counted for line in lines] == [1, 1, 2, 3]


def test_repeated_late_or_reordered_facts_change_nothing(sale, now):
    _ana, store, placed = sale
    shop.accept_order(user_id=store.owner_id, order=placed.order, now=now)
    shop.cancel_order(
        user_id=store.owner_id,
        device_id=make_trusted_device(store.owner_id),
        order=placed.order,
        reason="habis",
        now=now,
    )
    heard = facts()
    deliver()
    stands, before = card(), Message.objects.get(kind="card").rev

    order_cards.on_order_placed(heard[0])
    for fact in (*heard[1:], *reversed(heard[1:])):
        order_cards.on_order_moved(fact)

    assert [fact.name for fact in heard] == ["shop.order_placed", "shop.order_moved", "shop.order_moved"]
    assert said() == ["card", "event", "event"]
    assert card() == stands
    assert (card()["state"], Message.objects.get(kind="card").rev) == ("cancelled", before)
    why = Message.objects.filter(kind="event").last().event
    assert why == {
        "name": "shop.cancelled_why",
        "about": "Gelang manik ×\u00a02",
        "number": placed.number,
        "reason": "habis",
    }


def test_failed_card_handler_is_retried_and_posts_once(sale, now, monkeypatch):
    _ana, store, placed = sale
    deliver()
    shop.accept_order(user_id=store.owner_id, order=placed.order, now=now)
    post_system_event = chat.post_system_event

    def post_and_fail(**fields):
        post_system_event(**fields)
        raise ConnectionError

    monkeypatch.setattr(chat, "post_system_event", post_and_fail)
    outbox.deliver_due(Fact.objects.order_by("-due_at").values_list("due_at", flat=True)[0])
    failed = (said(), card()["state"])
    monkeypatch.undo()
    deliver()

    assert failed == (["card"], "paid")
    assert (said(), card()["state"]) == (["card", "event"], "accepted")


def test_order_across_a_block_posts_no_card_and_stays_valid(sale, now):
    ana, store, placed = sale
    accounts.block_person(user_id=store.owner_id, peer_public_id=ana.public_id, now=now)

    deliver()

    assert not Message.objects.exists()
    assert not accounts.are_contacts(ana.pk, store.owner_id)
    assert shop.fetch_order(user_id=ana.pk, order=placed.order).summary.state == "paid"


def test_missing_card_is_posted_with_the_first_transition_after_unblocking(sale, now):
    ana, store, placed = sale
    accounts.block_person(user_id=store.owner_id, peer_public_id=ana.public_id, now=now)
    heard = facts()
    deliver()
    unblock_person(user_id=store.owner_id, peer_public_id=ana.public_id, now=now)
    accounts.allow_business_contact(user_id=ana.pk, peer_id=store.owner_id, now=now)
    shop.accept_order(user_id=store.owner_id, order=placed.order, now=now)
    heard += facts()

    deliver()
    for fact in heard[1:]:
        order_cards.on_order_moved(fact)
    order_cards.on_order_placed(heard[0])

    assert [fact.name for fact in heard] == ["shop.order_placed", "shop.order_moved"]
    assert said() == ["card", "event"]
    assert (card()["version"], card()["state"], card()["order"]) == (2, "accepted", str(placed.order))
    assert Message.objects.get(kind="card").sender_id == ana.pk


def test_order_card_has_a_preview_and_is_rendered_for_both_roles(sale, client):
    ana, _store, placed = sale
    deliver()
    talk = f"/obrolan/{Conversation.objects.get().public_id}/"
    client.force_login(ana)

    listed = client.get("/obrolan/").content.decode()
    drawn = client.get(talk).content.decode()

    assert "Dibayar · Gelang manik ×\u00a02" in listed
    assert 'data-card-type="shop.order" data-state="paid"' in drawn
    assert f'href="/pesanan/{placed.order}/"' in drawn
    assert f'href="/bukti/periksa/#{card()["receipt"]}"' in drawn
    assert "Rp50.000" in drawn


def test_card_of_a_cancelled_order_offers_no_payment_receipt(sale, client, now):
    ana, _store, placed = sale
    shop.cancel_order(
        user_id=ana.pk, device_id=make_trusted_device(ana), order=placed.order, reason="berubah pikiran", now=now
    )
    deliver()
    client.force_login(ana)

    drawn = client.get(f"/obrolan/{Conversation.objects.get().public_id}/").content.decode()
    link = re.search(r"<a [^>]*/bukti/periksa/#\{receipt\}[^>]*>", drawn)

    assert card()["state"] == "cancelled"
    assert link is not None
    assert 'data-in="paid completed"' in link[0]


def test_order_card_has_picture_and_shop_name(make_payer, make_shop, make_product, buy, client, now):
    ana, store = make_payer("ana", 500_000_00), make_shop()
    product = make_product(store)
    photo = "ab" * 32
    shop.add_photo(
        owner_id=store.owner_id,
        product=product.public_id,
        name=photo,
        width=8,
        height=8,
        placeholder="#aabbcc",
        now=now,
    )
    buy(ana, product, 1)
    deliver()
    client.force_login(ana)

    drawn = client.get(f"/obrolan/{Conversation.objects.get().public_id}/").content.decode()

    assert card()["photo"] == photo
    assert f'src="/media/photo/{photo}-420.webp"' in drawn
    assert 'data-field="shop" dir="auto">Manik Bo</p>' in drawn


def test_transition_is_one_silent_event_linked_to_its_card(sale, client, now):
    ana, store, placed = sale
    asked = {"user_id": store.owner_id, "order": placed.order, "now": now}
    shop.accept_order(**asked)
    shop.ship_order(courier="JNE", resi="JT1", **asked)
    deliver()
    client.force_login(ana)

    drawn = client.get(f"/obrolan/{Conversation.objects.get().public_id}/").content.decode()
    listed = client.get("/obrolan/").content.decode()

    line = Message.objects.filter(kind="event").last()
    shown = re.search(rf'<li class="event" id="m-{line.seq}".*?</li>', drawn)
    assert shown is not None
    assert re.sub(r"<[^>]+>", "", shown[0]) == f"Dikirim · {time_formats.format_hour(line.sent_at)}"
    assert 'href="#m-1"' in shown[0]
    assert placed.number not in shown[0]
    # In the list, where the state would be cut off behind the goods, it comes first.
    assert "Dikirim · Gelang manik ×\u00a02" in listed


def test_event_of_an_older_version_is_not_posted_again(sale, now):
    _ana, store, placed = sale
    deliver()
    shop.accept_order(user_id=store.owner_id, order=placed.order, now=now)
    chat.post_system_event(
        conversation_id=Conversation.objects.get().public_id,
        sender_id=store.owner_id,
        sender_public_id=accounts.get_public_ids({store.owner_id})[store.owner_id],
        name="shop.accepted",
        fields={"number": placed.number},
        counts_as_unread=False,
        idempotency_key=f"order:{placed.order}:2",
        now=now,
    )

    deliver()

    assert said() == ["card", "event"]
    assert card()["state"] == "accepted"


@pytest.mark.parametrize(
    ("state", "mine", "theirs"),
    [("paid", "Dibayar · Kopi", "Pesanan baru · Kopi"), ("shipped", "Dikirim · Kopi", "Dikirim · Kopi")],
)
def test_order_preview_starts_with_its_state(state, mine, theirs):
    data = {"state": state, "title": "Kopi"}

    # A test before this one may have left the thread in another language.
    with translation.override("id"):
        assert card_types.get_card_type("shop.order").render_summary(data, is_mine=True) == mine
        assert card_types.get_card_type("shop.order").render_summary(data, is_mine=False) == theirs


@pytest.mark.parametrize(
    ("reason", "event"),
    [
        ("", "Dibatalkan, pengembalian dana disisihkan Nusa untuk pembeli"),
        ("Salah pesan", "Dibatalkan (Salah pesan), pengembalian dana disisihkan Nusa untuk pembeli"),
    ],
    ids=["without a reason", "with a reason"],
)
def test_refund_that_was_set_aside_is_not_called_refunded(reason, event, sale, client, now, monkeypatch):
    ana, _store, placed = sale
    monkeypatch.setattr("payments.api.get_suspended_refund", lambda _reference: Money(50_000_00))
    shop.cancel_order(user_id=ana.pk, device_id=make_trusted_device(ana), order=placed.order, reason=reason, now=now)
    deliver()
    client.force_login(ana)

    drawn = client.get(f"/obrolan/{Conversation.objects.get().public_id}/").content.decode()

    assert card()["state"] == "set_aside"
    assert 'data-state="set_aside"' in drawn
    assert event in drawn
