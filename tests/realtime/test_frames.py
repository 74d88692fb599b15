"""Frames that no honest client sends. The server answers or closes, and lives."""

from __future__ import annotations

import json
from itertools import count, repeat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DEEP = '{"id":1,"do":"ping","x":' + "[" * 30_000 + "]" * 30_000 + "}"


@pytest.mark.parametrize(
    "text", ["", "null", "7", '"ping"', "[]", '[{"id":1,"do":"ping"}]', "{", '{"id":1', "NaN", "hai"]
)
def test_frame_that_is_no_json_object_closes_the_socket(connect, make_user, text):
    client = connect(make_user("ana"))

    client.send(text)

    assert client.wait_closed() == 4400


def test_binary_frame_closes_the_socket(connect, make_user):
    client = connect(make_user("ana"))

    client.send(b'{"id":1,"do":"ping"}')

    assert client.wait_closed() == 4400


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"do": "ping"},
        {"id": 1},
        {"id": "1", "do": "ping"},
        {"id": 0, "do": "ping"},
        {"id": -1, "do": "ping"},
        {"id": 1.5, "do": "ping"},
        {"id": 2**53, "do": "ping"},
        {"id": 10**400, "do": "ping"},
        {"id": 1, "do": 7},
        {"id": 1, "do": {"a": "ping"}},
        {"ack": "1"},
        {"ack": -1},
        {"ack": 10**400},
    ],
)
def test_json_object_without_a_command_is_refused_and_the_socket_stays_open(connect, make_user, frame):
    client = connect(make_user("ana"))

    client.send(frame)

    assert client.read()["err"]["code"] == "bad_frame"
    assert list(client.ok("ping")) == ["now"]


def test_deep_json_is_refused(connect, make_user):
    client = connect(make_user("ana"))

    client.send(DEEP)

    assert client.read()["err"]["code"] == "bad_frame"
    assert list(client.ok("ping")) == ["now"]


def test_deep_json_that_is_no_object_closes_the_socket(connect, make_user):
    client = connect(make_user("ana"))

    client.send("[" * 60_000)

    assert client.wait_closed() == 4400


def frame_of(size: int, letter: str = "x") -> str:
    empty = json.dumps({"id": 1, "do": "ping", "pad": ""})
    return json.dumps(
        {"id": 1, "do": "ping", "pad": letter * ((size - len(empty)) // len(letter.encode()))}, ensure_ascii=False
    )


@pytest.mark.parametrize("letter", ["x", "é", "漢", "😀"])
def test_frame_of_65536_bytes_is_read_and_a_larger_one_refused(connect, make_user, letter):
    client = connect(make_user("ana"))

    client.send(frame_of(65_536, letter))
    fits = client.read()
    client.send(frame_of(65_536 + 4, letter))
    refused = client.read()

    assert list(fits["ok"]) == ["now"]
    assert refused["id"] is None
    assert (refused["err"]["code"], refused["err"]["params"]) == ("frame_too_large", {"bytes_max": 65_536})
    assert list(client.ok("ping")) == ["now"]


def test_acknowledging_more_than_was_sent_is_refused(connect, make_user):
    client = connect(make_user("ana"))

    client.send({"ack": 1})

    assert client.read()["err"]["code"] == "bad_frame"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
COMMANDS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.integers(-2, 2**65) | JSON,
        "do": st.sampled_from(["ping", "watch", "unwatch", "sync", "sync.page", "me.changes", "chat.history"]) | JSON,
        "ack": st.integers(-2, 5) | JSON,
        "cursor": st.text() | st.integers().map(str) | JSON,
        "part": st.sampled_from(["conversations", "contacts", "x"]) | JSON,
        "next": st.text() | JSON,
        "after": st.integers() | JSON,
        "topic": st.text() | JSON,
        "conversation": st.uuids().map(str) | JSON,
    },
)
SOCKETS_OF_ONE_PERSON = 20
FRAMES = st.one_of(COMMANDS.map(json.dumps), JSON.map(json.dumps), st.text(), st.binary(max_size=64))


@pytest.mark.timeout(900)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames=st.lists(FRAMES, min_size=1, max_size=4))
def test_any_frame_is_answered_or_closes_the_socket(connect, visitor, frames):
    client = visitor()

    for frame in frames:
        client.send(frame)
    client.send({"id": 77, "do": "ping"})

    answers = []
    while (answer := client.read()) is not None and answer.get("id") != 77:
        answers.append(answer)
    assert answer is not None or client.closed == 4400
    assert {code_of(answer) for answer in answers} <= {
        None,
        "bad_frame",
        "unknown_command",
        "unknown_topic",
        "unknown_part",
        "page_token_invalid",
        "invalid",
        "rate_limited",
        "chat.conversation_not_found",
    }
    client.leave()


def code_of(answer):
    return answer["err"]["code"] if "err" in answer else None


@pytest.fixture
def visitor(connect, make_user):
    """A person on a new socket for each example; another one before so many of the same person are let in later."""
    from tests.harness.socket_client import log_in

    def devices():
        for number in count():
            yield from repeat(log_in(make_user(f"ana{number}")), SOCKETS_OF_ONE_PERSON)

    device = devices()
    return lambda: connect(device=next(device))
