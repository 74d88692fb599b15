"""Several who change the members of one group at the same moment: counts hold, and there is always one owner."""

from __future__ import annotations

import threading

import pytest

from chat import api, errors
from chat.actions import group_links
from chat.models import Conversation, Group, GroupLink, Member, Message
from superapp.accounts import api as accounts

pytestmark = pytest.mark.timeout(120)
JOINERS = 12


@pytest.fixture
def group(real_db, make_user, make_group):
    """A group of ana, bo and citra, of which ana is the owner; commits are real."""
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    return make_group(ana, bo, citra), ana, bo, citra


def owners_and_count(conversation):
    present = Member.objects.filter(conversation=conversation, until_seq=None)
    owners = list(present.filter(role="owner").values_list("user_id", flat=True))
    assert Group.objects.get(conversation=conversation).member_count == present.count()
    return owners


def link_for(conversation, admin, *, uses_max, now):
    return group_links.make_link(
        conversation_id=conversation.public_id,
        by_user_id=admin.pk,
        lasts_for=None,
        uses_max=uses_max,
        needs_approval=False,
        now=now,
    )


def quietly(refusal, work):
    try:
        work()
    except refusal as refused:
        return refused.code
    return "done"


@pytest.mark.served_only
def test_link_without_the_lock_admits_too_many(group, make_user, in_threads, monkeypatch, now):
    conversation, ana, *_ = group
    link = link_for(conversation, ana, uses_max=1, now=now)
    people = [make_user("dewi"), make_user("eka")]
    have_looked, check = threading.Barrier(2), group_links._require_open

    def check_together(*args):
        check(*args)
        have_looked.wait(20)

    monkeypatch.setattr(group_links, "_require_open", check_together)
    monkeypatch.setattr(group_links, "lock_conversation", lambda place: Conversation.objects.get(public_id=place))

    def join(user):
        return lambda: group_links.join_by_link(token=link.token, user_id=user.pk, now=now)

    in_threads(*(join(user) for user in people))

    came = Member.objects.filter(conversation=conversation, user__in=people, until_seq=None)
    assert (came.count(), GroupLink.objects.get().uses) == (2, 1)


def test_link_admits_its_number_of_concurrent_people(group, make_user, in_threads, now):
    conversation, ana, *_ = group
    link = link_for(conversation, ana, uses_max=5, now=now)
    people = [make_user(f"orang{number}") for number in range(JOINERS)]

    def join(user):
        return lambda: quietly(
            errors.GroupLinkNotFound,
            lambda: group_links.join_by_link(token=link.token, user_id=user.pk, now=now),
        )

    outcomes = in_threads(*(join(user) for user in people))

    assert sorted(outcomes) == ["chat.group_invite_not_found"] * (JOINERS - 5) + ["done"] * 5
    assert GroupLink.objects.get().uses == 5
    assert owners_and_count(conversation) == [ana.pk]
    assert Group.objects.get().member_count == 3 + 5


def test_two_admins_who_add_the_same_person_add_them_once(group, make_user, in_threads, now):
    conversation, ana, bo, _citra = group
    dewi, place = make_user("dewi"), conversation.public_id
    for admin in (ana, bo):
        accounts.connect_people(user_id=admin.pk, peer_id=dewi.pk, now=now)

    def add(admin):
        return lambda: api.add_people(conversation_id=place, by_user_id=admin.pk, people=[dewi.public_id], now=now)

    added = in_threads(*(add(admin) for admin in (ana, bo, ana, bo)))

    assert sorted(len(one.added) for one in added) == [0, 0, 0, 1]
    assert Message.objects.filter(conversation=conversation, kind="event").count() == 1
    assert Group.objects.get().member_count == 4


def test_two_admins_who_remove_the_same_person_remove_them_once(group, in_threads, now):
    conversation, ana, bo, citra = group
    place = conversation.public_id
    api.set_role(conversation_id=place, by_user_id=ana.pk, user=bo.public_id, role="admin", now=now)

    def remove(admin):
        return lambda: api.remove_member(conversation_id=place, by_user_id=admin.pk, user=citra.public_id, now=now)

    in_threads(*(remove(admin) for admin in (ana, bo, ana, bo)))

    names = [one.event["name"] for one in Message.objects.filter(conversation=conversation).order_by("seq")]
    assert names == ["admin_made", "member_removed"]
    assert owners_and_count(conversation) == [ana.pk]


@pytest.mark.parametrize("turn", range(4))
def test_owner_leaving_while_handing_over_leaves_one_owner(group, in_threads, now, turn):
    conversation, ana, bo, citra = group
    place = conversation.public_id
    gone = (errors.ConversationNotFound, errors.MemberNotFound, errors.AdminsOnly, errors.OwnerOnly)

    def hand_over():
        return quietly(
            gone,
            lambda: api.set_role(conversation_id=place, by_user_id=ana.pk, user=bo.public_id, role="owner", now=now),
        )

    def leave(user):
        return lambda: api.leave_group(conversation_id=place, user_id=user.pk, now=now)

    in_threads(hand_over, leave(ana), leave(bo))

    assert owners_and_count(conversation) == [citra.pk]
