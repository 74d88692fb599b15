"""Limits of groups: what one person can use up of another."""

from __future__ import annotations

import pytest

from chat import errors
from chat.models import GroupLink, JoinRequest
from superapp.core.errors import RateLimited
from tests.chat.test_group_joining import is_member


def test_invitation_by_a_former_member_does_not_block_new_ones(people, group, invited, ask):
    ana, _bo, citra, _dewi, eve = people
    ask(citra, "chat.group_leave", conversation=invited)
    assert ask(eve, "chat.invitations") == {"rows": []}

    ask(ana, "chat.group_add", conversation=invited, users=[str(eve.public_id)])

    [row] = ask(eve, "chat.invitations")["rows"]
    assert row["by"]["id"] == str(ana.public_id)


def test_block_withdraws_a_group_invitation(people, group, invited, ask, now):
    _ana, _bo, citra, _dewi, eve = people

    ask(eve, "accounts.block", user=str(citra.public_id), blocked=True)

    assert ask(eve, "chat.invitations") == {"rows": []}
    with pytest.raises(errors.InvitationNotFound):
        ask(eve, "chat.invitation_answer", conversation=invited, accept=True)


def test_listed_invitations_are_limited_per_inviter(make_user, ask):
    crowd, eve = make_user("crowd"), make_user("eve")
    for number in range(8):
        founded = {"title": f"Grup {number}", "users": [str(eve.public_id)], "idempotency_key": f"k{number}"}
        ask(crowd, "chat.group_create", **founded)

    assert len(ask(eve, "chat.invitations")["rows"]) == 5


def test_rejoining_uses_no_link_use_and_is_limited(people, group, link_of, ask):
    _ana, _bo, _citra, _dewi, eve = people
    link = link_of(uses=2)

    for _time in range(5):
        ask(eve, "chat.group_join", token=link["token"])
        ask(eve, "chat.group_leave", conversation=str(group.public_id))
    with pytest.raises(RateLimited):
        ask(eve, "chat.group_join", token=link["token"])

    assert GroupLink.objects.get(public_id=link["id"]).uses == 1


def test_last_use_of_a_link_drops_its_pending_requests(people, group, link_of, ask, make_user):
    _ana, bo, _citra, _dewi, eve = people
    fajar = make_user("fajar")
    link = link_of(uses=1, approval=True)
    for person in (eve, fajar):
        ask(person, "chat.group_join", token=link["token"])

    ask(bo, "chat.join_answer", conversation=str(group.public_id), user=str(eve.public_id), accept=True)

    assert is_member(group, eve)
    assert not JoinRequest.objects.exists()


def test_answer_without_an_invitation_locks_no_row(group, ask, make_user, monkeypatch):
    monkeypatch.setattr("chat.actions.group_invitations.lock_conversation", None)

    with pytest.raises(errors.InvitationNotFound):
        ask(make_user("fajar"), "chat.invitation_answer", conversation=str(group.public_id), accept=True)
