"""Inviting by phone number, which tells nothing about the number."""

from __future__ import annotations

import pytest

from superapp.accounts import api, queries
from superapp.accounts.actions import contacts
from superapp.accounts.errors import ContactNotAsked, InvitationNotFound, PersonNotFound
from superapp.accounts.models import Invitation
from superapp.realtime import user_topic
from tests.accounts.knowing import answer, seen


def test_inviter_by_phone_sees_no_contact_until_acceptance(make_user, ask_by_phone, now):
    ana, bo = make_user("ana"), make_user("bo")

    ask_by_phone(ana, bo.phone.number)

    assert (seen(ana), seen(bo)) == ({}, {"ana": "asks"})
    assert (user_topic.current_rev(ana.pk), user_topic.current_rev(bo.pk)) == (0, 1)
    answer(bo, ana, True, now=now)
    assert not Invitation.objects.exists()
    assert (seen(ana), seen(bo)) == ({"bo": "accepted"}, {"ana": "accepted"})
    assert user_topic.current_rev(ana.pk) == 1


def test_number_with_and_without_account_cannot_be_told_apart(make_user, now, django_assert_num_queries):
    ana, bo = make_user("ana"), make_user("bo")
    statements = 13

    with django_assert_num_queries(statements):
        known = contacts.request_contact_by_phone(user_id=ana.pk, phone=bo.phone.number, now=now)
    with django_assert_num_queries(statements):
        unknown = contacts.request_contact_by_phone(user_id=ana.pk, phone="0812 3456 7890", now=now)

    assert known == unknown
    assert (user_topic.current_rev(ana.pk), seen(ana)) == (0, {})


def test_invitation_by_phone_reaches_an_account_created_later(make_user, ask_by_phone, deliver_facts, now):
    ana = make_user("ana")
    ask_by_phone(ana, "0812 3456 7890")
    ask_by_phone(ana, "+62 812 3456 7890")
    assert Invitation.objects.count() == 1

    dewi = api.create_person(name="Dewi", handle="dewi", number="+6281234567890", now=now)
    deliver_facts()

    assert (seen(dewi), seen(ana)) == ({"ana": "asks"}, {})
    answer(dewi, ana, True, now=now)
    assert not Invitation.objects.exists()


def test_invitation_delivered_twice_creates_one_request(make_user, now):
    ana, bo = make_user("ana"), make_user("bo")
    contacts.request_contact_by_phone(user_id=ana.pk, phone=bo.phone.number, now=now)
    invitation_id = Invitation.objects.get().pk

    contacts.deliver_invitation(invitation_id=invitation_id, now=now)
    contacts.deliver_invitation(invitation_id=invitation_id, now=now)

    assert (seen(bo), user_topic.current_rev(bo.pk)) == ({"ana": "asks"}, 1)


def test_mutual_requests_by_phone_make_a_contact(make_user, ask_by_phone):
    ana, bo = make_user("ana"), make_user("bo")

    ask_by_phone(ana, bo.phone.number)
    ask_by_phone(bo, ana.phone.number)

    assert (seen(ana), seen(bo)) == ({"bo": "accepted"}, {"ana": "accepted"})


def test_request_by_handle_after_one_by_phone_is_visible(make_user, ask_by_phone, ask):
    ana, bo = make_user("ana"), make_user("bo")
    ask_by_phone(ana, bo.phone.number)

    assert ask(ana, bo)["state"] == "invited"
    assert (seen(ana), user_topic.current_rev(bo.pk)) == ({"bo": "invited"}, 1)


def test_contact_request_by_phone_to_a_former_contact_reveals_nothing(make_user, make_contacts, ask_by_phone, now):
    ana, bo = make_user("ana"), make_user("bo")
    make_contacts(ana, bo)
    contacts.remove_contact(user_id=bo.pk, peer_public_id=ana.public_id, now=now)
    before = user_topic.current_rev(ana.pk)

    ask_by_phone(ana, bo.phone.number)

    assert (seen(ana), seen(bo)) == ({"bo": "ended"}, {"ana": "asks"})
    assert user_topic.current_rev(ana.pk) == before


def test_stranger_invited_by_phone_cannot_be_touched_by_id(make_user, ask_by_phone, now):
    ana, bo = make_user("ana"), make_user("bo")
    ask_by_phone(ana, bo.phone.number)

    for verb in (contacts.remove_contact, contacts.unblock_person):
        with pytest.raises(PersonNotFound):
            verb(user_id=ana.pk, peer_public_id=bo.public_id, now=now)

    assert seen(bo) == {"ana": "asks"}


