"""From a storefront into a conversation with whoever runs it."""

from __future__ import annotations

import html
import re

import pytest
from django.conf import settings as project
from django.db import transaction
from django.test import Client

from chat import api as chat
from chat.errors import NotAccepted
from chat.models import Conversation, Member
from chat.writers import log
from shop import api as shop
from superapp.accounts import api as accounts
from superapp.accounts.actions.contacts import remove_contact, unblock_person
from superapp.accounts.models import Contact
from superapp.core.money import Money
from superapp.wiring import shop_conversations
from tests.chat.conftest import entry

PATH = "/obrolan/toko/manik-bo/"


@pytest.fixture
def bo(make_user, now):
    bo = make_user("bo")
    shop.open_shop(owner_id=bo.pk, handle="manik-bo", name="Manik Bo", town="Yogyakarta", now=now)
    return bo


@pytest.fixture
def product(bo, now):
    return shop.add_product(
        owner_id=bo.pk, name="Gelang", price=Money(25_000_00), listed=True, idempotency_key="gelang", now=now
    )


def browser_of(user):
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def say(conversation, sender, now):
    """Post one message, or raise the refusal."""
    with transaction.atomic():
        [outcome] = log.append([entry(conversation, sender)], now=now)
    if isinstance(outcome, Exception):
        raise outcome


def draft_of(user):
    return Member.objects.get(user=user).draft


def talk_with_the_shop(user, owner, now):
    of = shop.find_shop(owner.pk)
    return Conversation.objects.get(public_id=shop_conversations.open_conversation(of, user_id=user.pk, now=now))


def begun_in(browser, answer):
    """Return the draft in the field of the conversation that the response leads to."""
    page = browser.get(answer.headers["Location"]).content.decode()
    [begun] = re.findall(r'<textarea class="composer__body"[^>]*>(.*?)</textarea>', page, re.DOTALL)[:1]
    return html.unescape(begun)


def test_contact_shop_page_sends_a_stranger_to_login_and_back(bo, client):
    answer = client.get(f"{PATH}?barang=x")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/masuk/?next=/obrolan/toko/manik-bo/%3Fbarang%3Dx"


def test_contact_shop_page_creates_nothing_and_says_what_the_shop_sees(make_user, bo):
    answer = browser_of(make_user("ana")).get(PATH)

    assert answer.status_code == 200
    assert "Toko melihat nama dan fotomu" in answer.content.decode()
    assert (Conversation.objects.count(), Contact.objects.count()) == (0, 0)


def test_contact_shop_form_opens_the_conversation_once(make_user, bo, now):
    ana = make_user("ana")
    browser = browser_of(ana)

    first, again, later = browser.post(PATH), browser.post(PATH), browser.get(PATH)

    talk = Conversation.objects.get()
    assert {one.headers["Location"] for one in (first, again, later)} == {f"/obrolan/{talk.public_id}/"}
    say(talk, ana, now)


def test_conversation_with_a_shop_creates_no_contact(make_user, bo, now):
    ana = make_user("ana")

    browser_of(ana).post(PATH)

    assert not accounts.are_contacts(ana.pk, bo.pk)
    assert (accounts.list_contacts(ana.pk), accounts.list_contacts(bo.pk)) == ([], [])
    with pytest.raises(NotAccepted):
        chat.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, now=now)


def test_conversation_with_a_shop_does_not_reopen_the_direct_one(make_user, bo, now):
    ana = make_user("ana")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    private = chat.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, now=now)
    remove_contact(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    browser_of(ana).post(PATH)

    with pytest.raises(NotAccepted):
        say(private, ana, now)
    say(talk_with_the_shop(ana, bo, now), ana, now)


def test_blocked_buyer_can_write_to_the_shop_only_after_unblocking(make_user, bo, now):
    ana = make_user("ana")
    browser_of(ana).post(PATH)
    talk = talk_with_the_shop(ana, bo, now)
    accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    with pytest.raises(NotAccepted):
        say(talk, ana, now)

    unblock_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)
    with pytest.raises(NotAccepted):
        say(talk, ana, now)
    browser_of(ana).post(PATH)
    say(talk, ana, now)


