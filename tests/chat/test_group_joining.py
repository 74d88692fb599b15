"""Ways into a group: invitations, links, and requests to be let in; each is refused to whom it is not for."""

from __future__ import annotations

import uuid
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from chat import api, errors
from chat.domain import group_rules
from chat.models import Group, GroupInvitation, GroupLink, JoinRequest, Member, Message
from tests.chat.conftest import everything
from tests.chat.test_groups import events
from tests.harness.socket_client import browser_on, log_in


def is_member(group, user):
    return Member.objects.filter(conversation=group, user=user, until_seq=None).exists()


# Invitations.


def test_invited_person_sees_the_group_and_joins(people, group, invited, ask, commit):
    _ana, _bo, citra, _dewi, eve = people
    [row] = ask(eve, "chat.invitations")["rows"]

    with commit() as hints:
        ask(eve, "chat.invitation_answer", conversation=invited, accept=True)

    assert (row["conversation"], row["title"], row["member_count"]) == (invited, "Arisan", 3)
    assert row["by"]["id"] == str(citra.public_id)
    assert events(group)[-1] == "member_joined"
    assert ask(eve, "chat.invitations") == {"rows": []}
    assert ([eve.pk], "invitations.changed") in [(to, hint["say"]) for to, hint in hints]
    with pytest.raises(errors.InvitationNotFound):
        ask(eve, "chat.invitation_answer", conversation=invited, accept=True)


def test_declined_invitation_is_silent_and_cannot_be_renewed_at_once(people, group, invited, ask, commit):
    _ana, _bo, citra, _dewi, eve = people

    with commit() as hints:
        ask(eve, "chat.invitation_answer", conversation=invited, accept=False)
    again = ask(citra, "chat.group_add", conversation=invited, users=[str(eve.public_id)])

    assert [(to, hint["say"]) for to, hint in hints] == [([eve.pk], "invitations.changed")]
    assert again == {"added": [], "invited": [str(eve.public_id)]}
    assert ask(eve, "chat.invitations") == {"rows": []}
    invitation = GroupInvitation.objects.get()
    invitation.declined_at -= timedelta(days=31)
    invitation.save()
    ask(citra, "chat.group_add", conversation=invited, users=[str(eve.public_id)])
    assert len(ask(eve, "chat.invitations")["rows"]) == 1


def test_answer_without_an_invitation_is_always_the_same_error(people, group, invited, make_user, make_direct, ask):
    other = make_user("fajar")
    direct = str(make_direct(people[0], people[1]).public_id)
    before = everything()

    for place in (invited, direct, str(uuid.uuid4())):
        for accept in (True, False):
            with pytest.raises(errors.InvitationNotFound):
                ask(other, "chat.invitation_answer", conversation=place, accept=accept)

    assert everything() == before


def test_invitation_ends_with_the_membership_of_its_author(people, group, invited, ask):
    _ana, bo, citra, _dewi, eve = people
    ask(bo, "chat.group_remove", conversation=invited, user=str(citra.public_id))

    assert ask(eve, "chat.invitations") == {"rows": []}
    with pytest.raises(errors.InvitationNotFound):
        ask(eve, "chat.invitation_answer", conversation=invited, accept=True)


def test_removed_person_is_not_invited(people, group, ask):
    _ana, bo, _citra, dewi, _eve = people

    answer = ask(bo, "chat.group_add", conversation=str(group.public_id), users=[str(dewi.public_id)])

    assert answer["invited"] == [str(dewi.public_id)]
    assert not GroupInvitation.objects.exists()


# Links.


def test_group_link_shows_the_group_and_lets_join(people, group, link_of, ask):
    eve, link = people[4], link_of(days=7, uses=2)

    seen = ask(eve, "chat.group_invite", token=link["token"])
    joined = ask(eve, "chat.group_join", token=link["token"])

    assert seen == {"title": "Arisan", "description": "", "picture": None, "member_count": 3, "approval": False}
    assert joined == {"state": "joined", "conversation": str(group.public_id)}
    assert Message.objects.filter(conversation=group).latest("seq").event == {
        "name": "member_joined_by_link",
        "user": str(eve.public_id),
    }
    before = everything()
    assert ask(eve, "chat.group_join", token=link["token"]) == joined
    assert everything() == before
    assert GroupLink.objects.get().uses == 1


