"""Polls: one row per person and option, counted for everybody, changed and withdrawn until they are closed."""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import api
from chat.actions.polls import close_poll, vote
from chat.errors import (
    ConversationNotFound,
    MemberSilenced,
    MessageNotFound,
    MessageNotYours,
    MessageRecalled,
    NotAPoll,
    PollChoiceInvalid,
    PollClosed,
    PollClosingInvalid,
    PollOptionsInvalid,
    PollQuestionInvalid,
)
from chat.models import Member, Message, PollVote
from superapp.accounts.models import User
from superapp.core import clock
from superapp.core.errors import DomainError, InputInvalid
from tests.harness.concurrency import run_together

POLL = {"type": "poll", "question": "Arisan kapan?", "options": ["Sabtu", "Minggu", "Senin"]}


@pytest.fixture
def group(make_group, ana, bo):
    return make_group(ana, bo)


@pytest.fixture
def send_poll(ask):
    def send(user, place, client_id="polling-1", **changes):
        fields = {"conversation": str(place.public_id), "client_id": client_id, "body": ""}
        return ask(user, "chat.send", **fields, attachment={**POLL, **changes})["seq"]

    return send


@pytest.fixture
def queries_in():
    def count(work):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            work()
        return len(captured)

    return count


def state(ask, user, place, seq):
    answer = ask(user, "chat.history", conversation=str(place.public_id))
    row = next(row for row in answer["rows"] if row["seq"] == seq)
    mine = next((mark["votes"] for mark in answer["marks"] if mark["seq"] == seq), [])
    return [option["count"] for option in row["poll"]["options"]], row["poll"]["voters"], mine


def choose(ask, user, place, seq, *options):
    return ask(user, "chat.vote", conversation=str(place.public_id), seq=seq, options=list(options))


def test_votes_are_counted_changed_and_withdrawn(ask, ana, bo, group, send_poll):
    seq = send_poll(ana, group)
    assert state(ask, bo, group, seq) == ([0, 0, 0], 0, [])

    answer = choose(ask, bo, group, seq, 1)
    assert answer["mark"]["votes"] == [1]
    choose(ask, ana, group, seq, 0)
    assert state(ask, bo, group, seq) == ([1, 1, 0], 2, [1])
    choose(ask, bo, group, seq, 0)
    assert state(ask, bo, group, seq) == ([2, 0, 0], 2, [0])
    assert state(ask, ana, group, seq)[2] == [0]
    choose(ask, bo, group, seq)
    assert state(ask, bo, group, seq) == ([1, 0, 0], 1, [])


def test_vote_counts_reach_everybody_and_the_choice_only_its_voter(ask, ana, bo, group, send_poll, commit):
    seq = send_poll(ana, group)
    with commit() as hints:
        answer = choose(ask, bo, group, seq, 2)

    changed = [(users, hint) for users, hint in hints if hint["say"] == "message.changed"]
    assert [users for users, _hint in changed] == [sorted([ana.pk, bo.pk])]
    assert changed[0][1]["row"]["poll"]["options"][2] == {"count": 1, "users": [str(bo.public_id)]}
    assert [users for users, hint in hints if hint["say"] == "mark.changed"] == [[bo.pk]]
    assert changed[0][1]["rev"] == answer["rev"]


def test_repeated_vote_changes_nothing(ask, bo, ana, group, send_poll):
    seq = send_poll(ana, group)
    first = choose(ask, bo, group, seq, 1)

    again = choose(ask, bo, group, seq, 1, 1)

    assert again == first
    assert PollVote.objects.count() == 1


def test_several_answers_are_taken_where_the_poll_allows_them(ask, ana, bo, group, send_poll):
    one = send_poll(ana, group)
    several = send_poll(ana, group, "polling-2", several=True)

    choose(ask, bo, group, several, 0, 2)
    assert state(ask, bo, group, several) == ([1, 0, 1], 1, [0, 2])
    with pytest.raises(PollChoiceInvalid):
        choose(ask, bo, group, one, 0, 2)
    for seq in (one, several):
        with pytest.raises(PollChoiceInvalid):
            choose(ask, bo, group, seq, 3)


def test_closed_poll_takes_no_votes_and_only_its_author_closes_it(ask, ana, bo, group, send_poll):
    seq = send_poll(ana, group)
    place = str(group.public_id)
    choose(ask, bo, group, seq, 1)
    with pytest.raises(MessageNotYours):
        ask(bo, "chat.poll_close", conversation=place, seq=seq)

    closed = ask(ana, "chat.poll_close", conversation=place, seq=seq)

    assert ask(ana, "chat.poll_close", conversation=place, seq=seq) == closed
    for options in ([0], []):
        with pytest.raises(PollClosed):
            choose(ask, bo, group, seq, *options)
    assert choose(ask, bo, group, seq, 1)["mark"]["votes"] == [1]
    row = ask(bo, "chat.messages", conversation=place, seqs=[seq])["rows"][0]
    assert row["poll"]["closed_at"] is not None


