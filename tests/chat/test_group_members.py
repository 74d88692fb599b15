"""Members of groups: coming in, being removed, leaving, roles, and the right to write."""

from __future__ import annotations

import uuid

import pytest

from chat import api as chat
from chat import errors
from chat.domain import group_rules
from chat.models import Group, GroupInvitation, Member, Message
from chat.queries.members import unread_memberships
from superapp.accounts import api as accounts
from superapp.accounts.models import User
from tests.chat.conftest import everything
from tests.chat.test_groups import DEEDS, connect, events, named, role_of

# Members.


def test_added_contacts_are_one_event_and_strangers_are_invited(people, group, make_user, ask, now):
    _ana, bo, citra, _dewi, eve = people
    fajar, gita = make_user("fajar"), make_user("gita")
    connect(citra, fajar, now=now)
    User.objects.filter(pk=gita.pk).update(group_adders="everyone")
    count = Group.objects.get().member_count
    users = [str(one.public_id) for one in (fajar, gita, eve, bo)]
    unknown = str(uuid.uuid4())

    answer = ask(citra, "chat.group_add", conversation=str(group.public_id), users=[*users, unknown])

    assert answer == {"added": users[:2], "invited": [users[2], unknown]}
    assert Group.objects.get().member_count == count + 2
    last = Message.objects.filter(conversation=group).latest("seq")
    assert (last.sender_id, last.event) == (citra.pk, {"name": "members_added", "users": users[:2]})
    assert [one.user_id for one in GroupInvitation.objects.all()] == [eve.pk]


def marked_unread_of(hints, user):
    """Return the marks that the devices of a person were told, in order."""
    rows = [hint["row"] for to, hint in hints if to == [user.pk] and hint["on"] == "me"]
    return [row["marked_unread"] for row in rows if "marked_unread" in row]


def test_added_member_has_the_group_unread_once_on_all_devices(people, group, ask, commit, now):
    _ana, _bo, citra, _dewi, eve = people
    connect(citra, eve, now=now)
    User.objects.filter(pk=eve.pk).update(group_adders="everyone")
    added = {"conversation": str(group.public_id), "users": [str(eve.public_id)]}

    with commit() as hints:
        ask(citra, "chat.group_add", **added)
    unread = list(unread_memberships(eve.pk, now).values_list("conversation_id", "is_marked_unread"))
    told = marked_unread_of(hints, eve)
    newest = ask(eve, "chat.conversation", conversation=str(group.public_id))["last_seq"]
    with commit() as hints:
        ask(eve, "chat.read", conversation=str(group.public_id), seq=newest)
    told += marked_unread_of(hints, eve)
    with commit() as hints:
        ask(citra, "chat.group_add", **added)

    assert unread == [(group.pk, True)]
    assert (told, marked_unread_of(hints, eve)) == ([True, False], [])
    assert not unread_memberships(eve.pk, now).exists()
    # Whoever added, and all others, see nothing new.
    assert not Member.objects.filter(conversation=group, is_marked_unread=True).exists()


def test_group_is_not_unread_for_who_joined_by_themselves_or_left_it(people, group, invited, ask, now):
    _ana, bo, citra, _dewi, eve = people
    ask(eve, "chat.invitation_answer", conversation=invited, accept=True)
    joined = Member.objects.get(conversation=group, user=eve).is_marked_unread

    ask(bo, "chat.group_remove", conversation=invited, user=str(eve.public_id))
    connect(citra, eve, now=now)
    chat.add_member(conversation_id=group.public_id, by_user_id=bo.pk, user_id=eve.pk, now=now)
    added = Member.objects.get(conversation=group, user=eve).is_marked_unread
    ask(eve, "chat.group_leave", conversation=invited)

    assert (joined, added) == (False, True)
    assert not Member.objects.get(conversation=group, user=eve).is_marked_unread


