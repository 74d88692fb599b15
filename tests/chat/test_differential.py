"""One function posts on PostgreSQL, plain statements do on SQLite: the same traffic leaves the same rows."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import transaction

from chat import api
from chat.contracts import PostedMessage
from chat.domain.enums import MemberRole
from chat.domain.extras import MessageExtras
from chat.models import Conversation, Member, Message
from chat.writers import log_postgres, log_sqlite
from superapp.accounts import api as accounts
from superapp.accounts.actions.contacts import remove_contact
from tests.chat.conftest import entry, everything

PEOPLE = 5
BATCHES = 60
# All that can become of a message; traffic that does not meet each of them shows too little.
OUTCOMES = {
    "PostedMessage",
    "ConversationNotFound",
    "ClientIdReused",
    "MemberSilenced",
    "NotAccepted",
    "OnlyAdminsWrite",
    "ReplyNotFound",
}
BODIES = ["halo", "sudah dikirim kak?", "👍🏽", "سلام", 'tanda "kutip" \\ dan\nbaris baru']


class Traffic:
    """Random traffic: retries, strangers, replies to nothing, one client id for two contents."""

    def __init__(self, seed, people, places):
        self.chance = random.Random(seed)
        self.people = people
        self.places = places
        self.sent = []

    def batch(self):
        return [self.entry() for _one in range(self.chance.choice([1, 1, 2, 5, 20]))]

    def entry(self):
        if self.sent and self.chance.random() < 0.25:
            place, sender, fields = self.chance.choice(self.sent)
            if self.chance.random() < 0.3:
                fields = {**fields, "body": "lain sama sekali"}
            return entry(place, sender, **fields)
        place, sender = self.chance.choice(self.places), self.chance.choice(self.people)
        fields = {"client_id": f"c-{len(self.sent)}", "body": self.chance.choice(BODIES)}
        if self.chance.random() < 0.2:
            fields["extras"] = MessageExtras(mentions=("all",), attachment={"type": "place", "name": 'Warung "Bu" Sri'})
        if self.chance.random() < 0.3:
            fields["reply_to"] = self.chance.randint(1, 30)
        self.sent.append((place, sender, fields))
        return entry(place, sender, **fields)


@pytest.fixture
def world(make_user, make_direct, make_group, now):
    people = [make_user(f"orang{number}") for number in range(PEOPLE)]
    ana, bo, citra, dewi, _eve = people
    places = [make_direct(ana, bo), make_direct(bo, citra), make_direct(citra, dewi), make_group(ana, citra, dewi)]
    # Two who have business and are no contacts write under a face, and in the conversation of their own no more.
    face = api.upsert_face(key="stall:1", owner_id=dewi.pk, kind="stall", name="Kedai", picture="", address="")
    parted = make_direct(ana, dewi)
    remove_contact(user_id=ana.pk, peer_public_id=dewi.public_id, now=now)
    accounts.allow_business_contact(user_id=ana.pk, peer_id=dewi.pk, now=now)
    places += [parted, api.open_direct_conversation(user_id=ana.pk, peer_id=dewi.pk, face=face, now=now)]
    accounts.block_person(user_id=dewi.pk, peer_public_id=citra.public_id, now=now)
    # One group in which only admins write, with one who may not; and one group of everybody, with one who is muted.
    announcements, everybody = make_group(ana, bo, citra), make_group(ana, bo, dewi)
    Conversation.objects.filter(pk=announcements.pk).update(is_admins_only=True)
    Member.objects.filter(conversation=announcements, user=bo).update(role=MemberRole.ADMIN)
    Member.objects.filter(conversation=everybody, user=dewi).update(is_silenced=True)
    places += [announcements, everybody]
    # One who left the group, and one whose number is in no conversation at all.
    api.add_member(conversation_id=places[3].public_id, by_user_id=ana.pk, user_id=bo.pk, now=now)
    api.leave_group(conversation_id=places[3].public_id, user_id=bo.pk, now=now)
    api.update_preferences(
        conversation_id=places[0].public_id,
        user_id=ana.pk,
        draft="nanti ya",
        muted_until=now + timedelta(days=1),
        is_pinned=True,
    )
    return people, places


def rows():
    """Every row, without the keys of messages: a number of a sequence is used up by what is undone."""
    found = everything()
    for message in found["Message"]:
        del message["id"]
    return found


def told(appended):
    return (
        [(type(one).__name__, one if isinstance(one, PostedMessage) else None) for one in appended.outcomes],
        {place: sorted(users) for place, users in appended.recipients.items()},
        appended.read_states,
    )


def appended_by(path, batch, *, stays, **circumstances):
    """Return the outcome of one way to append, and the rows it left."""
    with transaction.atomic():
        found = told(path.append(batch, **circumstances)), rows()
        transaction.set_rollback(not stays)
    return found


@pytest.mark.served_only
@pytest.mark.parametrize("seed", range(4))
def test_append_by_sql_function_equals_append_by_statements(seed, world, now):
    people, places = world
    traffic = Traffic(seed, people, places)
    names = set()

    for turn in range(BATCHES):
        batch, moment = traffic.batch(), now + timedelta(milliseconds=turn)
        checks_permission = traffic.chance.random() < 0.9
        plain = appended_by(log_sqlite, batch, stays=False, now=moment, checks_permission=checks_permission)
        by_function = appended_by(log_postgres, batch, stays=True, now=moment, checks_permission=checks_permission)

        assert by_function == plain
        names |= {name for name, _posted in plain[0][0]}

    # Traffic that meets nothing shows nothing.
    assert names == OUTCOMES
    assert Message.objects.count() > BATCHES / 2


@pytest.mark.served_only
@pytest.mark.parametrize("seed", range(2))
def test_single_message_is_posted_as_in_a_batch(seed, world, now, monkeypatch):
    people, places = world
    traffic = Traffic(seed, people, places)
    names = set()

    for turn in range(BATCHES * 4):
        one, moment = [traffic.entry()], now + timedelta(milliseconds=turn)
        with monkeypatch.context() as patched:
            patched.setattr(log_postgres, "append", log_postgres.append_batch)
            in_a_batch = appended_by(log_postgres, one, stays=False, now=moment, checks_permission=True)
        alone = appended_by(log_postgres, one, stays=True, now=moment, checks_permission=True)

        assert alone == in_a_batch
        names |= {name for name, _posted in alone[0][0]}

    assert names == OUTCOMES


@pytest.mark.served_only
def test_cards_events_and_missing_rows_are_equal_on_both_paths(world, now):
    (ana, bo, *_), places = world
    base = entry(places[0], ana)
    made = type(base)
    fields = {"sender_id": ana.pk, "sender_public_id": ana.public_id}
    batch = [
        made(
            conversation_id=places[0].public_id, client_id="k:1", kind="card", card_type="shop.order",
            card={"name": 'sate "padang"', "total": {"amount_minor": 2**53 - 1, "asset": "IDR"}, "none": None},
            **fields,
        ),
        made(
            conversation_id=places[0].public_id, client_id="k:2", kind="event",
            event={"name": "member_joined", "user": str(bo.public_id)}, **fields,
        ),
        made(conversation_id=ana.public_id, client_id="k:3", body="ke mana?", **fields),
        base,
    ]  # fmt: skip
    plain = appended_by(log_sqlite, batch, stays=False, now=now, checks_permission=True)
    for one in batch:
        alone = appended_by(log_postgres, [one], stays=False, now=now, checks_permission=True)
        assert alone == appended_by(log_sqlite, [one], stays=False, now=now, checks_permission=True)
    by_function = appended_by(log_postgres, batch, stays=True, now=now, checks_permission=True)

    assert by_function == plain
    assert [name for name, _posted in plain[0][0]] == [
        "PostedMessage",
        "PostedMessage",
        "ConversationNotFound",
        "PostedMessage",
    ]
