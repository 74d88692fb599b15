"""A conversation with a shop bears its name and picture, and follows when they change."""

from __future__ import annotations

import pytest

from chat import api as chat
from chat.models import Conversation, Message
from shop import api as shop
from superapp.accounts import api as accounts
from superapp.core import events
from superapp.core.models import Fact
from superapp.wiring import order_cards, shop_conversations
from superapp.wiring.card_types import ORDER
from tests.wiring.order_facts import deliver


@pytest.fixture
def sale(make_payer, make_shop, make_product, buy, now):
    """ana, a friend of bo's, bought of bo's shop; nobody has heard of it yet."""
    ana = make_payer("ana", 500_000_00)
    store = make_shop()
    accounts.connect_people(user_id=ana.pk, peer_id=store.owner_id, now=now)
    Fact.objects.all().delete()
    return ana, store, buy(ana, make_product(store), 1)


def summary(user_id):
    return chat.fetch_summary(Conversation.objects.exclude(face=None).get().public_id, user_id)


def test_order_card_is_in_the_shop_conversation_and_not_the_direct_one(sale, now):
    ana, store, _placed = sale
    friends = chat.open_direct_conversation(user_id=ana.pk, peer_id=store.owner_id, now=now)

    deliver()

    card = Message.objects.get()
    assert card.conversation_id != friends.pk
    face = summary(ana.pk).face
    assert (face.kind, face.name, face.address) == ("shop", "Manik Bo", "/toko/manik-bo/")
    assert face.owner == str(accounts.get_public_ids({store.owner_id})[store.owner_id])


def test_changed_shop_name_and_picture_update_its_conversations(sale, now):
    ana, store, _placed = sale
    deliver()

    shop.change_shop(owner_id=store.owner_id, name="Manik & Batik Bo", now=now)
    deliver()
    shop.set_logo(owner_id=store.owner_id, logo="ab" * 32, now=now)
    fact = Fact.objects.get(name="shop.shop_changed")
    heard = events.from_payload(fact.name, fact.payload)
    deliver()
    shop_conversations.update_shop_profile(heard)  # Once more, and late.

    face = summary(ana.pk).face
    assert (face.name, face.picture, face.rev) == ("Manik & Batik Bo", f"/media/photo/{'ab' * 32}-420.webp", 3)


def test_shop_without_conversations_gets_no_face(make_shop, now):
    store = make_shop()

    shop.change_shop(owner_id=store.owner_id, name="Manik Baru", now=now)
    deliver()

    assert chat.find_face(f"shop:{store.public_id}") is None


def test_card_of_an_older_version_is_updated_in_the_direct_conversation(sale, now):
    ana, store, placed = sale
    friends = chat.open_direct_conversation(user_id=ana.pk, peer_id=store.owner_id, now=now)
    (fact,) = Fact.objects.filter(name="shop.order_placed")
    heard = events.from_payload(fact.name, fact.payload)
    chat.post_card(
        conversation_id=friends.public_id,
        sender_id=ana.pk,
        sender_public_id=ana.public_id,
        card_type=ORDER,
        card={"version": 1, "order": str(placed.order), "state": "paid", "title": "Gelang manik"},
        idempotency_key=f"order:{placed.order}",
        now=now,
    )

    order_cards.on_order_placed(heard)
    shop.accept_order(user_id=store.owner_id, order=placed.order, now=now)
    deliver()

    assert not Conversation.objects.exclude(face=None).exists()
    kinds = Message.objects.filter(conversation=friends).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["card", "event"]
    assert Message.objects.get(kind="card").card["state"] == "accepted"
