"""An archived conversation leaves the main list, and stays in the archive whoever writes in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat import api as chat
from chat.queries import summaries
from tests.chat.conftest import entry
from tests.chat.test_hidden import names


@pytest.fixture
def two(make_user, make_direct, now):
    """ana archived her conversation with bo; caca's stands in her list."""
    ana = make_user("ana")
    talks = {}
    for name in ("bo", "caca"):
        friend = make_user(name, name=name.title())
        talks[name] = make_direct(ana, friend)
        chat.post_message(entry(talks[name], friend), now=now)
    change(ana, talks["bo"], is_archived=True)
    return ana, talks


def change(user, talk, **changes):
    return chat.update_preferences(conversation_id=talk.public_id, user_id=user.pk, **changes)


def page(client, user, address="/obrolan/"):
    client.force_login(user)
    return client.get(address).content.decode()


def way(html):
    """Return whether the list leads to the archive, and how many it says have something unread."""
    link = html.split('data-part="archived-link"')[1].split("</a>")[0]
    count = link.split('data-part="archived-unread-count">')[1].split("<")[0]
    return not link.split(">")[0].endswith(" hidden"), int(count)


def test_archived_conversation_is_in_the_archive_linked_from_the_list(two, client):
    ana, _talks = two

    listed, archived = page(client, ana), page(client, ana, "/obrolan/arsip/")

    assert (names(listed), names(archived)) == (["Caca"], ["Bo"])
    assert way(listed) == (True, 1)
    assert 'href="/obrolan/arsip/">' in listed


def test_new_message_leaves_the_conversation_archived(two, client, now):
    ana, talks = two
    bo = talks["bo"].members.exclude(user=ana).get().user

    chat.post_message(entry(talks["bo"], bo), now=now)
    chat.post_message(entry(talks["bo"], ana), now=now)

    assert names(page(client, ana)) == ["Caca"]
    assert names(page(client, ana, "/obrolan/arsip/")) == ["Bo"]


def test_archive_count_leaves_out_muted_conversations(two, client, now):
    ana, talks = two

    change(ana, talks["bo"], muted_until=now + timedelta(days=36_500))

    assert way(page(client, ana)) == (True, 0)


def test_archived_and_hidden_conversation_is_listed_as_hidden(two, client, now):
    ana, talks = two
    bo = talks["bo"].members.exclude(user=ana).get().user
    change(ana, talks["bo"], is_hidden=True)

    before = [names(page(client, ana, address)) for address in ("/obrolan/arsip/", "/obrolan/tersembunyi/")]
    chat.post_message(entry(talks["bo"], bo), now=now)
    after = [names(page(client, ana, address)) for address in ("/obrolan/arsip/", "/obrolan/tersembunyi/")]

    assert (before, after) == ([[], ["Bo"]], [["Bo"], []])


def test_archive_form_on_details_page_works_without_scripts(two, client):
    ana, talks = two
    address = f"/obrolan/{talks['bo'].public_id}/"

    assert "Keluarkan dari arsip" in page(client, ana, f"{address}rincian/")
    taken_back = client.post(f"{address}sisi/", {"archived": "no"})
    listed = page(client, ana)
    archived_again = client.post(f"{address}sisi/", {"archived": "yes"})

    assert (taken_back.url, archived_again.url) == (f"{address}rincian/", "/obrolan/")
    assert sorted(names(listed)) == ["Bo", "Caca"]
    assert way(listed) == (False, 0)
    assert names(page(client, ana)) == ["Caca"]


def test_list_with_everything_archived_says_so_instead_of_empty(two, client):
    ana, talks = two
    change(ana, talks["caca"], is_archived=True)

    listed = page(client, ana)

    assert names(listed) == []
    assert '<div class="state" data-part="empty" hidden>' in listed
    assert '<div class="state" data-part="put-away">' in listed


@pytest.mark.parametrize("address", ["/obrolan/", "/obrolan/arsip/"])
def test_later_page_without_rows_is_not_called_empty(two, client, monkeypatch, now, address):
    ana, talks = two
    monkeypatch.setattr(summaries, "SUMMARIES_PER_PAGE", 1)
    for talk in talks.values():
        change(ana, talk, is_archived=address == "/obrolan/arsip/")
    change(ana, talks["bo"], is_hidden=True)
    chat.post_message(entry(talks["caca"], ana), now=now)

    first = page(client, ana, address)
    later = page(client, ana, address + first.split('conversations__more" href="')[1].split('"')[0])

    assert (names(first), names(later)) == (["Caca"], [])
    assert '<div class="state" data-part="empty" hidden>' in later
    assert '<div class="state" data-part="put-away">' not in later


def test_archive_shows_no_conversation_of_another_person(two, client, make_user):
    shown = page(client, make_user("eve"), "/obrolan/arsip/")

    assert names(shown) == []
    assert "Belum ada yang diarsipkan" in shown


def test_archived_conversations_do_not_count_in_list_pages(two, client, monkeypatch):
    ana, _talks = two
    monkeypatch.setattr(summaries, "SUMMARIES_PER_PAGE", 1)

    listed = page(client, ana)

    assert names(listed) == ["Caca"]
    assert 'conversations__more" href="?sebelum=' not in listed
