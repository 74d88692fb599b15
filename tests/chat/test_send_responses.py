"""The answer to a message carries what its own socket is told; everybody else hears it by hints."""

from __future__ import annotations

import pytest

from chat.writers import log
from tests.chat.conftest import entry

CLIENT_ID = "0198a000-0000-7000-8000-000000000001"


@pytest.fixture
def talk(real_db, make_user, make_direct):
    ana, bo = make_user("ana"), make_user("bo")
    return make_direct(ana, bo), ana, bo


def say(line, conversation, client_id=CLIENT_ID, body="halo"):
    return line.ok("chat.send", conversation=str(conversation.public_id), client_id=client_id, body=body)


def names(hints):
    return [(hint["on"], hint["say"], hint["rev"]) for hint in hints]


def test_sending_socket_gets_the_response_and_no_hint(talk, connect):
    conversation, ana, _bo = talk
    topic = f"chat:{conversation.public_id}"
    line = connect(ana)

    answer = say(line, conversation)

    assert names(answer["hints"]) == [("me", "membership.changed", 3), (topic, "message.posted", 1)]
    mine, posted = (hint["row"] for hint in answer["hints"])
    assert (mine["read_seq"], mine["read_counted"]) == (1, 1)
    assert (posted["seq"], posted["client_id"], posted["body"]) == (answer["seq"], CLIENT_ID, "halo")
    assert line.hints() == []


def test_message_is_hinted_to_other_sockets_of_both_people(talk, connect):
    conversation, ana, bo = talk
    topic = f"chat:{conversation.public_id}"
    line, tab, at_bo = connect(ana), connect(ana), connect(bo)

    answer = say(line, conversation)

    assert tab.hints() == answer["hints"]
    assert names(at_bo.hints()) == [(topic, "message.posted", 1)]


def test_retried_message_returns_its_position_without_hints(talk, connect):
    conversation, ana, _bo = talk
    line = connect(ana)
    first = say(line, conversation)

    again = say(line, conversation)

    assert again == {name: first[name] for name in ("seq", "rev", "counted", "sent_at")}
    # ``rev`` tells a socket that missed the first answer what to ask for.
    assert line.ok("chat.changes", conversation=str(conversation.public_id), after=0)["rev"] == again["rev"]


def test_message_posted_over_rest_reaches_every_socket(talk, connect, ask):
    conversation, ana, _bo = talk
    line = connect(ana)

    answer = ask(ana, "chat.send", conversation=str(conversation.public_id), client_id=CLIENT_ID, body="halo")

    assert "hints" not in answer
    assert [hint["say"] for hint in line.hints()] == ["membership.changed", "message.posted"]


def test_refused_message_has_no_hints(talk, connect, make_user):
    conversation, _ana, _bo = talk
    line = connect(make_user("eve"))

    refused = line.ask("chat.send", conversation=str(conversation.public_id), client_id=CLIENT_ID, body="halo")

    assert refused["err"]["code"] == "chat.conversation_not_found"
    assert line.hints() == []


def test_two_sockets_of_one_person_in_one_batch_get_hints_of_each_other(talk, hints_sent):
    conversation, ana, _bo = talk

    outcomes = log.write(
        [entry(conversation, ana, "satu", connection_number=1), entry(conversation, ana, "dua", connection_number=2)]
    )

    # The read mark moved once for both: each answer tells it, and no hint does to these two.
    assert [len(outcome.hints) for outcome in outcomes] == [2, 2]
    assert outcomes[0].hints[0] == outcomes[1].hints[0]
    assert [hint["say"] for _to, hint in hints_sent] == ["membership.changed", "message.posted", "message.posted"]
