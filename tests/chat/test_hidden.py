"""Hidden conversations are listed apart and can be shown again."""

from __future__ import annotations

import pytest

from chat import api as chat
from tests.chat.conftest import entry


@pytest.fixture
def two(make_user, make_direct, now):
    """ana hid her conversation with bo; caca's stands in her list."""
    ana = make_user("ana")
    talks = {}
    for name in ("bo", "caca"):
        friend = make_user(name, name=name.title())
        talks[name] = make_direct(ana, friend)
        chat.post_message(entry(talks[name], friend), now=now)
    chat.update_preferences(conversation_id=talks["bo"].public_id, user_id=ana.pk, is_hidden=True)
    return ana, talks


def names(page):
    shown = page.split('<ul class="rows"')[1].split("</ul>")[0]
    return [part.split("<")[0] for part in shown.split('<bdi data-part="name">')[1:]]


def test_hidden_conversation_is_on_the_hidden_page_linked_from_the_list(two, client):
    ana, _talks = two
    client.force_login(ana)

    listed = client.get("/obrolan/").content.decode()
    hidden = client.get("/obrolan/tersembunyi/").content.decode()

    assert names(listed) == ["Caca"]
    assert names(hidden) == ["Bo"]
    assert 'href="/obrolan/tersembunyi/">' in listed
    assert '<span class="figure" data-part="hidden-count">1</span>' in listed


def test_hidden_conversation_is_restored_without_javascript(two, client):
    ana, talks = two
    client.force_login(ana)
    address = f"/obrolan/{talks['bo'].public_id}/"

    details = client.get(f"{address}rincian/").content.decode()
    client.post(f"{address}sisi/", {"hidden": "no"})

    assert "Tampilkan lagi di daftar" in details
    assert sorted(names(client.get("/obrolan/").content.decode())) == ["Bo", "Caca"]
    assert names(client.get("/obrolan/tersembunyi/").content.decode()) == []


def test_hidden_conversation_returns_with_a_new_message(two, client, now):
    ana, talks = two
    bo = talks["bo"].members.exclude(user=ana).get().user
    chat.post_message(entry(talks["bo"], bo), now=now)
    client.force_login(ana)

    assert sorted(names(client.get("/obrolan/").content.decode())) == ["Bo", "Caca"]


def test_hidden_page_shows_no_conversation_of_others(two, client, make_user):
    client.force_login(make_user("eve"))

    page = client.get("/obrolan/tersembunyi/").content.decode()

    assert names(page) == []
    assert "Tidak ada yang disembunyikan" in page


def test_empty_conversation_cannot_be_hidden(make_user, make_direct, client):
    ana = make_user("ana")
    make_direct(ana, make_user("bo"))
    client.force_login(ana)

    assert names(client.get("/obrolan/tersembunyi/").content.decode()) == []
    assert 'data-part="hidden-link" href="/obrolan/tersembunyi/" hidden' in client.get("/obrolan/").content.decode()