def test_blocked_person_is_silently_neither_added_nor_invited(people, group, ask, now):
    _ana, _bo, citra, _dewi, eve = people
    User.objects.filter(pk=eve.pk).update(group_adders="everyone")
    accounts.block_person(user_id=eve.pk, peer_public_id=citra.public_id, now=now)

    answer = ask(citra, "chat.group_add", conversation=str(group.public_id), users=[str(eve.public_id)])

    assert answer == {"added": [], "invited": [str(eve.public_id)]}
    assert not GroupInvitation.objects.exists()


def test_removed_person_is_added_again_by_an_admin_alone(people, group, ask, now):
    _ana, bo, citra, dewi, _eve = people
    connect(citra, dewi, now=now)
    connect(bo, dewi, now=now)
    fields = {"conversation": str(group.public_id), "users": [str(dewi.public_id)]}
    before = everything()

    with pytest.raises(errors.RemovedByAdmin):
        ask(citra, "chat.group_add", **fields)

    assert everything() == before
    assert ask(bo, "chat.group_add", **fields)["added"] == [str(dewi.public_id)]
    assert ask(dewi, "chat.conversation", conversation=str(group.public_id))["until_seq"] is None


def test_group_takes_no_more_than_its_size(people, group, make_user, ask, now, monkeypatch):
    ana, fajar = people[0], make_user("fajar")
    connect(ana, fajar, now=now)
    monkeypatch.setattr(group_rules, "MEMBERS_MAX", 3)
    before = everything()

    with pytest.raises(errors.GroupFull):
        ask(ana, "chat.group_add", conversation=str(group.public_id), users=[str(fajar.public_id)])

    assert everything() == before


def test_removed_member_keeps_earlier_messages_and_gets_no_later_ones(people, group, post, ask, now):
    ana, _bo, citra, _dewi, _eve = people
    post(group, ana, "untuk semua")
    ask(ana, "chat.group_remove", conversation=str(group.public_id), user=str(citra.public_id))
    post(group, ana, "rahasia")
    ask(ana, "chat.group_change", conversation=str(group.public_id), title="Rahasia")

    summary = ask(citra, "chat.conversation", conversation=str(group.public_id))
    history = ask(citra, "chat.history", conversation=str(group.public_id))

    assert (summary["title"], summary["group"], summary["members"]) == ("Arisan", None, [])
    assert summary["last"]["event"] == {"name": "member_removed", "user": str(citra.public_id)}
    assert history["rows"][-2]["body"] == "untuk semua"
    assert "ahasia" not in str([summary, history])


def test_removing_or_promoting_twice_changes_nothing(people, group, ask):
    ana, bo, citra, _dewi, _eve = people
    place = {"conversation": str(group.public_id)}
    for _time in range(2):
        ask(ana, "chat.group_role", **place, user=str(citra.public_id), role="admin")
    for _time in range(2):
        ask(ana, "chat.group_remove", **place, user=str(bo.public_id))

    assert events(group)[-2:] == ["admin_made", "member_removed"]
    assert Group.objects.get().member_count == 2


def test_member_action_on_a_stranger_is_refused(people, group, ask):
    for user in (str(people[4].public_id), str(uuid.uuid4())):
        for name, fields in (("remove", {}), ("role", {"role": "admin"}), ("silence", {"silenced": True})):
            with pytest.raises(errors.MemberNotFound):
                ask(people[0], f"chat.group_{name}", conversation=str(group.public_id), user=user, **fields)


def test_handing_over_makes_the_owner_an_admin(people, group, ask):
    ana, bo, *_ = people

    ask(ana, "chat.group_role", conversation=str(group.public_id), user=str(bo.public_id), role="owner")

    assert (role_of(group, ana), role_of(group, bo)) == ("admin", "owner")
    assert events(group)[-1] == "owner_changed"


