"""Photos on the pages of chat, before any module arrives: in their places, with the room that they will take."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.urls import reverse

from chat import api
from chat.actions.messages import recall_message
from chat.domain.extras import MessageExtras
from chat.pages.photo_presenters import NO_COLOUR, average_colour, size_in_bubble
from tests.chat.conftest import page_beside

PHOTO = "01980000-0000-7000-8000-00000000000{}"
TEAL = "2hUBBYCIiIiIiIiIiIiIiIiIiIiI"
SIZES = json.loads((Path(__file__).parents[1] / "js/photo_sizes.json").read_text())


def photos(count, width=1600, height=1200):
    each = [
        {"id": PHOTO.format(place), "width": width, "height": height, "placeholder": TEAL} for place in range(count)
    ]
    return MessageExtras(attachment={"type": "photos", "photos": each})


@pytest.fixture
def bo(make_user):
    return make_user("bo", name="Bo Santoso")


@pytest.fixture
def seen(client, ana, talk):
    """Ana sees the page without its templates, which hold blanks."""
    client.force_login(ana)

    def see() -> str:
        answer = client.get(reverse("chat:conversation", args=[talk.public_id]))
        return answer.content.decode().partition("<template")[0]

    return see


def tiles(page):
    return re.findall(r'<div class="album__tile" data-photo="([^"]+)">', page)


def test_photo_placeholder_has_the_size_and_colour_of_the_photo(seen, talk, bo, post):
    post(talk, bo, "", extras=photos(1))

    page = seen()

    assert tiles(page) == [PHOTO.format(0)]
    assert 'width="320" height="240" viewBox="0 0 320 240"' in page
    assert 'fill="#188d97"' in page
    assert f'href="/media/berkas/{PHOTO.format(0)}/large.webp"' in page
    assert f'src="/media/berkas/{PHOTO.format(0)}/small.webp"' in page
    assert 'alt="Foto"' in page
    assert "style=" not in page


def test_album_shows_four_photos_and_the_number_of_the_rest(seen, talk, bo, post):
    post(talk, bo, "Dari pasar", extras=photos(7))

    page = seen()

    assert tiles(page) == [PHOTO.format(place) for place in range(4)]
    assert 'data-count="4"' in page
    assert 'data-part="more">+3</span>' in page
    assert 'alt="Foto 4 dari 7"' in page
    assert '<div class="bubble__body" data-part="body" dir="auto">Dari pasar</div>' in page


@pytest.mark.parametrize(
    ("count", "caption", "line"),
    [
        (1, "", "📷 Foto"),
        (1, "di pasar", "📷 di pasar"),
        (3, "", "📷 3 foto"),
        (3, "di pasar", "📷 3 foto · di pasar"),
    ],
)
def test_list_preview_mentions_photos(seen, talk, bo, post, count, caption, line):
    post(talk, bo, caption, extras=photos(count))

    assert f'<bdi data-part="text">{line}</bdi>' in seen()


def test_quote_of_a_photo_has_a_thumbnail(seen, talk, ana, bo, post):
    quoted = post(talk, bo, "", extras=photos(2))
    post(talk, ana, "Bagus!", reply_to=quoted.seq)

    page = seen()

    assert f'data-part="quote-photo" src="/media/berkas/{PHOTO.format(0)}/small.webp"' in page
    assert '<span class="quote__text" data-part="quote-text" dir="auto">📷 2 foto</span>' in page


def test_recalled_photos_are_not_on_the_page(seen, talk, bo, post, now):
    posted = post(talk, bo, "di pasar", extras=photos(2))
    assert len(tiles(seen())) == 2

    recall_message(conversation_id=talk.public_id, seq=posted.seq, by_user_id=bo.pk, now=now)

    assert tiles(seen()) == []
    assert PHOTO.format(0) not in seen()


@pytest.fixture
def gathered(client, ana, talk):
    """Ana sees the page with the photos of the conversation."""
    client.force_login(ana)

    def see(query="", conversation=None):
        return client.get(reverse("chat:photos", args=[(conversation or talk).public_id]) + query)

    return see


def shown(answer):
    return re.findall(r'data-photo="([^"]+)"', answer.content.decode())


def test_conversation_gallery_is_newest_first(gathered, talk, ana, bo, post, monkeypatch):
    monkeypatch.setattr("chat.queries.photos.MESSAGES_PER_PAGE", 2)
    first = post(talk, bo, "", extras=photos(1))
    post(talk, ana, "tanpa foto")
    post(talk, ana, "lihat ini", extras=MessageExtras(attachment={"type": "hologram"}))
    second = post(talk, ana, "Dari <b>pasar</b>", extras=photos(3))
    post(talk, bo, "", extras=photos(2))

    newest = gathered()
    older = gathered(f"?sebelum={second.seq}")

    assert shown(newest) == [PHOTO.format(place) for place in (0, 1, 0, 1, 2)]
    assert f"?sebelum={second.seq}" in newest.content.decode()
    assert 'data-caption="Dari &lt;b&gt;pasar&lt;/b&gt;"' in newest.content.decode()
    assert 'data-who="Kamu"' in newest.content.decode()
    assert shown(older) == [PHOTO.format(0)]
    assert "?sebelum" not in page_beside(older)
    assert first.seq < second.seq


def test_conversation_gallery_leaves_out_recalled_photos(gathered, talk, bo, post, now):
    posted = post(talk, bo, "", extras=photos(2))
    recall_message(conversation_id=talk.public_id, seq=posted.seq, by_user_id=bo.pk, now=now)

    answer = gathered()

    assert shown(answer) == []
    assert "Belum ada foto" in answer.content.decode()


def test_gallery_of_a_foreign_conversation_is_404(gathered, bo, make_user, make_direct, post):
    others = make_direct(bo, make_user("eve"))
    post(others, bo, "", extras=photos(2))

    assert gathered(conversation=others).status_code == 404


def test_details_page_links_to_the_gallery(client, ana, talk, gathered):
    client.force_login(ana)
    details = client.get(reverse("chat:details", args=[talk.public_id])).content.decode()

    assert f'href="{reverse("chat:photos", args=[talk.public_id])}"' in details
    assert gathered().status_code == 200


def test_attachment_of_an_unknown_type_shows_its_text(seen, talk, bo, post):
    post(talk, bo, "lihat ini", extras=MessageExtras(attachment={"type": "hologram"}))

    page = seen()

    assert tiles(page) == []
    assert "lihat ini" in page


@pytest.mark.parametrize("size", SIZES, ids=lambda one: "x".join(map(str, one["photo"])))
def test_photo_size_in_a_bubble_equals_that_of_javascript(size):
    assert list(size_in_bubble(*size["photo"])) == size["shown"]


@pytest.mark.parametrize("placeholder", ["", None, "%%%", "é"])
def test_photo_without_a_placeholder_is_grey(placeholder):
    assert average_colour(placeholder) == NO_COLOUR


def test_photo_of_who_left_the_group_has_their_name(client, make_group, ana, bo, post, now):
    group = make_group(ana, bo)
    post(group, bo, "", extras=photos(1))
    api.leave_group(conversation_id=group.public_id, user_id=bo.pk, now=now)
    post(group, ana, "sudah pergi")
    client.force_login(ana)

    page = client.get(reverse("chat:photos", args=[group.public_id])).content.decode()

    assert "Bo Santoso" in page


def details(client, talk):
    return client.get(reverse("chat:details", args=[talk.public_id])).content.decode()


def recent(page):
    """The photos in the pane with the details, in their order."""
    strip = page.partition('aria-labelledby="recent-photos"')[2].partition("</section>")[0]
    return re.findall(r'data-photo="([^"]+)"', strip)


def test_details_show_the_newest_photos_and_lead_to_all(seen, client, talk, bo, ana, post):
    for number in range(8):
        photo = {"id": PHOTO.format(number), "width": 4, "height": 3, "placeholder": TEAL}
        post(talk, bo, f"foto {number}", extras=MessageExtras(attachment={"type": "photos", "photos": [photo]}))
    post(talk, ana, "bagus")
    seen()

    page = details(client, talk)

    assert recent(page) == [PHOTO.format(number) for number in range(7, 1, -1)]
    assert "Semua foto" in page
    assert reverse("chat:photos", args=[talk.public_id]) in page


def test_details_of_a_conversation_without_photos_have_no_strip(seen, client, talk, bo, post):
    message = post(talk, bo, "", extras=photos(2))
    seen()
    assert len(recent(details(client, talk))) == 2
    recall_message(conversation_id=talk.public_id, seq=message.seq, by_user_id=bo.pk, now=message.sent_at)

    page = details(client, talk)

    assert recent(page) == []
    assert "Semua foto" not in page


def test_details_show_no_photo_that_the_reader_hid(seen, client, talk, ana, bo, post, ask):
    message = post(talk, bo, "", extras=photos(1))
    seen()
    ask(ana, "chat.mark", conversation=str(talk.public_id), seq=message.seq, hidden=True)

    assert recent(details(client, talk)) == []


def test_photos_are_paged_both_ways_the_nearest_first(talk, ana, bo, post, ask, make_user, monkeypatch):
    monkeypatch.setattr("chat.queries.photos.MESSAGES_PER_PAGE", 2)
    sent = []
    for _ in range(5):
        post(talk, ana, "tanpa foto")
        sent.append(post(talk, bo, "", extras=photos(1)).seq)
    place = str(talk.public_id)

    def page(**sides):
        found = ask(ana, "chat.photos", conversation=place, **sides)
        return [row["seq"] for row in found["rows"]], found["more"]

    assert page() == ([sent[4], sent[3]], True)
    assert page(before=sent[3]) == ([sent[2], sent[1]], True)
    assert page(before=sent[1]) == ([sent[0]], False)
    assert page(after=sent[1]) == ([sent[2], sent[3]], True)
    assert page(after=sent[4]) == ([], False)
