"""Groups: who may do what to whom, what is said of it, and that nothing else changed."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from chat import api, errors
from chat.models import Conversation, Group, Member, Message
from superapp.accounts import api as accounts
from superapp.core.errors import RateLimited
from tests.chat.conftest import everything

DAY = timedelta(days=1)


def role_of(conversation, user):
    return Member.objects.get(conversation=conversation, user=user).role


def events(conversation):
    found = Message.objects.filter(conversation=conversation, kind="event").order_by("seq")
    return [message.event["name"] for message in found]


def connect(user, *others, now):
    for other in others:
        accounts.connect_people(user_id=user.pk, peer_id=other.pk, now=now)


# Creating.


def test_created_group_has_its_members_and_a_system_event(people, ask, commit, now):
    ana, bo, citra, _dewi, eve = people
    connect(ana, bo, citra, now=now)

    with commit() as hints:
        made = ask(
            ana,
            "chat.group_create",
            title="  Keluarga\u202e  Sekar ",
            users=[str(one.public_id) for one in (bo, citra, eve)],
            idempotency_key="k",
        )

    summary = made["conversation"]
    assert (summary["kind"], summary["title"], made["invited"]) == ("group", "Keluarga Sekar", [str(eve.public_id)])
    assert {member["user"]: member["role"] for member in summary["members"]} == {
        str(ana.public_id): "owner",
        str(bo.public_id): "member",
        str(citra.public_id): "member",
    }
    assert summary["group"] == {
        "rev": 2,
        "title": "Keluarga Sekar",
        "description": "",
        "picture": None,
        "member_count": 3,
        "only_admins_write": False,
        "only_admins_add": False,
        "only_admins_change": False,
    }
    assert summary["last"]["event"] == {
        "name": "members_added",
        "users": [str(bo.public_id), str(citra.public_id)],
    }
    said = [(to, hint["say"]) for to, hint in hints]
    assert ([eve.pk], "invitations.changed") in said
    assert sorted(said[-2][0]) == [ana.pk, bo.pk, citra.pk] or said[-1] == ([eve.pk], "invitations.changed")


def test_repeated_creation_returns_the_first_group(people, ask, now):
    ana, bo, *_ = people
    connect(ana, bo, now=now)
    fields = {"title": "Arisan", "users": [str(bo.public_id)], "idempotency_key": "k"}
    first = ask(ana, "chat.group_create", **fields)
    before = everything()

    again = ask(ana, "chat.group_create", **{**fields, "title": "Lain"})

    assert again["conversation"]["id"] == first["conversation"]["id"]
    assert everything() == before


@pytest.mark.parametrize("title", ["", "   ", "\u200b", "x" * 81])
def test_group_without_a_proper_name_is_refused(people, ask, title):
    with pytest.raises(errors.GroupTitleInvalid):
        ask(people[0], "chat.group_create", title=title, users=[], idempotency_key="k")

    assert not Conversation.objects.exists()


def test_group_creations_are_limited_per_day(people, ask, monkeypatch):
    monkeypatch.setattr("chat.actions.groups.CREATE_LIMIT", accounts.RateLimit("chat.group.create", 1, DAY))
    ask(people[0], "chat.group_create", title="Satu", users=[], idempotency_key="1")

    with pytest.raises(RateLimited):
        ask(people[0], "chat.group_create", title="Dua", users=[], idempotency_key="2")

    assert Conversation.objects.count() == 1


# The right to do something.

DEEDS = {
    "rename": ("chat.group_change", {"title": "Lain"}),
    "describe": ("chat.group_change", {"description": "Setiap Jumat"}),
    "close": ("chat.group_change", {"only_admins_write": True}),
    "close adding": ("chat.group_change", {"only_admins_add": True}),
    "close changing": ("chat.group_change", {"only_admins_change": True}),
    "add": ("chat.group_add", {"users": ["fajar"]}),
    "remove a member": ("chat.group_remove", {"user": "gita"}),
    "remove an admin": ("chat.group_remove", {"user": "hadi"}),
    "remove the owner": ("chat.group_remove", {"user": "ana"}),
    "make an admin": ("chat.group_role", {"user": "gita", "role": "admin"}),
    "dismiss an admin": ("chat.group_role", {"user": "hadi", "role": "member"}),
    "demote the owner": ("chat.group_role", {"user": "ana", "role": "admin"}),
    "hand over": ("chat.group_role", {"user": "gita", "role": "owner"}),
    "mute a member": ("chat.group_silence", {"user": "gita", "silenced": True}),
    "mute an admin": ("chat.group_silence", {"user": "hadi", "silenced": True}),
    "mute the owner": ("chat.group_silence", {"user": "ana", "silenced": True}),
    "make a link": ("chat.group_link", {}),
    "list links": ("chat.group_links", {}),
    "list requests": ("chat.join_requests", {}),
    "list members": ("chat.members", {}),
}
OF_MEMBERS = {"rename", "describe", "add", "list members"}
OF_ADMINS = OF_MEMBERS | {
    "close",
    "close adding",
    "close changing",
    "remove a member",
    "make an admin",
    "mute a member",
    "make a link",
    "list links",
    "list requests",
}
OF_OWNERS = OF_ADMINS | {"remove an admin", "dismiss an admin", "hand over", "mute an admin"}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("who", ["owner", "admin", "member", "silenced", "silenced admin", "removed", "outsider"])
def test_group_action_needs_its_role_and_changes_nothing_without(people, group, make_user, ask, now, who, deed):
    ana, bo, citra, dewi, eve = people
    others = {name: make_user(name) for name in ("fajar", "gita", "hadi")} | {"ana": ana}
    for name in ("gita", "hadi"):
        api.add_member(conversation_id=group.public_id, by_user_id=ana.pk, user_id=others[name].pk, now=now)
    silenced = make_user("silva")
    api.add_member(conversation_id=group.public_id, by_user_id=ana.pk, user_id=silenced.pk, now=now)
    place = group.public_id
    api.set_role(conversation_id=place, by_user_id=ana.pk, user=others["hadi"].public_id, role="admin", now=now)
    api.set_silenced(conversation_id=place, by_user_id=bo.pk, user=silenced.public_id, is_silenced=True, now=now)
    if who == "silenced admin":
        api.set_silenced(conversation_id=place, by_user_id=ana.pk, user=bo.public_id, is_silenced=True, now=now)
    actor = {
        "owner": ana,
        "admin": bo,
        "member": citra,
        "silenced": silenced,
        "silenced admin": bo,
        "removed": dewi,
        "outsider": eve,
    }[who]
    connect(actor, others["fajar"], now=now)
    reading = {"list members"}
    may = {"owner": OF_OWNERS, "admin": OF_ADMINS, "member": OF_MEMBERS, "silenced": reading, "silenced admin": reading}
    may = may.get(who, set())
    name, fields = DEEDS[deed]
    fields = {field: named(value, others) for field, value in fields.items()}
    before = everything()

    if deed in may:
        ask(actor, name, conversation=str(place), **fields)
    else:
        refusal = errors.ConversationNotFound if who in ("removed", "outsider") else REFUSALS
        with pytest.raises(refusal):
            ask(actor, name, conversation=str(place), **fields)

    is_reading = deed.startswith("list")
    assert (everything() == before) is (is_reading or deed not in may)
    owners = Member.objects.filter(conversation=group, role="owner", until_seq=None)
    assert owners.count() == 1


REFUSALS = (errors.AdminsOnly, errors.OwnerOnly, errors.OwnerMustHandOver)


def named(value, others):
    if isinstance(value, list):
        return [str(others[one].public_id) for one in value]
    return str(others[value].public_id) if value in others else value


@pytest.mark.parametrize(("setting", "deed"), [("only_admins_add", "add"), ("only_admins_change", "rename")])
def test_group_setting_restricts_members_but_not_admins(people, group, make_user, ask, now, setting, deed):
    ana, bo, citra, _dewi, _eve = people
    fajar = make_user("fajar")
    connect(citra, fajar, now=now)
    connect(bo, fajar, now=now)
    ask(ana, "chat.group_change", conversation=str(group.public_id), **{setting: True})
    name, fields = DEEDS[deed]
    fields = {field: named(value, {"fajar": fajar}) for field, value in fields.items()}
    before = everything()

    with pytest.raises(errors.AdminsOnly):
        ask(citra, name, conversation=str(group.public_id), **fields)

    assert everything() == before
    ask(bo, name, conversation=str(group.public_id), **fields)
    assert everything() != before


def test_group_state_change_is_hinted_to_all_with_its_own_rev(people, group, ask, commit):
    ana, bo, citra, *_ = people
    before = Group.objects.get().rev

    with commit() as hints:
        row = ask(bo, "chat.group_change", conversation=str(group.public_id), title="RT 05", only_admins_write=True)

    assert (row["rev"], row["title"], row["only_admins_write"]) == (before + 1, "RT 05", True)
    assert [hint["row"]["event"] for _to, hint in hints[:2]] == [
        {"name": "title_changed", "title": "RT 05"},
        {"name": "writing_restricted"},
    ]
    to, last = hints[2]
    assert (sorted(to), last) == (
        [ana.pk, bo.pk, citra.pk],
        {"on": f"chat:{group.public_id}", "say": "group.changed", "group": row},
    )
    assert ask(citra, "chat.conversation", conversation=str(group.public_id))["group"] == row


def test_unchanged_group_state_sends_no_hint(people, group, ask, commit):
    ask(people[0], "chat.group_change", conversation=str(group.public_id), title="Arisan", description="a\n\n\n\nb")
    before = everything()

    with commit() as hints:
        ask(people[0], "chat.group_change", conversation=str(group.public_id), title=" Arisan ", description="a\n\nb")

    assert hints == []
    assert everything() == before


def test_group_description_has_a_length_limit(people, group, ask):
    with pytest.raises(errors.GroupDescriptionTooLong):
        ask(people[0], "chat.group_change", conversation=str(group.public_id), description="x" * 501)


# Groups from before they had a state.


def test_migrated_group_gets_its_oldest_admin_as_owner_and_its_size(people, group):
    ana, bo, citra, *_ = people
    Group.objects.all().delete()
    Member.objects.filter(conversation=group).update(role="member")
    Member.objects.filter(conversation=group, user=bo).update(role="admin")

    import_module("chat.migrations.0013_groups").fill_groups(apps, None)

    assert [role_of(group, user) for user in (ana, bo, citra)] == ["member", "owner", "member"]
    assert (Group.objects.get().member_count, Group.objects.get().rev) == (3, 1)
