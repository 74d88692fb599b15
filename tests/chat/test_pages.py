"""The pages of chat: useful before any module arrives, and closed to outsiders."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from chat import api
from chat.domain import card_types
from chat.domain.large_emoji import is_large_emoji
from chat.models import Member, Message
from superapp.accounts import api as accounts
from superapp.accounts.models import Device
from superapp.core import clock
from tests.chat.conftest import page_beside


@pytest.fixture
def bo(make_user):
    return make_user("bo", name="Bo Santoso")


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


def address(conversation, page="conversation"):
    return reverse(f"chat:{page}", args=[conversation.public_id])


def boot(response):
    text = re.search(r'<script id="boot" type="application/json">(.*?)</script>', response.content.decode())
    return json.loads(text[1])


def lines(response):
    """The visible lines of the timeline, in order."""
    timeline = response.content.decode().partition('data-part="list"')[2].partition("</ol>")[0]
    return re.findall(r'<div class="bubble__body"[^>]*>([^<]+)</div>', timeline)


def test_conversation_page_contains_its_messages(as_ana, ana, bo, talk, post):
    post(talk, bo, "Na, jadi ke pasar?")
    post(talk, ana, "Jadi!")

    page = as_ana.get(address(talk))

    assert page.status_code == 200
    assert lines(page) == ["Na, jadi ke pasar?", "Jadi!"]


@pytest.mark.parametrize("page", ["conversation", "details"])
def test_page_of_a_foreign_conversation_is_404(client, make_user, bo, talk, post, page):
    post(talk, bo, "hanya untuk Ana")
    client.force_login(make_user("eve"))

    answer = client.get(address(talk, page))

    assert answer.status_code == 404
    assert "hanya untuk Ana" not in answer.content.decode()
    assert "Bo Santoso" not in answer.content.decode()


@pytest.mark.parametrize(
    ("page", "fields"),
    [("send", {"body": "halo", "client_id": "c-1"}), ("keep", {"pinned": "yes"})],
)
def test_form_of_a_foreign_conversation_changes_nothing(client, make_user, talk, page, fields):
    client.force_login(make_user("eve"))

    answer = client.post(address(talk, page), fields)

    assert answer.status_code == 404
    assert not Message.objects.exists()
    assert not Member.objects.filter(is_pinned=True).exists()


def test_page_without_a_session_redirects_to_login(client, talk):
    answer = client.get(address(talk))

    assert answer.status_code == 302
    assert answer.url == f"/masuk/?next={address(talk)}"


def test_page_of_an_unnamed_person_redirects_to_the_name_form(client, make_user):
    client.force_login(make_user("nona", name=""))

    assert client.get("/obrolan/").url == "/masuk/nama/?next=%2Fobrolan%2F"


def test_message_form_sent_twice_posts_once(as_ana, talk):
    form = {"body": "halo\r\nBo", "client_id": "c-1"}

    first, again = as_ana.post(address(talk, "send"), form), as_ana.post(address(talk, "send"), form)

    assert (first.status_code, again.status_code) == (302, 302)
    assert first.url == address(talk)
    assert Message.objects.get().body == "halo\nBo"


def test_refused_message_stays_in_the_composer(as_ana, talk):
    answer = as_ana.post(address(talk, "send"), {"body": "a" * 4_001, "client_id": "c-1"})

    assert answer.status_code == 422
    assert "a" * 4_001 in answer.content.decode()
    assert "4.000" in re.search(r'data-part="problem" role="alert">([^<]+)<', answer.content.decode())[1]
    assert not Message.objects.exists()


def test_list_shows_last_sender_text_and_unread_count(as_ana, ana, bo, talk, post):
    post(talk, bo, "pertama")
    post(talk, bo, "kedua")

    page = as_ana.get("/obrolan/").content.decode()
    row = re.search(rf'<li class="row" data-conversation="{talk.public_id}".*?</li>', page, flags=re.DOTALL)[0]

    assert 'data-unread="2"' in row
    assert "Bo Santoso" in row
    assert "kedua" in row
    assert "pertama" not in row


def test_list_is_called_empty_only_when_it_is(as_ana, bo, talk, post):
    empty = as_ana.get("/obrolan/").content.decode()
    post(talk, bo)
    filled = as_ana.get("/obrolan/").content.decode()

    assert '<div class="state" data-part="empty">' in empty
    assert '<div class="state" data-part="empty" hidden>' in filled


def test_list_has_pinned_first_and_no_hidden_conversations(as_ana, ana, bo, talk, make_user, make_direct, post, now):
    cici, dodi = make_user("cici"), make_user("dodi")
    pinned, hidden = make_direct(ana, cici), make_direct(ana, dodi)
    for place, (one, sender) in enumerate([(pinned, cici), (hidden, dodi), (talk, bo)]):
        post(one, sender, now=now + timedelta(minutes=place))
    as_ana.post(address(pinned, "keep"), {"pinned": "yes"})
    as_ana.post(address(hidden, "keep"), {"hidden": "yes"})

    page = as_ana.get("/obrolan/").content.decode()

    assert re.findall(r'data-conversation="([0-9a-f-]{36})"', page) == [str(pinned.public_id), str(talk.public_id)]


def test_boot_data_contains_what_javascript_needs(as_ana, ana, bo, talk, post):
    post(talk, bo, "halo")

    data = boot(as_ana.get(address(talk)))

    assert data["me"]["id"] == str(ana.public_id)
    assert [one["id"] for one in data["chat"]["summaries"]] == [str(talk.public_id)]
    assert data["chat"]["open"]["summary"]["id"] == str(talk.public_id)
    assert [row["body"] for row in data["chat"]["open"]["history"]["rows"]] == ["halo"]
    assert data["chat"]["open"]["history"]["rev"] == 1


def test_boot_data_cannot_close_its_script_element(as_ana, bo, talk, post):
    post(talk, bo, "</script><script>alert(1)</script>")

    page = as_ana.get(address(talk))

    assert "<script>alert" not in page.content.decode()
    assert boot(page)["chat"]["open"]["history"]["rows"][0]["body"] == "</script><script>alert(1)</script>"


def test_earlier_messages_are_a_link_away(as_ana, bo, talk, post):
    for number in range(1, 53):
        post(talk, bo, f"pesan {number}")

    newest = as_ana.get(address(talk))
    earlier = as_ana.get(address(talk) + "?sebelum=3")

    assert lines(newest) == [f"pesan {number}" for number in range(3, 53)]
    assert 'href="?sebelum=3"' in newest.content.decode()
    assert lines(earlier) == ["pesan 1", "pesan 2"]


def test_own_message_shows_its_delivery_state(as_ana, ana, bo, talk, post):
    for body in ("satu", "dua", "tiga"):
        post(talk, ana, body)
    api.mark_read(conversation_id=talk.public_id, user_id=bo.pk, seq=1)
    api.mark_delivered(user_id=bo.pk, marks=[(talk.public_id, 2)])

    page = as_ana.get(address(talk)).content.decode()

    assert re.findall(r'id="m-\d"[^>]* data-state="(\w+)"', page) == ["read", "delivered", "sent"]


def test_messages_of_one_minute_are_grouped(as_ana, ana, bo, talk, post, now):
    start = now.replace(second=0)
    for seconds, sender in ((0, bo), (59, bo), (60, bo), (61, ana)):
        post(talk, sender, now=start + timedelta(seconds=seconds))

    page = as_ana.get(address(talk)).content.decode()
    places = [
        ("data-starts" in attributes, "data-ends" in attributes)
        for attributes in re.findall(r'<li class="message" (id="m-\d"[^>]*)>', page)
    ]

    assert places == [(True, False), (False, True), (True, True), (True, True)]


def test_day_separator_uses_the_time_zone_of_the_reader(client, make_user, make_direct, post, now):
    dwi = make_user("dwi", time_zone="Asia/Jayapura")
    bo = make_user("bo2")
    talk = make_direct(dwi, bo)
    # 23.30 in Jakarta, and half past one on the next day in Jayapura.
    post(talk, bo, now=now.replace(hour=16, minute=30))
    client.force_login(dwi)

    page = client.get(address(talk)).content.decode()

    assert re.findall(r'data-day="([\d-]+)"', page)[0] == "2027-03-02"
    assert re.search(r'data-part="time" datetime="[^"]+">([\d.]+)<', page.partition('id="m-1"')[2])[1] == "01.30"


def test_unread_separator_is_before_the_first_unread_message(as_ana, ana, bo, talk, post):
    post(talk, bo, "lama")
    api.mark_read(conversation_id=talk.public_id, user_id=ana.pk, seq=1)
    post(talk, bo, "baru")

    timeline = as_ana.get(address(talk)).content.decode().partition('data-part="list"')[2].partition("</ol>")[0]

    assert timeline.count("data-new-line") == 1
    assert timeline.index("lama") < timeline.index("data-new-line") < timeline.index("baru")


def test_recalled_message_shows_a_placeholder_without_text(as_ana, ana, bo, talk, post, now):
    post(talk, bo, "salah kirim")
    api.recall_message(conversation_id=talk.public_id, seq=1, by_user_id=bo.pk, now=now)

    page = as_ana.get(address(talk)).content.decode()

    assert "salah kirim" not in page
    assert "Pesan ini dihapus" in page


def test_blocked_conversation_is_readable_without_composer(as_ana, ana, bo, talk, post, now):
    post(talk, bo, "halo")
    accounts.block_person(user_id=ana.pk, peer_public_id=bo.public_id, now=now)

    page = as_ana.get(address(talk))
    refused = as_ana.post(address(talk, "send"), {"body": "hai", "client_id": "c-9"})

    assert lines(page) == ["halo"]
    assert re.search(r'class="composer__form"[^>]*hidden', page.content.decode())
    assert refused.status_code == 403
    assert Message.objects.count() == 1


def test_unknown_card_is_shown_plainly(as_ana, ana, bo, talk, now):
    api.post_card(
        conversation_id=talk.public_id,
        sender_id=bo.pk,
        sender_public_id=bo.public_id,
        card_type="shop.unheard_of",
        card={"title": "Pesanan 17", "text": "Sedang disiapkan toko"},
        idempotency_key="k-1",
        now=now,
    )

    page = as_ana.get(address(talk)).content.decode()

    assert 'data-field="title" data-else>Pesanan 17</p>' in page
    assert (
        card_types.get_card_type("shop.unheard_of").render_summary({"title": "Pesanan 17"}, is_mine=True)
        == "Pesanan 17"
    )


@pytest.mark.parametrize(
    ("body", "is_big"),
    [
        ("👍", True),
        ("❤️", True),
        ("👨‍👩‍👧", True),
        ("🇮🇩", True),
        ("😂😂😂", True),
        ("😂😂😂😂", False),
        ("😂 😂", False),
        ("ok 👍", False),
        ("1", False),
    ],
)
def test_emoji_alone_are_drawn_large(body, is_big):
    assert is_large_emoji(body) is is_big


def test_contact_row_opens_a_conversation(as_ana, ana, bo, talk):
    answer = as_ana.post("/obrolan/buka/", {"user": str(bo.public_id)})

    assert answer.url == address(talk)


def test_conversation_with_a_stranger_cannot_be_opened_by_form(as_ana, make_user):
    eve = make_user("eve")

    answer = as_ana.post("/obrolan/buka/", {"user": str(eve.public_id)})

    assert answer.status_code == 403
    assert not Member.objects.exists()


@pytest.mark.parametrize("page", ["list", "conversation", "details"])
def test_trust_request_is_shown_to_its_owner_on_every_page(as_ana, client, ana, bo, talk, now, page):
    path = reverse("chat:list") if page == "list" else address(talk, page)
    row = {"session_key": "k", "name": "Chrome · Windows", "signed_in_at": now, "last_seen_at": now}
    asking = Device.objects.create(user=ana, **row)
    assert "Chrome · Windows" not in as_ana.get(path).content.decode()

    Device.objects.filter(pk=asking.pk).update(trust_asked_at=clock.now())

    assert as_ana.get(path).content.decode().count("<bdi>Chrome · Windows</bdi>") == 1
    client.force_login(bo)
    assert "Chrome · Windows" not in client.get(path).content.decode()


@pytest.mark.parametrize("page", ["list", "conversation"])
def test_pages_take_the_same_queries_for_many_rows_as_for_one(
    as_ana, ana, bo, talk, post, make_user, make_direct, django_assert_num_queries, page
):
    path = "/obrolan/" if page == "list" else address(talk)
    post(talk, bo)
    as_ana.get(path)
    # One of them counts what was hidden or archived.
    queries = {"list": 10, "conversation": 20}[page]
    with django_assert_num_queries(queries):
        as_ana.get(path)

    for number in range(8):
        friend = make_user(f"teman{number}")
        post(make_direct(ana, friend), friend)
        post(talk, bo, reply_to=1)

    with django_assert_num_queries(queries):
        as_ana.get(path)


def test_starred_page_links_to_its_messages(as_ana, ana, bo, talk, post, now):
    post(talk, bo, "*resep* soto")
    api.mark_message(conversation_id=talk.public_id, seq=1, user_id=ana.pk, is_starred=True, now=now)

    page = as_ana.get(reverse("chat:starred")).content.decode()

    assert f'href="{address(talk)}?sebelum=2#m-1"' in page
    assert "<bdi>resep soto</bdi>" in page
    assert 'id="m-1"' in as_ana.get(address(talk) + "?sebelum=2").content.decode()
    assert "data-starred" in as_ana.get(address(talk)).content.decode().partition('id="m-1"')[2].partition(">")[0]


def test_starred_page_is_empty_for_others_and_refuses_invalid_cursors(as_ana, bo, talk, post, now):
    post(talk, bo, "resep soto")
    api.mark_message(conversation_id=talk.public_id, seq=1, user_id=bo.pk, is_starred=True, now=now)

    assert "resep soto" not in page_beside(as_ana.get(reverse("chat:starred")))
    assert as_ana.get(reverse("chat:starred") + "?sebelum=x").status_code == 422


def test_message_deleted_for_me_is_on_no_page_of_mine(as_ana, ana, bo, talk, post, now):
    post(talk, bo, "rahasia satu")
    post(talk, bo, "balasan", reply_to=1)
    api.mark_message(conversation_id=talk.public_id, seq=1, user_id=ana.pk, is_hidden=True, now=now)

    page = as_ana.get(address(talk)).content.decode()

    assert "rahasia satu" not in page
