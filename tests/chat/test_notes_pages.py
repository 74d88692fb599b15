"""Notes to oneself on their pages, and events in the list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from chat import api
from superapp.core import clock


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


def address(conversation, page):
    return reverse(f"chat:{page}", args=[conversation.public_id])


def test_notes_offer_nothing_that_needs_another_person(as_ana, ana, now):
    notes = api.open_notes(user_id=ana.pk, now=now)

    said = as_ana.get(address(notes, "details")).content.decode()
    details = said.partition('class="pane pane--details"')[2].partition("</section>")[0]

    assert 'data-icon="notebook-pen"' in details
    assert ">CS<" not in said
    for absent in ('name="muted"', 'name="blocked"', "data-presence"):
        assert absent not in details
    assert 'name="pinned"' in details


def test_notes_that_were_muted_before_can_be_unmuted(as_ana, ana, now):
    notes = api.open_notes(user_id=ana.pk, now=now)
    until = clock.now() + timedelta(days=1)
    api.update_preferences(conversation_id=notes.public_id, user_id=ana.pk, muted_until=until)

    assert 'name="muted" value="no"' in as_ana.get(address(notes, "details")).content.decode()


def test_event_of_mine_has_no_ticks_in_the_list(as_ana, ana, make_group, now):
    group = make_group(ana)
    changes = api.GroupChanges(title="Arisan RT")
    api.change_group(conversation_id=group.public_id, by_user_id=ana.pk, changes=changes, now=now)

    row = as_ana.get("/obrolan/").content.decode().partition(f'data-conversation="{group.public_id}"')[2]

    assert "mengganti nama grup" in row.partition("</li>")[0]
    assert 'data-part="state" hidden' in row.partition("</li>")[0]
