"""Asking by handle, answering, removing, blocking."""

from __future__ import annotations

from datetime import timedelta

import pytest

from superapp.accounts import api, queries
from superapp.accounts.actions import contacts
from superapp.accounts.errors import ContactBlocked, ContactNotAsked, ContactOneself, PersonNotFound
from superapp.accounts.models import Contact, Invitation
from superapp.accounts.queries import serializers
from superapp.core import clock
from superapp.core.errors import RateLimited
from superapp.core.models import Fact
from superapp.realtime import user_topic
from tests.accounts.knowing import answer, seen


def test_contact_request_by_handle_is_seen_by_both(make_user, ask, now):
    ana, bo = make_user("ana"), make_user("bo")

    told = ask(ana, bo)

    assert told == {
        "kind": "contact",
        "rev": 1,
        "user": str(bo.public_id),
        "state": "invited",
        "blocked": False,
        "person": {"id": str(bo.public_id), "name": "Bo", "handle": "bo", "avatar": None},
    }
    assert (seen(ana), seen(bo)) == ({"bo": "invited"}, {"ana": "asks"})
    assert (user_topic.current_rev(ana.pk), user_topic.current_rev(bo.pk)) == (1, 1)
    assert not api.are_contacts(ana.pk, bo.pk)


def test_handle_is_found_however_it_is_written(make_user, now):
    ana, bo = make_user("ana"), make_user("bo")

    contacts.request_contact_by_handle(user_id=ana.pk, handle=" @Bo ", now=now)

    assert seen(bo) == {"ana": "asks"}


def test_accepted_request_makes_both_contacts(make_user, ask, now):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    ask(ana, bo)

    told = answer(bo, ana, True, now=now)

    assert (told["state"], told["rev"]) == ("accepted", 2)
    assert (seen(ana), seen(bo), seen(eve)) == ({"bo": "accepted"}, {"ana": "accepted"}, {})
    assert api.are_contacts(ana.pk, bo.pk)
    assert api.are_contacts(bo.pk, ana.pk)
    assert not api.are_contacts(ana.pk, eve.pk)
    fact = Fact.objects.get(name="accounts.contact_accepted")
    assert fact.payload == {
        "lower_user_id": ana.pk,
        "higher_user_id": bo.pk,
        "accepted_by": bo.pk,
        "at": clock.to_wire(now),
    }


def test_declined_invitation_looks_pending_to_the_inviter(make_user, ask, now):
    ana, bo = make_user("ana"), make_user("bo")
    ask(ana, bo)

    told = answer(bo, ana, False, now=now)

    assert told["state"] == "ended"
    assert (seen(ana), seen(bo)) == ({"bo": "invited"}, {"ana": "ended"})
    assert (user_topic.current_rev(ana.pk), user_topic.current_rev(bo.pk)) == (1, 2)


@pytest.mark.parametrize("accept", [True, False])
def test_answering_a_request_twice_changes_nothing(make_user, ask, now, accept):
    ana, bo = make_user("ana"), make_user("bo")
    ask(ana, bo)

    first = answer(bo, ana, accept, now=now)
    again = answer(bo, ana, accept, now=now)

    assert again == first
    assert user_topic.current_rev(bo.pk) == 2
    assert Fact.objects.filter(name="accounts.contact_accepted").count() == (1 if accept else 0)


def test_invitation_of_another_person_cannot_be_answered(make_user, ask, now):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    ask(ana, bo)

    with pytest.raises(PersonNotFound):
        answer(eve, ana, True, now=now)
    with pytest.raises(ContactNotAsked):
        answer(ana, bo, True, now=now)

    assert (seen(ana), seen(bo), seen(eve)) == ({"bo": "invited"}, {"ana": "asks"}, {})


def test_contact_request_sent_again_changes_nothing(make_user, ask, now):
    ana, bo = make_user("ana"), make_user("bo")

    first = ask(ana, bo)
    again = ask(ana, bo)

    assert again == first
    assert (user_topic.current_rev(ana.pk), user_topic.current_rev(bo.pk)) == (1, 1)


def test_declined_inviter_cannot_ask_again_for_a_month(make_user, ask, now):
    ana, bo = make_user("ana"), make_user("bo")
    ask(ana, bo)
    answer(bo, ana, False, now=now)
    contacts.remove_contact(user_id=ana.pk, peer_public_id=bo.public_id, now=now)

    ask(ana, bo, at=now + timedelta(days=29))
    assert (seen(ana), seen(bo)) == ({"bo": "invited"}, {"ana": "ended"})

    ask(ana, bo, at=now + timedelta(days=30))
    assert seen(bo) == {"ana": "asks"}


def test_contact_request_to_a_requester_accepts_theirs(make_user, ask):
    ana, bo = make_user("ana"), make_user("bo")
    ask(ana, bo)

    told = ask(bo, ana)

    assert told["state"] == "accepted"
    assert (seen(ana), seen(bo)) == ({"bo": "accepted"}, {"ana": "accepted"})


def test_decliner_who_invites_later_finds_the_first_invitation(make_user, ask, now):
    ana, bo = make_user("ana"), make_user("bo")
    ask(ana, bo)
    answer(bo, ana, False, now=now)

    assert ask(bo, ana)["state"] == "accepted"


def test_contact_request_to_oneself_or_no_one_is_refused(make_user, ask, now):
    ana = make_user("ana")

    with pytest.raises(ContactOneself):
        ask(ana, ana)
    with pytest.raises(ContactOneself):
        contacts.request_contact_by_phone(user_id=ana.pk, phone=ana.phone.number, now=now)
    with pytest.raises(PersonNotFound):
        contacts.request_contact_by_handle(user_id=ana.pk, handle="nobody", now=now)

    assert not Contact.objects.exists()
    assert not Invitation.objects.exists()