@pytest.mark.parametrize("state", ["unknown", "expired", "used up", "revoked", "removed", "empty"])
def test_unusable_group_links_have_the_same_error(people, group, link_of, ask, state):
    ana, bo, _citra, dewi, eve = people
    link = link_of(days=1, uses=1)
    token, who = link["token"], dewi if state == "removed" else eve
    if state == "unknown":
        token = "x" * 22
    elif state == "expired":
        GroupLink.objects.update(expires_at=GroupLink.objects.get().created_at)
    elif state == "used up":
        GroupLink.objects.update(uses=1)
    elif state == "revoked":
        ask(bo, "chat.group_link_revoke", conversation=str(group.public_id), link=link["id"])
    elif state == "empty":
        for user in people[:3]:
            ask(user, "chat.group_leave", conversation=str(group.public_id))
    before = everything()

    for command in ("chat.group_invite", "chat.group_join"):
        with pytest.raises(errors.GroupLinkNotFound):
            ask(who, command, token=token)

    assert everything() == before
    if state in ("expired", "used up", "revoked"):
        assert ask(ana, "chat.group_links", conversation=str(group.public_id)) == {"rows": []}


def test_full_group_is_refused_as_full_without_using_the_link(people, group, link_of, ask, monkeypatch):
    monkeypatch.setattr(group_rules, "MEMBERS_MAX", 3)
    link = link_of(uses=5)
    before = everything()

    with pytest.raises(errors.GroupFull):
        ask(people[4], "chat.group_join", token=link["token"])

    assert everything() == before


def test_open_links_of_a_group_are_limited(people, group, link_of, monkeypatch):
    monkeypatch.setattr("chat.actions.group_links.OPEN_LINKS_MAX", 2)
    first = link_of(), link_of()

    with pytest.raises(errors.LinksUsedUp):
        link_of()

    assert GroupLink.objects.count() == len(first)


@pytest.mark.parametrize("end", ["demoted", "stepped down", "removed", "left"])
def test_links_of_an_admin_end_with_the_role(end, people, group, link_of, ask, now):
    ana, bo, _citra, _dewi, eve = people
    name, asking = str(group.public_id), link_of(approval=True)
    open_link = link_of()
    others = ask(ana, "chat.group_link", conversation=name)
    ask(eve, "chat.group_join", token=asking["token"])

    if end == "demoted":
        ask(ana, "chat.group_role", conversation=name, user=str(bo.public_id), role="member")
    elif end == "stepped down":
        ask(bo, "chat.group_role", conversation=name, user=str(bo.public_id), role="member")
    elif end == "removed":
        ask(ana, "chat.group_remove", conversation=name, user=str(bo.public_id))
    else:
        ask(bo, "chat.group_leave", conversation=name)

    with pytest.raises(errors.GroupLinkNotFound):
        ask(eve, "chat.group_join", token=open_link["token"])
    assert [row["id"] for row in ask(ana, "chat.group_links", conversation=name)["rows"]] == [others["id"]]
    assert ask(ana, "chat.join_requests", conversation=name)["rows"] == []
    # What another admin made goes on.
    assert ask(eve, "chat.group_join", token=others["url"].rstrip("/").rpartition("/")[2])["state"] == "joined"


def test_links_end_no_more_with_another_change_of_role(people, group, link_of, ask):
    ana, bo, citra, _dewi, eve = people
    link = link_of()

    ask(ana, "chat.group_role", conversation=str(group.public_id), user=str(citra.public_id), role="admin")
    ask(ana, "chat.group_role", conversation=str(group.public_id), user=str(bo.public_id), role="owner")

    assert ask(eve, "chat.group_join", token=link["token"])["state"] == "joined"


