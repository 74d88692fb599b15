"""The members of a group in pages, who read a message, receipts of large groups, and notes to oneself."""

from __future__ import annotations

import pytest
from django.db import connection

from chat import api, errors
from chat.domain import group_rules
from chat.models import Conversation, Member
from superapp.accounts import api as accounts
from superapp.core.errors import InputInvalid
from tests.chat.conftest import everything

SERVED = connection.vendor == "postgresql"

# Members.


def pages_of(ask, user, command, **fields):
    """All pages of a list, two rows a page at most where the command takes a limit."""
    found, after = [], None
    while True:
        page = ask(user, command, **fields, **({"after": after} if after else {}))
        found.append([row["user"] for row in page["rows"]])
        assert [person["id"] for person in page["people"]] == found[-1]
        after = page["next"]
        if after is None:
            return found


def test_members_come_in_pages_owner_first_then_admins_then_by_name(people, group, ask):
    ana, bo, citra, *_ = people

    found = pages_of(ask, citra, "chat.members", conversation=str(group.public_id), limit=1)

    assert found == [[str(ana.public_id)], [str(bo.public_id)], [str(citra.public_id)]]


def test_members_are_found_by_name_and_by_the_beginning_of_their_handle(people, group, ask):
    ana, bo, *_ = people
    place = {"conversation": str(group.public_id)}
    ask(bo, "accounts.profile_change", name="Bowo Santoso", handle="bowo.s")

    for search in ("sant", "@bowo", "BOWO.S"):
        found = ask(ana, "chat.members", **place, search=search)["rows"]
        assert [row["user"] for row in found] == [str(bo.public_id)]
    assert ask(ana, "chat.members", **place, search="owo.")["rows"] == []


@pytest.mark.parametrize("after", ["", "x", "3.x", "2.", "2.0198f00d-0000-7000-8000-000000000000"])
def test_invalid_member_page_is_refused(people, group, post, ask, after):
    seq = post(group, people[0]).seq
    for name, fields in (("chat.members", {}), ("chat.readers", {"seq": seq})):
        with pytest.raises(InputInvalid):
            ask(people[0], name, conversation=str(group.public_id), after=after, **fields)


def test_page_after_a_departed_member_continues_behind_them(people, group, ask):
    ana, bo, citra, *_ = people
    place = {"conversation": str(group.public_id)}
    following = ask(ana, "chat.members", **place, limit=2)["next"]
    ask(ana, "chat.group_remove", **place, user=str(bo.public_id))

    rest = ask(ana, "chat.members", **place, after=following)

    assert [row["user"] for row in rest["rows"]] == [str(citra.public_id)]


def test_summary_of_a_large_group_lists_some_members_and_always_me(people, group, ask, monkeypatch):
    monkeypatch.setattr("chat.queries.members.MEMBERS_MAX", 2)
    ana, bo, citra, *_ = people

    listed = {
        user: [one["user"] for one in ask(user, "chat.conversation", conversation=str(group.public_id))["members"]]
        for user in (ana, citra)
    }

    assert listed == {
        ana: [str(ana.public_id), str(bo.public_id)],
        citra: [str(ana.public_id), str(citra.public_id)],
    }


# Who read it.


def test_readers_of_my_message_are_counted_and_listed(people, group, post, ask):
    ana, bo, citra, *_ = people
    place, seq = {"conversation": str(group.public_id)}, post(group, ana, "halo").seq
    ask(bo, "chat.read", **place, seq=seq)
    ask(citra, "chat.delivered", marks=[[place["conversation"], seq]])

    page = ask(ana, "chat.readers", **place, seq=seq)

    assert (page["read"], page["delivered"], page["total"], page["next"]) == (1, 2, 2, None)
    assert page["rows"] == [
        {"user": str(bo.public_id), "state": "read"},
        {"user": str(citra.public_id), "state": "delivered"},
    ]
    assert [person["name"] for person in page["people"]] == ["Bo", "Citra"]


def test_later_member_is_not_counted_as_reader(people, group, post, ask, now):
    ana, _bo, _citra, _dewi, eve = people
    seq = post(group, ana, "halo").seq
    api.add_member(conversation_id=group.public_id, by_user_id=ana.pk, user_id=eve.pk, now=now)

    assert ask(ana, "chat.readers", conversation=str(group.public_id), seq=seq)["total"] == 2


def test_readers_of_another_persons_message_are_refused(people, group, post, ask):
    ana, bo, _citra, dewi, eve = people
    seq = post(group, ana, "halo").seq
    place = {"conversation": str(group.public_id)}

    for user, refusal in (
        (bo, errors.MessageNotYours),
        (dewi, errors.ConversationNotFound),
        (eve, errors.ConversationNotFound),
    ):
        with pytest.raises(refusal):
            ask(user, "chat.readers", **place, seq=seq)
    with pytest.raises(errors.MessageNotFound):
        ask(ana, "chat.readers", **place, seq=seq + 1)


