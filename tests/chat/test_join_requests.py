"""The number of people who ask to join: told to admins alone, at once, and gone when they are answered."""

from __future__ import annotations

import pytest

from chat import api


@pytest.fixture
def token(link_of):
    return link_of(approval=True)["token"]


def requests(ask, user, group):
    return ask(user, "chat.conversation", conversation=str(group.public_id))["requests"]


def told(hints, group):
    """To whom it was said that requests of the group changed."""
    topic = f"chat:{group.public_id}"
    return [to for to, hint in hints if hint == {"on": topic, "say": "requests.changed"}]


def test_admins_are_told_that_somebody_asks_and_others_are_not(people, group, token, ask, commit):
    ana, bo, citra, _dewi, eve = people
    assert [requests(ask, user, group) for user in (ana, bo, citra)] == [0, 0, None]

    with commit() as hints:
        ask(eve, "chat.group_join", token=token)
    assert told(hints, group) == [[ana.pk, bo.pk]]
    with commit() as again:
        ask(eve, "chat.group_join", token=token)

    assert again == []
    assert [requests(ask, user, group) for user in (ana, bo, citra)] == [1, 1, None]


@pytest.mark.parametrize("accept", [True, False])
def test_answered_request_is_gone_for_all_admins(people, group, token, ask, commit, accept):
    ana, bo, _citra, _dewi, eve = people
    ask(eve, "chat.group_join", token=token)

    with commit() as hints:
        ask(bo, "chat.join_answer", conversation=str(group.public_id), user=str(eve.public_id), accept=accept)

    assert told(hints, group) == [[ana.pk, bo.pk]]
    assert [requests(ask, user, group) for user in (ana, bo)] == [0, 0]


def test_requests_of_a_revoked_link_are_gone_for_all_admins(people, group, link_of, ask, commit):
    ana, bo, _citra, _dewi, eve = people
    link = link_of(approval=True)
    ask(eve, "chat.group_join", token=link["token"])

    with commit() as hints:
        ask(bo, "chat.group_link_revoke", conversation=str(group.public_id), link=link["id"])
    assert told(hints, group) == [[ana.pk, bo.pk]]
    with commit() as again:
        ask(bo, "chat.group_link_revoke", conversation=str(group.public_id), link=link["id"])

    assert again == []
    assert requests(ask, ana, group) == 0


def test_asking_person_who_is_added_meanwhile_asks_no_more(people, group, token, ask, commit, now):
    ana, bo, _citra, _dewi, eve = people
    ask(eve, "chat.group_join", token=token)

    with commit() as hints:
        api.add_member(conversation_id=group.public_id, by_user_id=ana.pk, user_id=eve.pk, now=now)

    assert told(hints, group) == [[ana.pk, bo.pk]]
    assert (requests(ask, ana, group), requests(ask, eve, group)) == (0, None)


def test_device_that_missed_the_hint_learns_of_it_by_its_next_sync(people, group, token, ask):
    ana, _bo, citra, _dewi, eve = people
    cursors = {user: ask(user, "sync", cursor=None)["cursor"] for user in (ana, citra)}
    ask(eve, "chat.group_join", token=token)

    rows = ask(ana, "sync", cursor=cursors[ana])["parts"]["conversations"]["rows"]

    assert [row["requests"] for row in rows if row["id"] == str(group.public_id)] == [1]
    theirs = ask(citra, "sync", cursor=cursors[citra])["parts"]["conversations"]["rows"]
    assert all(row["requests"] is None for row in theirs)


def test_member_who_becomes_or_is_no_more_an_admin_sees_as_much_as_admins_do(people, group, ask, now):
    ana, bo, citra, _dewi, eve = people
    link = ask(ana, "chat.group_link", conversation=str(group.public_id), approval=True)
    ask(eve, "chat.group_join", token=link["url"].rstrip("/").rpartition("/")[2])

    for user, role in ((citra, "admin"), (bo, "member")):
        api.set_role(conversation_id=group.public_id, by_user_id=ana.pk, user=user.public_id, role=role, now=now)

    assert [requests(ask, user, group) for user in (ana, bo, citra)] == [1, None, 1]


def test_list_and_conversation_show_the_number_to_admins_alone(people, group, token, ask, post, client):
    ana, _bo, citra, _dewi, eve = people
    post(group, ana)
    ask(eve, "chat.group_join", token=token)

    shown = {}
    for user in (ana, citra):
        client.force_login(user)
        for address in ("/obrolan/", f"/obrolan/{group.public_id}/", f"/obrolan/{group.public_id}/rincian/"):
            page = client.get(address).content.decode().partition('<template id="row-template">')[0]
            shown[user.pk, address] = page.count("1 orang minta bergabung")

    assert list(shown.values()) == [1, 2, 3, 0, 0, 0]


def test_other_groups_have_requests_of_their_own(people, group, token, ask, make_group):
    ana, _bo, _citra, _dewi, eve = people
    other = make_group(ana)
    ask(eve, "chat.group_join", token=token)

    assert (requests(ask, ana, group), requests(ask, ana, other)) == (1, 0)
