"""Preferences of one member of a conversation."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.conf import settings
from django.db import connection

from chat import api, errors
from chat.contracts import OwnMembershipRow
from chat.domain.preferences import COLUMNS, PREFERENCES, StoredPreferences
from chat.models import Member
from superapp.core.errors import DomainError
from superapp.realtime import user_topic
from tests.chat.conftest import everything


@pytest.fixture
def talk(make_user, make_direct, post):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    post(conversation, bo)
    return conversation, ana, bo


# By the type of a change: what is kept, and what undoes it, both as on the wire.
EXAMPLES = {
    bool: (True, False),
    str: ("nanti", ""),
    datetime | None: ("2099-04-01T00:00:00.000Z", None),
}


def mine(ask, user, conversation):
    """The person's own membership, as it is read."""
    return ask(user, "chat.conversation", conversation=str(conversation.public_id))["mine"]


def keep(conversation, user, **fields):
    return api.update_preferences(conversation_id=conversation.public_id, user_id=user.pk, **fields)


def test_preference_change_is_sent_to_own_devices_only(talk, commit, now):
    conversation, ana, bo = talk
    rev, theirs = user_topic.current_rev(ana.pk), Member.objects.values().get(conversation=conversation, user=bo)

    with commit() as hints:
        keep(conversation, ana, muted_until=now + timedelta(hours=8), is_pinned=True, is_hidden=True, draft="nanti")

    [(to, hint)] = hints
    assert (to, hint["on"], hint["say"], hint["rev"]) == ([ana.pk], "me", "membership.changed", rev + 1)
    row = hint["row"]
    assert (row["muted_until"], row["pinned"]) == ("2027-03-01T10:03:04.567Z", True)
    assert (row["hidden_seq"], row["draft"]) == (1, "nanti")
    assert user_topic.current_rev(ana.pk) == rev + 1
    assert Member.objects.values().get(conversation=conversation, user=bo) == theirs
    conversation.refresh_from_db()
    assert conversation.rev == 1


@pytest.mark.parametrize("one", PREFERENCES, ids=lambda one: one.column)
def test_preference_set_and_unset_leaves_the_others_alone(one, talk, ask, post, commit):
    conversation, ana, _bo = talk
    kept, undone = EXAMPLES[one.type]
    address = str(conversation.public_id)
    # Pinning also gives a place among what is pinned.
    columns = {one.column, "pin_order"} if one.column == "is_pinned" else {one.column}
    before = Member.objects.values().get(conversation=conversation, user=ana)

    with commit() as hints:
        answer = ask(ana, "chat.keep", conversation=address, **{one.wire_name: kept})
    after = Member.objects.values().get(conversation=conversation, user=ana)
    [(to, hint)] = hints
    assert {name for name in after if after[name] != before[name]} - {"changed"} == columns | {"rev"}
    assert (to, hint["row"], answer) == ([ana.pk], mine(ask, ana, conversation), {"me": hint["rev"]})

    post(conversation, ana)
    assert Member.objects.values().get(conversation=conversation, user=ana)[one.column] == after[one.column]

    ask(ana, "chat.keep", conversation=address, **{one.wire_name: undone})
    assert Member.objects.values().get(conversation=conversation, user=ana)[one.column] == before[one.column]


@pytest.mark.parametrize("one", PREFERENCES, ids=lambda one: one.column)
def test_preference_of_another_type_is_refused_and_changes_nothing(one, talk, ask):
    conversation, ana, _bo = talk
    before = everything()

    with pytest.raises(DomainError) as refused:
        ask(ana, "chat.keep", conversation=str(conversation.public_id), **{one.wire_name: ["ya"]})

    assert refused.value.code == "invalid"
    assert everything() == before


def test_unknown_preference_is_refused_by_its_name(talk):
    conversation, ana, _bo = talk

    with pytest.raises(TypeError, match="is_pinnde"):
        keep(conversation, ana, is_pinnde=True)


def test_membership_columns_match_the_declared_preferences():
    declared = {field.name: field.default for field in msgspec.structs.fields(StoredPreferences)}
    columns = {name: Member._meta.get_field(name) for name in declared}

    assert {name: column.get_default() for name, column in columns.items()} == declared
    assert {name: column.null for name, column in columns.items()} == {
        name: default is None for name, default in declared.items()
    }


