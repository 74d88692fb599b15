"""Groups that a person left or was removed from: out of the list, and still there to be read."""

from __future__ import annotations

import re

import msgspec
import pytest

from chat import api
from chat.actions import group_members
from chat.queries import members, summaries
from chat.queries.summaries import fetch_summary
from superapp.core import clock

PAGE = "/obrolan/grup-lama/"


def see(client, user, address):
    client.force_login(user)
    return client.get(address).content.decode().partition("<template")[0]


def link_to_past_groups(html):
    [link] = re.findall(r'<a [^>]*data-part="past-groups-link"[^>]*>', html)
    return link


def test_group_that_was_left_stays_readable_from_the_list(people, group, client):
    _ana, bo, citra, *_ = people
    place = f"/obrolan/{group.public_id}/"
    assert link_to_past_groups(see(client, citra, "/obrolan/")).endswith(" hidden>")

    left = client.post(f"{place}grup/keluar/")

    assert (left.status_code, left["Location"]) == (302, place)
    assert "Grup lama" in see(client, citra, place)
    assert f'href="{place}"' not in see(client, citra, "/obrolan/")
    assert not link_to_past_groups(see(client, citra, "/obrolan/")).endswith(" hidden>")
    assert f'href="{place}"' in see(client, citra, PAGE)
    assert f'href="{place}"' not in see(client, bo, PAGE)
    assert "Belum ada grup lama" in see(client, bo, PAGE)


def test_group_that_removed_a_person_stays_readable(people, group, client, now):
    ana, _bo, citra, *_ = people

    group_members.remove_member(conversation_id=group.public_id, by_user_id=ana.pk, user=citra.public_id, now=now)

    assert f'href="/obrolan/{group.public_id}/"' in see(client, citra, PAGE)


def test_details_of_a_past_group_offer_nothing_that_has_no_effect(people, group, client):
    citra = people[2]
    details = f"/obrolan/{group.public_id}/rincian/"
    assert 'name="archived"' in see(client, citra, details)
    client.post(f"/obrolan/{group.public_id}/grup/keluar/")

    assert 'name="archived"' not in see(client, citra, details)
    assert "/bisukan/" not in see(client, citra, details)


@pytest.fixture
def put_away(make_user, make_group, post):
    """Put seven groups of ana away, as ``place`` says, and return her with their ids, the last one first."""

    def put(place):
        ana = make_user("ana")
        groups = [make_group(ana) for _ in range(7)]
        for conversation in groups:
            post(conversation, ana)
            if place == "past":
                api.leave_group(conversation_id=conversation.public_id, user_id=ana.pk, now=clock.now())
            else:
                api.update_preferences(conversation_id=conversation.public_id, user_id=ana.pk, is_hidden=True)
        return ana, [str(conversation.public_id) for conversation in reversed(groups)]

    return put


ADDRESSES = {"hidden": "/obrolan/tersembunyi/", "past": PAGE}


@pytest.mark.parametrize("place", sorted(ADDRESSES))
def test_conversations_put_away_are_all_reached_page_by_page(place, put_away, client, monkeypatch):
    ana, expected = put_away(place)
    monkeypatch.setattr(summaries, "SUMMARIES_PER_PAGE", 3)

    pages, address = [], ADDRESSES[place]
    while address:
        html = see(client, ana, address)
        pages.append(re.findall(r'class="row__link"[^>]* href="/obrolan/([0-9a-f-]{36})/"', html))
        following = re.search(r'href="(\?sebelum=[\d.]+)"', html)
        address = ADDRESSES[place] + following[1] if following else None

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [one for page in pages for one in page] == expected


@pytest.mark.parametrize("place", sorted(ADDRESSES))
def test_page_of_conversations_put_away_takes_as_many_queries_for_one_as_for_many(
    place, put_away, client, monkeypatch, django_assert_max_num_queries
):
    ana, _expected = put_away(place)
    client.force_login(ana)
    taken = []
    for per_page in (1, 5):
        monkeypatch.setattr(summaries, "SUMMARIES_PER_PAGE", per_page)
        client.get(ADDRESSES[place])
        with django_assert_max_num_queries(100) as captured:
            client.get(ADDRESSES[place])
        taken.append(len(captured))

    assert taken[0] == taken[1]


@pytest.mark.parametrize("place", sorted(ADDRESSES))
def test_no_token_of_a_page_is_refused(place, people, client):
    client.force_login(people[0])

    assert client.get(ADDRESSES[place] + "?sebelum=x").status_code == 422


def ticks(html):
    """The states of the own messages of a page, the oldest first."""
    return re.findall(r'data-kind="text" data-mine data-state="(\w+)"', html)


@pytest.mark.parametrize("end", ["left", "removed"])
def test_own_messages_keep_what_was_read_before_the_membership_ended(end, people, group, post, client, ask, now):
    ana, bo, citra, *_ = people
    read, delivered, sent = (post(group, citra).seq for _ in range(3))
    place = {"conversation": str(group.public_id)}
    for other, read_seq in ((ana, delivered), (bo, read)):
        ask(other, "chat.read", **place, seq=read_seq)
        ask(other, "chat.delivered", marks=[(str(group.public_id), sent if other is ana else delivered)])
    address = f"/obrolan/{group.public_id}/"
    before = ticks(see(client, citra, address))

    if end == "left":
        ask(citra, "chat.group_leave", **place)
    else:
        ask(ana, "chat.group_remove", **place, user=str(citra.public_id))
    for other in (ana, bo):
        ask(other, "chat.read", **place, seq=sent)

    assert before == ["read", "delivered", "sent"]
    # What was read since is not told any more.
    assert ticks(see(client, citra, address)) == before
    reach = fetch_summary(group.public_id, citra.pk).mine.reach
    assert (reach.read, reach.delivered) == (read, delivered)


def test_reach_of_a_large_group_is_not_told(people, group, post, ask, monkeypatch):
    ana, bo, citra, *_ = people
    seq = post(group, citra).seq
    for other in (ana, bo):
        ask(other, "chat.read", conversation=str(group.public_id), seq=seq)
    monkeypatch.setattr(members, "MEMBERS_MAX", 2)

    ask(citra, "chat.group_leave", conversation=str(group.public_id))

    assert fetch_summary(group.public_id, citra.pk).mine.reach.read == 0


def test_reach_is_told_to_past_members_alone(people, make_group, post, ask, now):
    ana, bo, *_ = people
    group = make_group(ana, bo)
    place = {"conversation": str(group.public_id)}
    seq = post(group, ana).seq
    ask(bo, "chat.read", **place, seq=seq)

    ask(ana, "chat.group_leave", **place)
    ask(bo, "chat.group_leave", **place)

    # Nobody was left who could have read anything.
    assert fetch_summary(group.public_id, bo.pk).mine.reach.read == 0
    assert fetch_summary(group.public_id, ana.pk).mine.reach.read == seq
    other = make_group(ana, bo)
    assert b'"reach"' not in msgspec.json.encode(fetch_summary(other.public_id, ana.pk))