@pytest.mark.parametrize("end", ["demoted", "left"])
def test_links_of_past_admins_from_before_are_revoked(end, people, group, link_of, ask, make_user):
    (ana, bo, _citra, _dewi, eve), fajar = people, make_user("fajar")
    name, asking, open_link = str(group.public_id), link_of(approval=True), link_of()
    others = ask(ana, "chat.group_link", conversation=name, approval=True)
    ask(eve, "chat.group_join", token=asking["token"])
    ask(fajar, "chat.group_join", token=others["url"].rstrip("/").rpartition("/")[2])
    # As an earlier version left it.
    changes = {"role": "member"} if end == "demoted" else {"until_seq": 1, "until_rev": 1, "role": "member"}
    Member.objects.filter(conversation=group).update(changed=0)
    Member.objects.filter(conversation=group, user=bo).update(**changes)
    migration = import_module("chat.migrations.0020_revoke_links_of_past_admins")

    for _again in range(2):
        migration.revoke_links(apps, None)

    with pytest.raises(errors.GroupLinkNotFound):
        ask(eve, "chat.group_join", token=open_link["token"])
    assert [row["id"] for row in ask(ana, "chat.group_links", conversation=name)["rows"]] == [others["id"]]
    assert [row["user"] for row in ask(ana, "chat.join_requests", conversation=name)["rows"]] == [str(fajar.public_id)]
    # The number of requests is shown to admins alone.
    assert [member.user_id for member in Member.objects.filter(conversation=group, changed__gt=0)] == [ana.pk]


def test_link_of_another_group_cannot_be_revoked(people, group, link_of, make_group, ask):
    eve, link = people[4], link_of()
    theirs = make_group(eve)
    before = everything()

    for name in (link["id"], str(uuid.uuid4())):
        with pytest.raises(errors.GroupLinkNotFound):
            ask(eve, "chat.group_link_revoke", conversation=str(theirs.public_id), link=name)

    assert everything() == before


# Requests.


def test_link_with_approval_creates_a_request_for_an_admin(people, group, link_of, ask):
    _ana, bo, citra, _dewi, eve = people
    link, place = link_of(approval=True, uses=1), {"conversation": str(group.public_id)}
    asked = [ask(eve, "chat.group_join", token=link["token"]) for _time in range(2)]

    [row] = ask(bo, "chat.join_requests", **place)["rows"]
    before = everything()
    with pytest.raises(errors.AdminsOnly):
        ask(citra, "chat.join_answer", **place, user=str(eve.public_id), accept=True)
    with pytest.raises(errors.JoinRequestNotFound):
        ask(bo, "chat.join_answer", **place, user=str(citra.public_id), accept=True)

    assert asked == [{"state": "asked", "conversation": None}] * 2
    assert (row["user"], is_member(group, eve)) == (str(eve.public_id), False)
    assert everything() == before
    ask(bo, "chat.join_answer", **place, user=str(eve.public_id), accept=True)
    last = Message.objects.filter(conversation=group).latest("seq")
    assert (last.sender_id, last.event["name"]) == (bo.pk, "member_let_in")
    assert (is_member(group, eve), GroupLink.objects.get().uses) == (True, 1)
    assert not JoinRequest.objects.exists()


def test_declined_request_leaves_no_trace_but_the_number_that_admins_see(people, group, link_of, ask, commit):
    ana, bo, _citra, _dewi, eve = people
    ask(eve, "chat.group_join", token=link_of(approval=True)["token"])
    said = events(group)

    with commit() as hints:
        ask(bo, "chat.join_answer", conversation=str(group.public_id), user=str(eve.public_id), accept=False)

    assert hints == [([ana.pk, bo.pk], {"on": f"chat:{group.public_id}", "say": "requests.changed"})]
    assert (events(group), JoinRequest.objects.count()) == (said, 0)


def test_revoked_link_drops_its_requests(people, group, link_of, ask):
    link = link_of(approval=True)
    ask(people[4], "chat.group_join", token=link["token"])

    ask(people[1], "chat.group_link_revoke", conversation=str(group.public_id), link=link["id"])

    assert not JoinRequest.objects.exists()


# Pages.