def test_request_by_phone_does_not_reach_a_blocker(make_user, make_contacts, ask_by_phone, now):
    ana, bo = make_user("ana"), make_user("bo")
    contacts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)
    before = user_topic.current_rev(bo.pk)

    ask_by_phone(ana, bo.phone.number)

    assert (seen(ana), seen(bo), user_topic.current_rev(bo.pk)) == ({}, {"ana": "ended"}, before)


def waiting(user):
    """The numbers that this person asked, as their list shows them."""
    return [row.number for row in queries.list_open_invitations(user.pk)]


def cancel(user, *, now):
    for row in queries.list_open_invitations(user.pk):
        contacts.cancel_invitation(user_id=user.pk, invitation=row.public_id, now=now)


def test_invited_numbers_are_listed_as_pending_whatever_became_of_them(make_user, ask_by_phone, now):
    ana, bo, nobody = make_user("ana"), make_user("bo"), "+6281234567890"
    ask_by_phone(ana, bo.phone.number)
    ask_by_phone(ana, nobody)

    answer(bo, ana, False, now=now)

    assert sorted(waiting(ana)) == sorted([bo.phone.number, nobody])
    assert waiting(bo) == []


def test_cancelled_invitation_disappears_for_the_invited(make_user, ask_by_phone, deliver_facts, now):
    ana, bo = make_user("ana"), make_user("bo")
    ask_by_phone(ana, bo.phone.number)

    cancel(ana, now=now)
    at_once = waiting(ana)
    deliver_facts()

    assert (at_once, seen(bo), seen(ana)) == ([], {"ana": "ended"}, {})
    assert not Invitation.objects.exists()
    with pytest.raises(ContactNotAsked):
        answer(bo, ana, True, now=now)
    assert user_topic.current_rev(ana.pk) == 0


def test_cancelling_an_invitation_runs_the_same_queries_for_unknown_numbers(
    make_user, ask_by_phone, now, django_assert_num_queries
):
    ana, bo = make_user("ana"), make_user("bo")
    ask_by_phone(ana, bo.phone.number)
    ask_by_phone(ana, "0812 3456 7890")

    for row in queries.list_open_invitations(ana.pk):
        with django_assert_num_queries(5):
            contacts.cancel_invitation(user_id=ana.pk, invitation=row.public_id, now=now)


def test_request_renewed_before_its_cancellation_arrives_stays(make_user, ask_by_phone, deliver_facts, now):
    ana, bo = make_user("ana"), make_user("bo")
    ask_by_phone(ana, bo.phone.number)
    cancel(ana, now=now)
    contacts.request_contact_by_phone(user_id=ana.pk, phone=bo.phone.number, now=now)

    deliver_facts()

    assert (waiting(ana), seen(bo)) == ([bo.phone.number], {"ana": "asks"})


def test_cancelling_an_accepted_invitation_keeps_the_contact(make_user, ask_by_phone, deliver_facts, now):
    ana, bo = make_user("ana"), make_user("bo")
    ask_by_phone(ana, bo.phone.number)
    (row,) = queries.list_open_invitations(ana.pk)
    answer(bo, ana, True, now=now)

    with pytest.raises(InvitationNotFound):
        contacts.cancel_invitation(user_id=ana.pk, invitation=row.public_id, now=now)

    assert api.are_contacts(ana.pk, bo.pk)


def test_outsider_cannot_cancel_an_invitation(make_user, ask_by_phone, now):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    ask_by_phone(ana, bo.phone.number)
    (row,) = queries.list_open_invitations(ana.pk)

    with pytest.raises(InvitationNotFound):
        contacts.cancel_invitation(user_id=eve.pk, invitation=row.public_id, now=now)

    assert waiting(ana) == [bo.phone.number]


def test_invited_number_of_a_former_contact_stays_pending(make_user, make_contacts, ask_by_phone, now):
    ana, bo = make_user("ana"), make_user("bo")
    make_contacts(ana, bo)

    ask_by_phone(ana, bo.phone.number)
    ask_by_phone(ana, "0812 3456 7890")

    assert len(waiting(ana)) == 2


def test_new_owner_of_a_number_gets_no_invitation_of_the_old_owner(make_user, ask_by_phone, deliver_facts, now):
    ana, bo = make_user("ana"), make_user("bo")
    number = bo.phone.number
    ask_by_phone(ana, number)
    bo.phone.delete()

    dewi = api.create_person(name="Dewi", handle="dewi", number=number, now=now)
    deliver_facts()

    assert seen(dewi) == {}