@pytest.mark.parametrize(("heir", "successor"), [(None, "bo"), ("citra", "citra")])
def test_owner_who_leaves_is_followed_by_the_heir_or_the_oldest_admin(people, group, ask, heir, successor):
    ana, bo, citra, *_ = people
    named = {"bo": bo, "citra": citra}

    ask(
        ana,
        "chat.group_leave",
        conversation=str(group.public_id),
        heir=str(named[heir].public_id) if heir else None,
    )

    assert role_of(group, named[successor]) == "owner"
    assert events(group)[-2:] == ["owner_changed", "member_left"]


def test_last_member_leaving_empties_the_group(people, make_group, ask):
    ana = people[0]
    conversation = make_group(ana)

    ask(ana, "chat.group_leave", conversation=str(conversation.public_id))

    assert Group.objects.get(conversation=conversation).member_count == 0
    assert not Member.objects.filter(conversation=conversation, until_seq=None).exists()


def test_heir_has_to_be_another_member(people, group, ask):
    ana, *_, eve = people
    before = everything()
    for heir in (ana, eve):
        with pytest.raises(errors.MemberNotFound):
            ask(ana, "chat.group_leave", conversation=str(group.public_id), heir=str(heir.public_id))

    assert everything() == before


def test_silenced_member_reads_and_neither_writes_edits_nor_reacts(people, group, post, ask, hints_sent, now):
    _ana, bo, citra, *_ = people
    place = {"conversation": str(group.public_id)}
    mine = post(group, citra, "dulu").seq
    ask(bo, "chat.group_silence", **place, user=str(citra.public_id), silenced=True)
    before = everything()

    for write in (
        lambda: post(group, citra, "lagi"),
        lambda: ask(citra, "chat.edit", **place, seq=mine, body="x", edits=0),
        lambda: ask(citra, "chat.react", **place, seq=mine, emoji="👍"),
    ):
        with pytest.raises(errors.MemberSilenced):
            write()
    hints_sent.clear()
    ask(citra, "chat.typing", **place)

    assert hints_sent == []
    assert everything() == before
    members = ask(citra, "chat.conversation", **place)["members"]
    assert [one["silenced"] for one in members if one["user"] == str(citra.public_id)] == [True]
    ask(bo, "chat.group_silence", **place, user=str(citra.public_id), silenced=False)
    post(group, citra, "lagi")


def test_silenced_member_cannot_write_after_leaving_and_coming_back(people, group, post, ask, now):
    ana, _bo, citra, *_ = people
    connect(ana, citra, now=now)
    place = {"conversation": str(group.public_id)}
    ask(ana, "chat.group_silence", **place, user=str(citra.public_id), silenced=True)
    ask(citra, "chat.group_leave", **place)
    ask(ana, "chat.group_add", **place, users=[str(citra.public_id)])

    with pytest.raises(errors.MemberSilenced):
        post(group, citra)


def test_member_of_a_closed_group_cannot_edit(people, group, post, ask):
    ana, _bo, citra, *_ = people
    place = {"conversation": str(group.public_id)}
    mine = post(group, citra, "dulu").seq
    ask(ana, "chat.group_change", **place, only_admins_write=True)

    with pytest.raises(errors.OnlyAdminsWrite):
        ask(citra, "chat.edit", **place, seq=mine, body="x", edits=0)

    ask(citra, "chat.react", **place, seq=mine, emoji="👍")


def test_direct_conversation_and_notes_are_no_groups(people, make_direct, ask):
    ana, bo, *_ = people
    notes = ask(ana, "chat.open", user=str(ana.public_id))["id"]
    for place in (str(make_direct(ana, bo).public_id), notes):
        for name, fields in DEEDS.values():
            if name == "chat.members":
                continue
            fields = {
                field: named(value, dict.fromkeys(("fajar", "gita", "hadi", "ana"), bo))
                for field, value in fields.items()
            }
            with pytest.raises(errors.NotAGroup):
                ask(ana, name, conversation=place, **fields)
        with pytest.raises(errors.NotAGroup):
            ask(ana, "chat.group_leave", conversation=place)
