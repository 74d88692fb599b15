"""Faces: as what somebody talks. To the others its name and picture stand in for the person's, and live."""

from __future__ import annotations

import pytest

from chat import api as chat
from chat.errors import NotAccepted
from chat.models import Conversation, Face
from chat.queries.summaries import list_changed_summaries
from superapp.core import change_cursor
from tests.chat.conftest import caller_of, entry


@pytest.fixture
def trade(make_user, make_direct, now):
    """ana talks to bo's stall, and, as a friend, to bo."""
    ana, bo = make_user("ana", name="Ana"), make_user("bo", name="Bo Santoso")
    friends = make_direct(ana, bo)
    stall = chat.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, face=face_of(bo), now=now)
    return ana, bo, friends, stall


def face_of(owner, **changed):
    looks = {"name": "Manik Bo", "picture": "/media/photo/a.webp", "address": "/toko/manik-bo/"}
    return chat.upsert_face(key="stall:1", owner_id=owner.pk, kind="stall", **{**looks, **changed})


def summary(talk, user):
    return chat.fetch_summary(talk.public_id, user.pk)


def sync(user, since):
    return list_changed_summaries(caller_of(user), since, None).rows


def test_conversation_under_a_face_differs_from_the_direct_one(trade, now):
    ana, bo, friends, stall = trade

    assert friends.pk != stall.pk
    assert chat.open_direct_conversation(user_id=bo.pk, peer_id=ana.pk, face=face_of(bo), now=now) == stall
    assert chat.open_direct_conversation(user_id=bo.pk, peer_id=ana.pk, now=now) == friends
    assert summary(friends, ana).face is None
    assert chat.find_direct_conversation(ana.pk, bo.pk, chat.find_face("stall:1")) == stall


def test_face_titles_the_conversation_for_the_other_person_only(trade, client, now):
    ana, bo, _friends, stall = trade
    chat.post_message(entry(stall, ana), now=now)
    shown = {}
    for user in (ana, bo):
        client.force_login(user)
        shown[user.pk] = client.get(f"/obrolan/{stall.public_id}/").content.decode()

    assert summary(stall, ana).face == summary(stall, bo).face
    assert summary(stall, ana).face.owner == str(bo.public_id)
    title = '<h1 class="conversation__name" id="conversation-name"><bdi data-part="name">{}</bdi></h1>'
    assert title.format("Manik Bo") in shown[ana.pk]
    assert 'src="/media/photo/a.webp"' in shown[ana.pk]
    # Whoever stands behind it sees who talks to it, and to what.
    assert title.format("Ana") in shown[bo.pk]
    assert 'data-part="via">Manik Bo</span>' in shown[bo.pk]
    # A link that leads money to a person stands beside no stall.
    assert 'data-part="doing"' not in shown[ana.pk] or " hidden>" in shown[ana.pk].split('data-part="doing"')[1][:200]


def test_messages_between_the_two_are_refused_under_a_face_too(trade, make_user, now):
    ana, bo, _friends, stall = trade
    from superapp.accounts import api as accounts

    chat.post_message(entry(stall, ana), now=now)
    accounts.block_person(user_id=bo.pk, peer_public_id=ana.public_id, now=now)

    with pytest.raises(NotAccepted):
        chat.post_message(entry(stall, ana), now=now)


def test_face_change_reaches_only_people_who_see_it(trade, make_user, make_direct, commit):
    ana, bo, _friends, _stall = trade
    eve = make_user("eve")
    make_direct(eve, bo)

    with commit() as hints:
        changed = face_of(bo, name="Manik & Batik Bo")
    [(to, hint)] = hints
    with commit() as again:
        face_of(bo, name="Manik & Batik Bo")

    assert sorted(to) == sorted([ana.pk, bo.pk])
    assert (hint["on"], hint["say"]) == ("faces", "face.changed")
    assert (hint["face"]["name"], hint["face"]["rev"]) == ("Manik & Batik Bo", changed.rev)
    assert changed.rev == 2
    assert again == []


def test_offline_device_gets_the_face_change_by_sync(trade, now):
    ana, bo, friends, stall = trade
    chat.post_message(entry(friends, ana), now=now)
    # As if all of it were long ago.
    Face.objects.update(changed=1)
    Conversation.objects.update(changed=1)
    stall.members.update(changed=1)
    friends.members.update(changed=1)
    since = change_cursor.current_cursor().stamp
    before = sync(ana, since)

    face_of(bo, name="Manik & Batik Bo")

    assert before == []
    (row,) = sync(ana, since)
    assert (row.id, row.face.name) == (str(stall.public_id), "Manik & Batik Bo")


def test_summaries_take_the_same_queries_for_many_faces(make_user, make_direct, now, django_assert_num_queries):
    ana = make_user("ana")

    def meet(number):
        owner = make_user(f"toko{number}")
        make_direct(ana, owner)
        face = chat.upsert_face(
            key=f"stall:{number}", owner_id=owner.pk, kind="stall", name=f"Toko {number}", picture="", address=""
        )
        talk = chat.open_direct_conversation(user_id=ana.pk, peer_id=owner.pk, face=face, now=now)
        chat.post_message(entry(talk, ana), now=now)

    meet(1)
    with django_assert_num_queries(4):
        chat.list_summaries(ana.pk)
    for number in range(2, 7):
        meet(number)

    with django_assert_num_queries(4):
        rows = chat.list_summaries(ana.pk).rows

    assert {row.face.name for row in rows if row.face} == {f"Toko {number}" for number in range(1, 7)}


def test_outsider_reads_nothing_of_a_conversation_under_a_face(trade, make_user, ask):
    from superapp.core.errors import DomainError

    _ana, _bo, _friends, stall = trade

    with pytest.raises(DomainError, match="conversation_not_found"):
        ask(make_user("eve"), "chat.conversation", conversation=str(stall.public_id))