def test_sql_lists_the_preferences_in_the_order_of_their_declaration():
    text = (settings.BASE_DIR / "chat/sql/postgres_preferences.sql").read_text()

    assert re.findall(r"\bm\.(\w+)", text) == list(COLUMNS)


@pytest.mark.served_only
def test_sending_does_not_call_the_preferences_function(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (VERBOSE) UPDATE chat_member SET rev = rev WHERE id = 1 RETURNING chat_preferences(chat_member)"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "json_build_array" in plan
    assert "chat_preferences" not in plan


def test_example_of_a_membership_in_the_protocol_has_the_fields_of_its_row():
    text = (settings.BASE_DIR / "docs/protocol.md").read_text()
    [example] = re.findall(r'^\{"kind":"membership","conversation".*\}$', text, re.MULTILINE)

    assert set(msgspec.json.decode(example)) == {
        field.encode_name for field in msgspec.structs.fields(OwnMembershipRow)
    }


def test_same_preference_again_changes_nothing(talk, commit, now):
    conversation, ana, _bo = talk
    fields = {"muted_until": now, "is_pinned": True, "is_hidden": True, "draft": "nanti"}
    keep(conversation, ana, **fields)
    before = everything()

    with commit() as hints:
        keep(conversation, ana, **fields)
        keep(conversation, ana)

    assert hints == []
    assert everything() == before


def test_hiding_lasts_until_the_next_message(talk, post):
    conversation, ana, bo = talk

    keep(conversation, ana, is_hidden=True)
    conversation.refresh_from_db()
    assert conversation.last_seq <= Member.objects.get(conversation=conversation, user=ana).hidden_seq
    post(conversation, bo)
    conversation.refresh_from_db()
    assert conversation.last_seq > Member.objects.get(conversation=conversation, user=ana).hidden_seq

    assert keep(conversation, ana, is_hidden=False).hidden_seq == 0


def test_archived_conversation_stays_archived_after_new_messages(talk, post, ask):
    conversation, ana, bo = talk
    keep(conversation, ana, is_archived=True)

    post(conversation, bo)
    post(conversation, ana)

    assert mine(ask, ana, conversation)["archived"] is True
    assert mine(ask, bo, conversation)["archived"] is False


def test_preferences_stay_when_a_message_is_sent(talk, post, now):
    conversation, ana, _bo = talk
    keep(conversation, ana, muted_until=now, is_pinned=True, draft="nanti")

    post(conversation, ana)

    side = Member.objects.get(conversation=conversation, user=ana)
    assert (side.muted_until, side.is_pinned, side.draft) == (now, True, "nanti")


def test_membership_row_returned_by_sending_equals_the_stored_one(talk, post, commit, ask, now):
    conversation, ana, _bo = talk
    keep(conversation, ana, muted_until=now, is_pinned=True, is_hidden=True, draft="nanti")

    with commit() as hints:
        post(conversation, ana)

    told = hints[0][1]["row"]
    assert told == ask(ana, "chat.conversation", conversation=str(conversation.public_id))["mine"]


def test_draft_may_be_as_long_as_a_message(talk):
    conversation, ana, _bo = talk
    keep(conversation, ana, draft="x" * 4_000)
    before = everything()

    with pytest.raises(errors.DraftTooLong) as refused:
        keep(conversation, ana, draft="x" * 4_001)

    assert refused.value.params == {"chars_max": 4_000}
    assert everything() == before


def test_outsider_cannot_set_preferences(talk, make_user):
    conversation, _ana, _bo = talk
    eve = make_user("eve")
    before = everything()

    with pytest.raises(errors.ConversationNotFound):
        keep(conversation, eve, is_pinned=True)

    assert everything() == before


@pytest.mark.parametrize(
    "moment", ["2027-03-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "besok", 1, True]
)
def test_mute_until_an_invalid_time_is_refused(talk, ask, moment):
    conversation, ana, _bo = talk
    before = everything()

    with pytest.raises(DomainError) as refused:
        ask(ana, "chat.keep", conversation=str(conversation.public_id), muted_until=moment)

    assert refused.value.code == "invalid"
    assert everything() == before


def test_mute_time_of_another_zone_is_stored_in_utc(talk, ask):
    conversation, ana, _bo = talk

    ask(ana, "chat.keep", conversation=str(conversation.public_id), muted_until="2027-03-01T09:00:00+07:00")

    assert Member.objects.get(conversation=conversation, user=ana).muted_until == datetime(2027, 3, 1, 2, tzinfo=UTC)