def test_removed_contact_is_removed_for_both(make_user, make_contacts, now):
    ana, bo = make_user("ana"), make_user("bo")
    make_contacts(ana, bo)

    told = contacts.remove_contact(user_id=ana.pk, peer_public_id=bo.public_id, now=now)
    again = contacts.remove_contact(user_id=ana.pk, peer_public_id=bo.public_id, now=now)

    assert again == told
    assert (seen(ana), seen(bo)) == ({"bo": "ended"}, {"ana": "ended"})
    assert api.find_forbidden_pairs({(ana.pk, bo.pk)}) == {(ana.pk, bo.pk)}
    assert Fact.objects.filter(name="accounts.contact_ended").count() == 1


def test_removing_a_pending_request_withdraws_it(make_user, ask, now):
    ana, bo = make_user("ana"), make_user("bo")
    ask(ana, bo)

    contacts.remove_contact(user_id=ana.pk, peer_public_id=bo.public_id, now=now)

    assert (seen(ana), seen(bo)) == ({"bo": "ended"}, {"ana": "ended"})
    with pytest.raises(ContactNotAsked):
        answer(bo, ana, True, now=now)


def test_outsider_cannot_remove_a_contact_of_others(make_user, make_contacts, now):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    make_contacts(ana, bo)

    with pytest.raises(PersonNotFound):
        contacts.remove_contact(user_id=eve.pk, peer_public_id=bo.public_id, now=now)

    assert api.are_contacts(ana.pk, bo.pk)


def test_blocked_person_sees_the_same_as_a_removed_one(make_user, make_contacts, ask, now):
    ana, bo, cici = make_user("ana"), make_user("bo"), make_user("cici")
    make_contacts(ana, bo)
    make_contacts(ana, cici)

    contacts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)
    contacts.remove_contact(user_id=cici.pk, peer_public_id=ana.public_id, now=now)

    assert seen(ana) == {"bo": "ended", "cici": "ended"}
    assert ask(ana, bo)["state"] == ask(ana, cici)["state"] == "invited"
    assert seen(ana) == {"bo": "invited", "cici": "invited"}
    assert (seen(bo), seen(cici)) == ({"ana": "ended"}, {"ana": "asks"})
    assert queries.visible_contacts(bo.pk).get().is_blocked
    assert [serializers.serialize_contact(side)["blocked"] for side in queries.visible_contacts(ana.pk)] == [
        False,
        False,
    ]


def test_blocking_again_changes_nothing(make_user, make_contacts, now):
    ana, bo = make_user("ana"), make_user("bo")
    make_contacts(ana, bo)

    first = contacts.block_person(user_id=ana.pk, peer_public_id=bo.public_id, now=now)
    again = contacts.block_person(user_id=ana.pk, peer_public_id=bo.public_id, now=now)

    assert again == first
    assert first["blocked"] is True


def test_blocking_a_requester_leaves_their_request_pending(make_user, ask, now):
    ana, bo = make_user("ana"), make_user("bo")
    ask(ana, bo)

    contacts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    assert (seen(ana), seen(bo)) == ({"bo": "invited"}, {"ana": "ended"})
    assert user_topic.current_rev(ana.pk) == 1


def test_contact_request_to_a_blocked_person_requires_unblocking(make_user, ask, now):
    ana, bo = make_user("ana"), make_user("bo")
    contacts.block_person(user_id=ana.pk, peer_public_id=bo.public_id, now=now)
    with pytest.raises(ContactBlocked):
        ask(ana, bo)

    told = contacts.unblock_person(user_id=ana.pk, peer_public_id=bo.public_id, now=now)

    assert (told["blocked"], told["state"]) == (False, "ended")
    assert ask(ana, bo)["state"] == "invited"


def test_contact_requests_are_limited_per_day(make_user, now):
    ana = make_user("ana")
    for turn in range(25):
        contacts.request_contact_by_phone(user_id=ana.pk, phone=f"0812 3456 7{turn:03}", now=now)
        with pytest.raises(PersonNotFound):
            contacts.request_contact_by_handle(user_id=ana.pk, handle=f"nobody{turn}", now=now)

    with pytest.raises(RateLimited):
        contacts.request_contact_by_phone(user_id=ana.pk, phone="0812 3456 7999", now=now)
    with pytest.raises(RateLimited):
        contacts.request_contact_by_handle(user_id=ana.pk, handle="nobody", now=now)

    assert Invitation.objects.count() == 25


def test_refused_pairs_are_answered_in_one_query(make_user, make_contacts, ask, now, django_assert_num_queries):
    ana, bo, cici, eve = make_user("ana"), make_user("bo"), make_user("cici"), make_user("eve")
    make_contacts(ana, bo)
    make_contacts(bo, cici)
    ask(ana, cici)
    contacts.block_person(user_id=cici.pk, peer_public_id=bo.public_id, now=now)
    pairs = {(ana.pk, bo.pk), (bo.pk, ana.pk), (bo.pk, cici.pk), (ana.pk, cici.pk), (eve.pk, ana.pk)}

    with django_assert_num_queries(1):
        refused = api.find_forbidden_pairs(pairs)

    assert refused == {(bo.pk, cici.pk), (ana.pk, cici.pk), (eve.pk, ana.pk)}
    with django_assert_num_queries(0):
        assert api.find_forbidden_pairs(set()) == set()


def test_pair_with_a_contact_ended_on_one_side_is_refused(make_user, make_contacts):
    ana, bo = make_user("ana"), make_user("bo")
    make_contacts(ana, bo)
    Contact.objects.filter(owner=bo).update(state=Contact.State.ENDED)

    assert api.find_forbidden_pairs({(ana.pk, bo.pk)}) == {(ana.pk, bo.pk)}
