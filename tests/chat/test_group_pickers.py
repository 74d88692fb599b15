"""Picking people for a group: found by typing, kept picked, and asked for where nobody is; and rows of members."""

from __future__ import annotations

import re
import uuid

import pytest

from chat.errors import NobodyPicked
from chat.models import Group
from superapp.accounts.models import User
from tests.chat.conftest import everything


def page(client, user, address):
    client.force_login(user)
    return client.get(address).content.decode()


@pytest.fixture
def circle(make_user, make_direct):
    """Ana and her contacts Bo and Citra; Eve is none of hers."""
    ana, bo, citra, eve = (make_user(name) for name in ("ana", "bo", "citra", "eve"))
    make_direct(ana, bo)
    make_direct(ana, citra)
    return ana, bo, citra, eve


def test_new_group_without_a_name_or_anybody_says_both_at_their_places(circle, client):
    ana, *_others = circle
    client.force_login(ana)

    answer = client.post("/obrolan/grup/", {"title": " ", "key": "k"})

    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Beri nama grup" in problem(said, "title")
    assert problem(said, "users") == "Pilih minimal satu orang."
    assert not Group.objects.exists()


def test_new_group_of_nobody_is_made_only_without_contacts(circle, client):
    ana, _bo, _citra, eve = circle
    for user, status in ((ana, 422), (eve, 302)):
        client.force_login(user)
        answer = client.post("/obrolan/grup/", {"title": "Arisan", "key": "k"})
        assert answer.status_code == status

    group = Group.objects.get()
    assert group.created_by_id == eve.pk
    # A link brings the others.
    assert answer.url == f"/obrolan/{group.conversation.public_id}/grup/tautan/"


def test_group_page_that_adds_nobody_says_so_and_changes_nothing(circle, make_group, client):
    ana, bo, _citra, _eve = circle
    group = make_group(ana, bo)
    client.force_login(ana)
    before = everything()

    answer = client.post(f"/obrolan/{group.public_id}/grup/tambah/", {})

    assert answer.status_code == 422
    assert problem(answer.content.decode(), "users") == "Pilih minimal satu orang."
    assert everything() == before


def test_picked_people_stay_picked_when_the_name_is_refused(circle, client):
    ana, bo, citra, _eve = circle
    client.force_login(ana)

    said = client.post("/obrolan/grup/", {"title": "", "users": [str(bo.public_id)], "key": "k"}).content.decode()

    assert f'value="{bo.public_id}" checked' in said
    assert f'value="{citra.public_id}" checked' not in said


def test_more_people_than_may_be_added_at_once_are_refused_and_none_dropped(circle, client):
    ana, *_others = circle
    client.force_login(ana)
    many = [str(uuid.uuid4()) for _ in range(101)]

    answer = client.post("/obrolan/grup/", {"title": "Arisan", "users": many, "key": "k"})

    assert problem(answer.content.decode(), "users") == "Paling banyak 100 orang sekaligus."
    assert not Group.objects.exists()


def test_adding_nobody_is_refused_with_a_code(people, group, ask):
    with pytest.raises(NobodyPicked):
        ask(people[1], "chat.group_add", conversation=str(group.public_id), users=[])


def test_new_chat_page_counts_contacts_without_the_notes(circle, client):
    ana, *_others = circle
    said = page(client, ana, "/obrolan/baru/")

    heading, _, contacts = said.partition('id="people"')[2].partition("</h2>")
    assert "· 2" in heading
    assert "Catatan saya" not in contacts.partition("</section>")[0]
    assert "Catatan saya" in said


def test_people_to_pick_are_found_by_name_and_handle(circle, client):
    ana, bo, *_others = circle
    for address in ("/obrolan/baru/", "/obrolan/grup/"):
        said = page(client, ana, address)
        assert 'data-part="people-search"' in said
        assert f'data-name="{bo.name} {bo.handle or ""}"' in said


def test_member_row_leads_to_whom_the_reader_may_write_and_to_nobody_else(circle, make_group, client):
    ana, bo, citra, eve = circle
    group = make_group(ana, bo, citra, eve)
    User.objects.filter(pk=citra.pk).update(is_active=False)

    said = page(client, ana, f"/obrolan/{group.public_id}/rincian/")
    members = said.partition('class="group details__members"')[2].partition("</section>")[0]

    assert members.count('action="/obrolan/buka/"') == 1
    assert f'name="user" value="{bo.public_id}"' in members
    for other in (ana, citra, eve):
        assert f'name="user" value="{other.public_id}"' not in members


def problem(said: str, field: str) -> str:
    """Return the sentence at a field."""
    found = re.search(rf'id="{field}-problem"[^>]*>.*?<span>(.*?)</span>', said, re.DOTALL)
    return found[1] if found else ""