def test_link_page_leads_into_the_group(people, group, link_of, real_db):
    _ana, bo, _citra, _dewi, eve = people
    token = link_of()["token"]
    browser, admin = browser_on(log_in(eve)), browser_on(log_in(bo))

    page = browser.get(f"/grup/undangan/{token}/").content.decode()
    joined = browser.post(f"/grup/undangan/{token}/")
    links = admin.get(f"/obrolan/{group.public_id}/grup/tautan/").content.decode()
    gone = browser.get("/grup/undangan/xxxxxxxxxxxxxxxxxxxxxx/")

    assert "Arisan" in page
    assert joined.url == f"/obrolan/{group.public_id}/"
    assert 'class="qr"' in links
    assert token in links
    assert gone.status_code == 404
    assert Group.objects.get(conversation=group).member_count == 4


def test_link_page_shows_a_stranger_the_name_and_a_login(people, group, link_of, client, ask):
    ask(people[0], "chat.group_change", conversation=str(group.public_id), description="rahasia warga")
    token = link_of()["token"]

    page = client.get(f"/grup/undangan/{token}/").content.decode()
    sent = client.post(f"/grup/undangan/{token}/")

    assert "Arisan" in page
    assert "rahasia warga" not in page
    assert sent.url.startswith("/masuk/")
    assert Group.objects.get().member_count == 3


def test_details_page_offers_each_role_its_actions(people, group, real_db):
    ana, bo, citra, _dewi, _eve = people
    place = f"/obrolan/{group.public_id}/rincian/"
    seen = {user: browser_on(log_in(user)).get(place).content.decode() for user in (ana, bo, citra)}

    assert [page.count('value="hand_over"') for page in seen.values()] == [2, 0, 0]
    assert [page.count('value="dismiss_admin"') for page in seen.values()] == [1, 0, 0]
    assert [page.count('value="remove"') for page in seen.values()] == [2, 1, 0]
    assert [page.count('value="make_admin"') for page in seen.values()] == [1, 1, 0]
    links = f'class="item__tap" href="/obrolan/{group.public_id}/grup/tautan/"'
    assert [links in page for page in seen.values()] == [True, True, False]


def test_member_form_runs_the_action_of_its_button(people, group, real_db):
    ana, _bo, citra, _dewi, _eve = people
    browser = browser_on(log_in(ana))
    path = f"/obrolan/{group.public_id}/grup/anggota/{citra.public_id}/"

    states = []
    for deed in ("make_admin", "dismiss_admin", "mute", "unmute", "remove", "unheard_of"):
        assert browser.post(path, {"do": deed}).status_code == 302
        member = Member.objects.get(conversation=group, user=citra)
        states.append((member.role, member.is_silenced, member.until_seq is None))

    assert states == [
        ("admin", False, True),
        ("member", False, True),
        ("member", True, True),
        ("member", False, True),
        ("member", False, False),
        ("member", False, False),
    ]


def test_group_is_created_and_changed_by_forms(people, make_direct, real_db):
    ana, bo, *_ = people
    make_direct(ana, bo)
    browser = browser_on(log_in(ana))
    fields = {"title": "Keluarga", "users": [str(bo.public_id), "bukan-id"], "key": "k"}

    refused = browser.post("/obrolan/grup/", {**fields, "title": " "})
    made = [browser.post("/obrolan/grup/", fields).url for _time in range(2)]
    changed = browser.post(f"{made[0]}grup/", {"title": "Rumah", "description": "Kita", "only_admins_add": "on"})

    assert (refused.status_code, "bukan-id" in refused.content.decode()) == (422, False)
    assert made[0] == made[1]
    assert changed.url == f"{made[0]}rincian/"
    group = Group.objects.select_related("conversation").get()
    assert (group.conversation.title, group.description, group.member_count) == ("Rumah", "Kita", 2)
    assert (group.is_adding_admins_only, group.is_changing_admins_only, group.conversation.is_admins_only) == (
        True,
        False,
        False,
    )
    assert api.list_summaries(bo.pk).rows[0].group.title == "Rumah"