def test_poll_closes_at_its_end_time(ask, ana, bo, group, send_poll):
    seq = send_poll(ana, group, closes_at=clock.to_wire(clock.now() + timedelta(hours=1)))
    fields = {"conversation_id": group.public_id, "seq": seq, "by_user_id": bo.pk}

    vote(**fields, options=[1], now=clock.now())

    with pytest.raises(PollClosed):
        vote(**fields, options=[0], now=clock.now() + timedelta(hours=2))


def test_outsiders_and_former_members_cannot_use_a_poll(ask, ana, bo, group, send_poll, make_user, now):
    seq = send_poll(ana, group)
    place = str(group.public_id)
    citra = make_user("citra")
    for command, fields in (
        ("chat.vote", {"options": [0]}),
        ("chat.poll_close", {}),
        ("chat.voters", {"option": 0}),
    ):
        with pytest.raises(ConversationNotFound):
            ask(citra, command, conversation=place, seq=seq, **fields)
        with pytest.raises(MessageNotFound):
            ask(ana, command, conversation=place, seq=99, **fields)
    api.leave_group(conversation_id=group.public_id, user_id=bo.pk, now=now)
    with pytest.raises(ConversationNotFound):
        choose(ask, bo, group, seq, 0)


def test_vote_on_a_message_without_a_poll_or_recalled_is_refused(ask, ana, bo, group, send_poll, post, now):
    plain, seq = post(group, ana).seq, send_poll(ana, group)
    choose(ask, bo, group, seq, 0)
    for command, fields in (("chat.vote", {"options": [0]}), ("chat.voters", {"option": 0}), ("chat.poll_close", {})):
        with pytest.raises(NotAPoll):
            ask(ana, command, conversation=str(group.public_id), seq=plain, **fields)

    api.recall_message(conversation_id=group.public_id, seq=seq, by_user_id=ana.pk, now=clock.now())

    with pytest.raises(MessageRecalled):
        choose(ask, bo, group, seq, 1)
    assert not PollVote.objects.exists()
    row = ask(bo, "chat.messages", conversation=str(group.public_id), seqs=[seq])["rows"][0]
    assert (row["extras"], "poll" in row) == (None, False)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"question": " "}, PollQuestionInvalid),
        ({"question": "x" * 251}, PollQuestionInvalid),
        ({"options": ["satu"]}, PollOptionsInvalid),
        ({"options": ["satu", " "]}, PollOptionsInvalid),
        ({"options": ["satu", "SATU "]}, PollOptionsInvalid),
        ({"options": ["satu", "x" * 101]}, PollOptionsInvalid),
        ({"options": [f"pilihan {number}" for number in range(13)]}, PollOptionsInvalid),
        ({"closes_at": "2020-01-01T00:00:00Z"}, PollClosingInvalid),
        ({"closes_at": "2099-01-01T00:00:00Z"}, PollClosingInvalid),
        ({"closes_at": "2027-01-01T00:00:00"}, PollClosingInvalid),
        ({"options": [1, 2]}, InputInvalid),
        ({"options": "dua"}, InputInvalid),
        ({"question": None}, InputInvalid),
        ({"several": "ya"}, InputInvalid),
        ({"type": "pol"}, InputInvalid),
    ],
)
def test_invalid_poll_is_refused_and_stores_nothing(ana, group, send_poll, changes, error):
    with pytest.raises(error):
        send_poll(ana, group, **changes)

    assert not Message.objects.filter(kind="text").exists()


def test_retried_poll_is_one_message_also_after_its_time(ask, ana, group, send_poll, monkeypatch):
    closes_at = clock.to_wire(clock.now() + timedelta(seconds=30))
    first = send_poll(ana, group, closes_at=closes_at)
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert send_poll(ana, group, closes_at=closes_at) == first
    with pytest.raises(PollClosingInvalid):
        send_poll(ana, group, "polling-2", closes_at=closes_at)


def test_silenced_member_can_only_withdraw_a_vote(ask, ana, bo, group, send_poll, now):
    seq = send_poll(ana, group)
    vote(conversation_id=group.public_id, seq=seq, by_user_id=bo.pk, options=[0], now=now)
    Member.objects.filter(conversation=group, user=bo).update(is_silenced=True)

    with pytest.raises(MemberSilenced):
        vote(conversation_id=group.public_id, seq=seq, by_user_id=bo.pk, options=[1], now=now)

    assert list(PollVote.objects.values_list("option", flat=True)) == [0]
    vote(conversation_id=group.public_id, seq=seq, by_user_id=bo.pk, options=[], now=now)
    assert not PollVote.objects.exists()


