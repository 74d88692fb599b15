"""Groups that a person left or was removed from: out of the list, and still there to be read."""

from __future__ import annotations

import re

from chat.actions import group_members

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