def test_readers_come_in_pages(people, group, post, ask, monkeypatch):
    ana, bo, citra, *_ = people
    seq = post(group, ana, "halo").seq
    monkeypatch.setattr("chat.queries.groups.page_receivers.__kwdefaults__", {"limit": 1})

    found = pages_of(ask, ana, "chat.readers", conversation=str(group.public_id), seq=seq)

    assert found == [[str(bo.public_id)], [str(citra.public_id)]]


# Receipts.


def receipts(hints):
    return [(sorted(to), hint["user"], hint["read_seq"]) for to, hint in hints if hint["say"] == "receipt"]


def test_receipt_in_a_large_group_is_hinted_to_authors_only(people, group, post, ask, commit, monkeypatch):
    ana, bo, citra, *_ = people
    post(group, bo, "lama")
    ask(citra, "chat.read", conversation=str(group.public_id), seq=3)
    seq = post(group, ana, "baru").seq
    monkeypatch.setattr(group_rules, "RECEIPTS_TO_ALL_MAX", 2)

    with commit() as hints:
        ask(citra, "chat.delivered", marks=[[str(group.public_id), seq]])
        ask(citra, "chat.read", conversation=str(group.public_id), seq=seq)

    assert receipts(hints) == [
        ([ana.pk, citra.pk], str(citra.public_id), 3),
        ([ana.pk, citra.pk], str(citra.public_id), seq),
    ]


def test_receipt_in_a_small_group_is_hinted_to_all(people, group, post, ask, commit):
    ana, bo, citra, *_ = people
    seq = post(group, ana, "baru").seq

    with commit() as hints:
        ask(citra, "chat.read", conversation=str(group.public_id), seq=seq)

    assert receipts(hints) == [([ana.pk, bo.pk, citra.pk], str(citra.public_id), seq)]


# Notes.


def test_notes_conversation_is_created_once_and_private(people, post, ask):
    ana, bo, *_ = people
    opened = [ask(ana, "chat.open", user=str(ana.public_id)) for _time in range(2)]
    notes = Conversation.objects.get(kind="self")
    before = everything()

    for command, fields in (("chat.conversation", {}), ("chat.history", {}), ("chat.read", {"seq": 1})):
        with pytest.raises(errors.ConversationNotFound):
            ask(bo, command, conversation=str(notes.public_id), **fields)

    assert everything() == before
    assert opened[0] == opened[1]
    assert (opened[0]["kind"], opened[0]["group"], len(opened[0]["members"])) == ("self", None, 1)
    posted = post(notes, ana, "beli beras")
    summary = ask(ana, "chat.conversation", conversation=str(notes.public_id))
    assert (summary["last"]["body"], summary["mine"]["read_seq"]) == ("beli beras", posted.seq)
    assert Member.objects.filter(conversation=notes).count() == 1


def test_notes_opened_by_two_devices_at_once_are_one_conversation(real_db, make_user, in_threads, now):
    ana = make_user("ana")

    found = in_threads(*[lambda: api.open_notes(user_id=ana.pk, now=now).pk for _turn in range(4)])

    assert len(set(found)) == 1
    assert Conversation.objects.count() == 1


# Queries.


@pytest.fixture
def count_queries(django_assert_max_num_queries, ask):
    """Return how many queries a command takes."""

    def count(user, command, /, **fields):
        with django_assert_max_num_queries(1_000) as captured:
            ask(user, command, **fields)
        return len([one for one in captured.captured_queries if "SAVEPOINT" not in (one["sql"] or "")])

    return count


@pytest.mark.parametrize("size", [1, 40])
def test_commands_take_the_same_queries_for_many_members(make_user, make_group, post, count_queries, now, size):
    ana = make_user("ana")
    conversation = make_group(ana)
    others = [make_user(f"orang{number}") for number in range(size)]
    for other in others:
        accounts.connect_people(user_id=ana.pk, peer_id=other.pk, now=now)
    place = {"conversation": str(conversation.public_id)}

    counted = [count_queries(ana, "chat.group_add", **place, users=[str(one.public_id) for one in others])]
    seq = post(conversation, ana).seq
    counted += [
        count_queries(ana, "chat.members", **place),
        count_queries(ana, "chat.readers", **place, seq=seq),
        count_queries(ana, "chat.group_role", **place, user=str(others[0].public_id), role="admin"),
        count_queries(ana, "chat.group_change", **place, title="Lain"),
        count_queries(ana, "chat.group_remove", **place, user=str(others[0].public_id)),
    ]

    # On SQLite, everybody's counter of topic ``me`` is a statement of its own, and forty rows of members are two.
    added = 25 + size + (size > 1)
    assert counted == ([19, 2, 4, 8, 9, 14] if SERVED else [added, 2, 4, 15, 16, 21])
