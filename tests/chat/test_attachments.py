"""Contact cards and locations: what may be attached, what everybody gets, and what is refused."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from chat.errors import (
    ContactNotYours,
    ConversationNotFound,
    LocationInvalid,
    LocationNameTooLong,
    NotAContactCard,
)
from chat.models import Message
from superapp.accounts import api as accounts
from superapp.accounts.models import User
from superapp.core.errors import InputInvalid


@pytest.fixture
def attach(ask):
    def attach(user, talk, attachment, client_id="c-1", body=""):
        fields = {"conversation": str(talk.public_id), "client_id": client_id, "body": body}
        return ask(user, "chat.send", **fields, attachment=attachment)

    return attach


def attachment_of(ask, user, talk, seq):
    rows = ask(user, "chat.messages", conversation=str(talk.public_id), seqs=[seq])["rows"]
    return rows[0]["extras"]["attachment"]


def test_location_is_rounded_and_labelled(ask, ana, bo, talk, attach):
    sent = attach(ana, talk, {"type": "location", "latitude": -7.79558491, "longitude": 110, "name": "  Titik\nNol "})

    assert attachment_of(ask, bo, talk, sent["seq"]) == {
        "type": "location",
        "latitude": -7.795585,
        "longitude": 110.0,
        "name": "Titik Nol",
    }


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"latitude": 90.1}, LocationInvalid),
        ({"latitude": -91}, LocationInvalid),
        ({"longitude": 180.5}, LocationInvalid),
        ({"longitude": 1e300}, LocationInvalid),
        ({"latitude": "-7"}, InputInvalid),
        ({"latitude": None}, InputInvalid),
        ({"latitude": [1]}, InputInvalid),
        ({"name": 7}, InputInvalid),
        ({"name": "x" * 81}, LocationNameTooLong),
        ({"type": "place"}, InputInvalid),
    ],
)
def test_wrong_location_is_refused(ana, talk, attach, changes, error):
    with pytest.raises(error):
        attach(ana, talk, {"type": "location", "latitude": -7.8, "longitude": 110.4, **changes})

    assert not Message.objects.filter(kind="text").exists()


def test_contact_card_names_a_contact_and_no_number(ask, ana, bo, talk, attach, make_user, now):
    citra = make_user("citra")
    accounts.connect_people(user_id=ana.pk, peer_id=citra.pk, now=now)
    seq = attach(ana, talk, {"type": "contact", "user": str(citra.public_id)})["seq"]

    assert attachment_of(ask, bo, talk, seq) == {"type": "contact", "user": str(citra.public_id), "name": citra.name}
    history = json.dumps(ask(bo, "chat.history", conversation=str(talk.public_id)))
    number = accounts.get_formatted_phone_number(citra.pk)
    assert not number or number not in history


def test_own_contact_card_can_be_sent(ask, ana, bo, talk, attach):
    seq = attach(ana, talk, {"type": "contact", "user": str(ana.public_id)})["seq"]

    assert attachment_of(ask, bo, talk, seq)["name"] == ana.name


def test_contact_card_of_a_stranger_is_refused(ana, talk, attach, make_user, now):
    dewi, asked = make_user("dewi"), make_user("eko")
    accounts.connect_people(user_id=ana.pk, peer_id=asked.pk, now=now)
    accounts.block_person(user_id=asked.pk, peer_public_id=ana.public_id, now=now)
    for user in (str(dewi.public_id), str(asked.public_id), "019802f4-0000-7000-8000-000000000000"):
        with pytest.raises(ContactNotYours):
            attach(ana, talk, {"type": "contact", "user": user})
    for user in ("ana", None, 7):
        with pytest.raises(InputInvalid):
            attach(ana, talk, {"type": "contact", "user": user})


def test_retried_contact_card_is_one_message_after_renaming_and_unfriending(ask, ana, talk, attach, make_user, now):
    citra = make_user("citra")
    accounts.connect_people(user_id=ana.pk, peer_id=citra.pk, now=now)
    card = {"type": "contact", "user": str(citra.public_id)}
    first = attach(ana, talk, card)
    citra.name = "Citra Baru"
    citra.save()
    assert attach(ana, talk, card)["seq"] == first["seq"]
    accounts.block_person(user_id=ana.pk, peer_public_id=citra.public_id, now=now)

    assert attach(ana, talk, card)["seq"] == first["seq"]
    with pytest.raises(ContactNotYours):
        attach(ana, talk, card, client_id="c-2")


def test_attachment_with_a_caption_is_removed_by_recall(ask, ana, bo, talk, attach):
    place = {"type": "location", "latitude": -7.8, "longitude": 110.4}
    seq = attach(ana, talk, place, body="di sini ya")["seq"]
    row = ask(bo, "chat.messages", conversation=str(talk.public_id), seqs=[seq])["rows"][0]
    assert (row["body"], row["kind"]) == ("di sini ya", "text")

    ask(ana, "chat.recall", conversation=str(talk.public_id), seq=seq)

    row = ask(bo, "chat.messages", conversation=str(talk.public_id), seqs=[seq])["rows"][0]
    assert (row["extras"], row["body"]) == (None, "")


def test_contact_card_allows_a_contact_request_without_number_or_handle(
    ask, ana, bo, talk, attach, make_user, now, post
):
    citra = make_user("citra")
    accounts.connect_people(user_id=ana.pk, peer_id=citra.pk, now=now)
    seq = attach(ana, talk, {"type": "contact", "user": str(citra.public_id)})["seq"]
    place = str(talk.public_id)

    contact = ask(bo, "chat.contact_ask", conversation=place, seq=seq)

    assert (contact["user"], contact["state"]) == (str(citra.public_id), "invited")
    plain = post(talk, ana, "halo").seq
    with pytest.raises(NotAContactCard):
        ask(bo, "chat.contact_ask", conversation=place, seq=plain)
    with pytest.raises(ConversationNotFound):
        ask(citra, "chat.contact_ask", conversation=place, seq=seq)


@pytest.mark.parametrize("known_as", ["contact", "stranger", "blocked"])
def test_contact_card_shows_the_picture_to_whom_the_person_is_known(
    known_as, client, ask, ana, bo, talk, attach, make_user, now
):
    citra = make_user("citra", name="Citra Dewi")
    User.objects.filter(pk=citra.pk).update(avatar="0123456789abcdef")
    accounts.connect_people(user_id=ana.pk, peer_id=citra.pk, now=now)
    if known_as != "stranger":
        accounts.connect_people(user_id=bo.pk, peer_id=citra.pk, now=now)
    if known_as == "blocked":
        ask(bo, "accounts.block", user=str(citra.public_id), blocked=True)
    attach(ana, talk, {"type": "contact", "user": str(citra.public_id)})
    client.force_login(bo)

    page = client.get(reverse("chat:conversation", args=[talk.public_id])).content.decode()
    people = ask(bo, "chat.history", conversation=str(talk.public_id))["people"]

    card = page.partition('data-part="list"')[2].partition('data-attachment="contact"')[2].partition("</div>")[0]
    is_known = known_as == "contact"
    assert (f'src="/media/avatar/{citra.public_id}/' in card) == is_known
    assert ">CD</span>" in card
    # A card tells neither number nor handle.
    assert (str(citra.public_id) in [person["id"] for person in people]) == is_known
    assert "@citra" not in page


def test_contact_cards_take_one_query_however_many_there_are(
    ask, ana, bo, talk, attach, make_user, now, django_assert_max_num_queries
):
    taken = []
    for number in range(4):
        citra = make_user(f"citra{number}")
        accounts.connect_people(user_id=ana.pk, peer_id=citra.pk, now=now)
        accounts.connect_people(user_id=bo.pk, peer_id=citra.pk, now=now)
        attach(ana, talk, {"type": "contact", "user": str(citra.public_id)}, f"c-{number}")
        with django_assert_max_num_queries(100) as captured:
            ask(bo, "chat.history", conversation=str(talk.public_id))
        taken.append(len(captured))

    assert set(taken) == {taken[0]}


def test_page_shows_attachments_as_text_without_foreign_links(client, ask, ana, bo, talk, attach):
    attach(ana, talk, {"type": "location", "latitude": -7.8, "longitude": 110.4, "name": "<b>Titik</b>"}, "c-1")
    attach(ana, talk, {"type": "poll", "question": "<i>Kapan?</i>", "options": ["Sabtu", "Minggu"]}, "c-2")
    attach(ana, talk, {"type": "contact", "user": str(ana.public_id)}, "c-3")
    ask(bo, "chat.vote", conversation=str(talk.public_id), seq=2, options=[1])
    client.force_login(bo)

    page = client.get(reverse("chat:conversation", args=[talk.public_id])).content.decode()
    shown = page.partition('data-part="list"')[2].partition("</ol>")[0]

    assert 'href="geo:-7.8,110.4"' in shown
    assert "&lt;b&gt;Titik&lt;/b&gt;" in shown
    assert "&lt;i&gt;Kapan?&lt;/i&gt;" in shown
    assert 'data-option="1" aria-pressed="true"' in shown
    assert "http://" not in shown
    assert "https://" not in shown