def test_ended_poll_is_rendered_closed(client, ana, group, send_poll, monkeypatch):
    send_poll(ana, group, closes_at=clock.to_wire(clock.now() + timedelta(seconds=30)))
    client.force_login(ana)
    address = f"/obrolan/{group.public_id}/"
    is_drawn_closed = r'data-attachment="poll" data-closed'

    before = client.get(address).content.decode()
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert not re.search(is_drawn_closed, before)
    assert re.search(is_drawn_closed, client.get(address).content.decode())


def test_voters_are_read_in_pages(ask, ana, group, send_poll, make_user, monkeypatch, now):
    monkeypatch.setattr("chat.queries.polls.VOTERS_PER_PAGE", 2)
    seq = send_poll(ana, group)
    everybody = [make_user(f"orang{number}") for number in range(5)]
    PollVote.objects.bulk_create(
        PollVote(message=Message.objects.get(conversation=group, seq=seq), user=user, option=1, voted_at=now)
        for user in everybody
    )

    found, after = [], None
    while True:
        fields = {"conversation": str(group.public_id), "seq": seq, "option": 1}
        page = ask(ana, "chat.voters", **fields, **({"after": after} if after else {}))
        found += [row["user"] for row in page["rows"]]
        assert {person["id"] for person in page["people"]} == {row["user"] for row in page["rows"]}
        after = page["next"]
        if after is None:
            break

    assert found == [str(user.public_id) for user in everybody]
    with pytest.raises(InputInvalid):
        ask(ana, "chat.voters", **fields, after="x")
    with pytest.raises(PollChoiceInvalid):
        ask(ana, "chat.voters", **{**fields, "option": 3})


def test_concurrent_votes_are_all_counted_with_dense_revs(real_db, make_user, make_group, ask, now):
    ana = make_user("ana")
    others = [make_user(f"orang{number}") for number in range(4)]
    group = make_group(ana, *others)
    fields = {"conversation": str(group.public_id), "client_id": "p", "body": "", "attachment": POLL}
    seq = ask(ana, "chat.send", **fields)["seq"]
    group.refresh_from_db()
    before = group.rev

    def cast(user, option):
        return lambda: vote(
            conversation_id=group.public_id, seq=seq, by_user_id=user.pk, options=[option], now=clock.now()
        )

    outcomes = run_together(*(cast(user, place % 3) for place, user in enumerate(others)), cast(ana, 0), cast(ana, 1))

    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert PollVote.objects.filter(user=ana).count() == 1
    assert PollVote.objects.count() == 5
    group.refresh_from_db()
    assert group.rev == before + 6


def test_vote_concurrent_with_closing_is_counted_or_refused(real_db, make_user, make_group, ask):
    ana, bo = make_user("ana"), make_user("bo")
    group = make_group(ana, bo)
    fields = {"conversation": str(group.public_id), "client_id": "p", "body": "", "attachment": POLL}
    seq = ask(ana, "chat.send", **fields)["seq"]
    common = {"conversation_id": group.public_id, "seq": seq}

    voted, closed = run_together(
        lambda: vote(**common, by_user_id=bo.pk, options=[1], now=clock.now()),
        lambda: close_poll(**common, by_user_id=ana.pk, now=clock.now()),
    )

    assert not isinstance(closed, Exception)
    assert PollVote.objects.count() == (0 if isinstance(voted, DomainError) else 1)


def test_poll_with_ten_thousand_votes_takes_constant_queries_and_a_short_row(
    ask, ana, group, send_poll, now, queries_in
):
    seq = send_poll(ana, group, options=[f"pilihan {number}" for number in range(12)], several=True)
    message = Message.objects.get(conversation=group, seq=seq)
    few = queries_in(lambda: state(ask, ana, group, seq))
    people = User.objects.bulk_create(User(name=f"Orang {number}") for number in range(840))
    PollVote.objects.bulk_create(
        PollVote(message=message, user=user, option=option, voted_at=now) for user in people for option in range(12)
    )

    many = queries_in(lambda: state(ask, ana, group, seq))

    assert PollVote.objects.count() == 10_080
    assert many == few
    assert state(ask, ana, group, seq)[:2] == ([840] * 12, 840)
    answer = ask(ana, "chat.messages", conversation=str(group.public_id), seqs=[seq])
    assert all(len(option["users"]) == 5 for option in answer["rows"][0]["poll"]["options"])
    assert len(msgspec.json.encode(answer)) < 8_000