def test_question_about_a_product_becomes_a_draft(make_user, bo, product):
    ana = make_user("ana")

    browser = browser_of(ana)

    answer = browser.post(PATH, {"barang": str(product.public_id)})

    assert begun_in(browser, answer) == f"Halo! Mau tanya soal “Gelang”: {project.PUBLIC_URL}/toko/manik-bo/gelang/"
    assert draft_of(ana) == ""
    assert Conversation.objects.get().last_seq == 0


@pytest.mark.parametrize("what", ["nonsense", "01980000-0000-7000-8000-000000000000", "DRAFT", "ELSEWHERE"])
def test_question_about_an_unavailable_product_is_ignored(make_user, bo, now, what):
    ana, eve = make_user("ana"), make_user("eve")
    shop.open_shop(owner_id=eve.pk, handle="toko-eve", name="Eve", town="Solo", now=now)
    of, listed = (eve, True) if what == "ELSEWHERE" else (bo, False)
    other = shop.add_product(
        owner_id=of.pk, name="Lain", price=Money(1_000_00), listed=listed, idempotency_key="x", now=now
    )

    browser = browser_of(ana)

    answer = browser.post(PATH, {"barang": str(other.public_id) if what.isupper() else what})

    assert begun_in(browser, answer) == ""


def test_blocked_buyer_cannot_write_to_the_shop(make_user, bo, now):
    eve = make_user("eve")
    accounts.connect_people(user_id=eve.pk, peer_id=bo.pk, now=now)
    accounts.block_person(user_id=bo.pk, peer_public_id=eve.public_id, now=now)

    answer = browser_of(eve).post(PATH)

    assert answer.status_code in (403, 409)
    assert not Conversation.objects.exists()
    assert not accounts.are_contacts(eve.pk, bo.pk)


def test_shop_owner_is_redirected_to_their_conversations(bo):
    answer = browser_of(bo).get(PATH)

    assert answer.headers["Location"] == "/obrolan/"


def test_contact_page_of_an_unknown_shop_is_404(make_user):
    assert browser_of(make_user("ana")).get("/obrolan/toko/tidak-ada/").status_code == 404


def test_contact_page_redirects_to_an_existing_conversation(make_user, bo, now):
    ana = make_user("ana")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    talk = talk_with_the_shop(ana, bo, now)

    assert browser_of(ana).get(PATH).headers["Location"] == f"/obrolan/{talk.public_id}/"


def test_question_in_an_existing_conversation_becomes_a_draft(make_user, bo, product, now):
    ana = make_user("ana")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    talk_with_the_shop(ana, bo, now)
    browser = browser_of(ana)

    answer = browser.get(PATH, {"barang": str(product.public_id)})

    assert begun_in(browser, answer) == f"Halo! Mau tanya soal “Gelang”: {project.PUBLIC_URL}/toko/manik-bo/gelang/"
    assert draft_of(ana) == ""


def test_contact_page_asks_before_opening_a_first_conversation(make_user, bo, now):
    ana = make_user("ana")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)

    answer = browser_of(ana).get(PATH)

    assert answer.status_code == 200
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("way", ["get", "post"])
def test_question_keeps_an_existing_draft(make_user, bo, product, now, way):
    ana = make_user("ana")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    talk = talk_with_the_shop(ana, bo, now)
    chat.update_preferences(conversation_id=talk.public_id, user_id=ana.pk, draft="Kak, soal yang kemarin")
    browser = browser_of(ana)

    answer = getattr(browser, way)(PATH, {"barang": str(product.public_id)})

    assert begun_in(browser, answer) == draft_of(ana) == "Kak, soal yang kemarin"
