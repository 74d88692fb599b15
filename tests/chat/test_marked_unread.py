"""A conversation that was marked as unread by hand shows so, without a number, until it is read."""

from __future__ import annotations

import pytest

from chat import api as chat
from tests.chat.conftest import entry
from tests.chat.test_archived import change, page, way


@pytest.fixture
def read_talk(make_user, make_direct, now):
    """ana has read all that bo wrote: ana, the conversation."""
    ana, bo = make_user("ana"), make_user("bo", name="Bo")
    talk = make_direct(ana, bo)
    chat.post_message(entry(talk, bo), now=now)
    chat.mark_read(conversation_id=talk.public_id, user_id=ana.pk, seq=1)
    return ana, talk


def row(html):
    """Return ``data-unread`` of the only row, None where it has none, and whether the dot and its word are shown."""
    [shown] = html.split('id="rows"')[1].split("</ul>")[0].split('<li class="row"')[1:]
    unread = shown.split(' data-unread="')[1].split('"')[0] if " data-unread=" in shown else None
    return unread, [f'data-part="{name}">' in shown for name in ("unread", "unread-word")]


def test_mark_as_unread_is_set_and_cleared_without_javascript(read_talk, client):
    ana, talk = read_talk
    address = f"/obrolan/{talk.public_id}/"
    before = row(page(client, ana))

    assert "Tandai belum dibaca" in page(client, ana, f"{address}rincian/")
    client.post(f"{address}sisi/", {"marked_unread": "yes"})
    marked = row(page(client, ana))
    assert "Hapus tanda belum dibaca" in page(client, ana, f"{address}rincian/")
    client.post(f"{address}sisi/", {"marked_unread": "no"})

    assert (before, marked) == ((None, [False, False]), ("", [True, True]))
    assert row(page(client, ana)) == before


def test_unread_count_is_shown_instead_of_the_unread_mark(read_talk, client, now):
    ana, talk = read_talk
    change(ana, talk, is_marked_unread=True)

    chat.post_message(entry(talk, talk.members.exclude(user=ana).get().user), now=now)

    assert row(page(client, ana)) == ("1", [True, True])


def test_archive_counts_conversations_marked_as_unread(read_talk, client):
    ana, talk = read_talk

    change(ana, talk, is_archived=True, is_marked_unread=True)

    assert way(page(client, ana)) == (True, 1)


def test_mark_as_unread_redirects_to_the_list_without_an_open_conversation(read_talk, client):
    ana, talk = read_talk
    address = f"/obrolan/{talk.public_id}/"
    client.force_login(ana)

    marked = client.post(f"{address}sisi/", {"marked_unread": "yes"})
    taken_back = client.post(f"{address}sisi/", {"marked_unread": "no"})

    assert (marked.url, taken_back.url) == ("/obrolan/", f"{address}rincian/")
