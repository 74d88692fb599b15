"""Every command through both doors: what outsiders are told, what bad input is told, and that nothing changed."""

from __future__ import annotations

import json
import uuid
from urllib.parse import urlencode

import pytest

from chat.errors import ConversationNotFound
from superapp.realtime import registry
from tests.chat.conftest import everything
from tests.harness.socket_client import browser_on, log_in

CLIENT_ID = "01980000-0000-7000-8000-000000000001"

# What somebody who is in the conversation might ask there.
COMMANDS = {
    "chat.send": {"client_id": CLIENT_ID, "body": "halo"},
    "chat.edit": {"seq": 1, "body": "lain", "edits": 0},
    "chat.recall": {"seq": 1},
    "chat.react": {"seq": 1, "emoji": "👍"},
    "chat.read": {"seq": 1},
    "chat.typing": {},
    "chat.changes": {"after": 0},
    "chat.history": {},
    "chat.photos": {},
    "chat.messages": {"seqs": [1]},
    "chat.conversation": {},
    "chat.keep": {"pinned": True},
    "chat.members": {},
    "chat.readers": {"seq": 1},
    "chat.mark": {"seq": 1, "starred": True},
    "chat.versions": {"seq": 1},
    "chat.reactors": {"seq": 1},
}
# Of groups alone; of a conversation of two its members are told so.
OF_GROUPS = {
    "chat.group_change": {"title": "Lain"},
    "chat.group_picture": {"picture": None},
    "chat.group_add": {"users": []},
    "chat.group_remove": {"user": CLIENT_ID},
    "chat.group_leave": {},
    "chat.group_role": {"user": CLIENT_ID, "role": "admin"},
    "chat.group_silence": {"user": CLIENT_ID, "silenced": True},
    "chat.group_link": {},
    "chat.group_links": {},
    "chat.group_link_revoke": {"link": CLIENT_ID},
    "chat.join_requests": {},
    "chat.join_answer": {"user": CLIENT_ID, "accept": True},
}
# Of messages that carry a poll, or the card of a person.
OF_ATTACHMENTS = {
    "chat.vote": {"seq": 1, "options": [0]},
    "chat.voters": {"seq": 1, "option": 0},
    "chat.poll_close": {"seq": 1},
    "chat.contact_ask": {"seq": 1},
}
OF_SOME = {**OF_GROUPS, **OF_ATTACHMENTS}
# These name no conversation, or several.
OTHERS = {
    "chat.open",
    "chat.delivered",
    "chat.group_create",
    "chat.group_invite",
    "chat.group_join",
    "chat.invitations",
    "chat.invitation_answer",
    "chat.starred",
    "chat.pin_move",
}


@pytest.fixture
def doors(connect):
    """Return the responses over socket and REST to this person: ``doors(eve)("chat.read", conversation=…, seq=1)``."""

    def doors(user):
        device = log_in(user)
        socket, browser = connect(device=device), browser_on(device)

        def ask(name, **fields):
            answers = [socket.ask(name, **fields)]
            if registry.commands[name].rest is not None:
                answers.append(over_rest(browser, registry.commands[name], fields))
            socket.hints()
            return answers

        return ask

    return doors


def over_rest(browser, command, fields):
    """The answer of the mirror in the socket's words."""
    method, route = command.rest.split(" ")
    fields = dict(fields)
    for place in ("conversation", "seq", "user", "link"):
        for written in (f"<uuid:{place}>", f"<int:{place}>"):
            if written in route:
                route = route.replace(written, str(fields.pop(place)))
    if method == "GET":
        response = browser.get(f"/api/v1/{route}?{urlencode(fields, doseq=True)}")
    else:
        response = browser.generic(method, f"/api/v1/{route}", json.dumps(fields), content_type="application/json")
    said = response.json()
    return {"ok": said} if response.status_code == 200 else {"err": said, "status": response.status_code}


def refusals(answers):
    assert all("err" in answer for answer in answers), answers
    return [answer["err"] for answer in answers]


@pytest.fixture
def talk(make_user, make_direct, post):
    """Ana has said something to Bo, and eve, a contact of both, is not there: the conversation, ana, bo, eve."""
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    make_direct(ana, eve)
    make_direct(bo, eve)
    conversation = make_direct(ana, bo)
    post(conversation, ana, "rahasia")
    return conversation, ana, bo, eve


def test_every_command_is_covered():
    assert {name for name in registry.commands if name.startswith("chat.")} == COMMANDS.keys() | OF_SOME.keys() | OTHERS


@pytest.mark.parametrize("name", OF_SOME)
def test_group_command_of_an_outsider_is_not_found(make_user, make_group, doors, real_db, name):
    ana, eve = make_user("ana"), make_user("eve")
    place, as_ana, as_eve = str(make_group(ana).public_id), doors(ana), doors(eve)
    before = everything()

    foreign = refusals(as_eve(name, conversation=place, **OF_SOME[name]))
    missing = refusals(as_eve(name, conversation=str(uuid.uuid4()), **OF_SOME[name]))

    assert everything() == before
    assert foreign == missing
    assert {refused["code"] for refused in foreign} == {ConversationNotFound.code}
    for answer in as_ana(name, conversation=place, **OF_SOME[name])[:1]:
        assert answer.get("err", {}).get("code") != ConversationNotFound.code


@pytest.mark.parametrize("name", COMMANDS)
def test_command_of_a_member_is_served_and_of_an_outsider_is_not_found(talk, doors, real_db, name):
    conversation, ana, _bo, eve = talk
    as_eve, as_ana = doors(eve), doors(ana)
    place = str(conversation.public_id)
    before = everything()

    foreign = refusals(as_eve(name, conversation=place, **COMMANDS[name]))
    missing = refusals(as_eve(name, conversation=str(uuid.uuid4()), **COMMANDS[name]))

    assert everything() == before
    assert foreign == missing
    assert {refused["code"] for refused in foreign} == {ConversationNotFound.code}
    # The same body on both doors.
    assert all(refused == foreign[0] for refused in foreign)
    # The twin: one who is in it gets an answer to the very same question.
    assert all("ok" in answer for answer in as_ana(name, conversation=place, **COMMANDS[name]))


@pytest.mark.parametrize("name", COMMANDS)
def test_command_without_a_session_requires_login(talk, client, name):
    conversation = talk[0]
    command = registry.commands[name]
    if command.rest is None:
        return
    before = everything()

    answer = over_rest(client, command, {"conversation": str(conversation.public_id), **COMMANDS[name]})

    assert (answer["status"], answer["err"]["code"]) == (401, "not_logged_in")
    assert everything() == before


def test_stranger_cannot_open_a_conversation_over_socket_or_rest(talk, doors, make_user):
    stranger, ana = make_user("feri"), talk[1]
    before = everything()

    told = refusals(doors(stranger)("chat.open", user=str(ana.public_id)))

    assert [refused["code"] for refused in told] == ["chat.not_accepted"] * 2
    assert told[0] == told[1]
    assert everything() == before


def test_read_marks_of_foreign_conversations_are_ignored(talk, doors):
    conversation, _ana, _bo, eve = talk
    before = everything()

    answers = doors(eve)("chat.delivered", marks=[[str(conversation.public_id), 1], [str(uuid.uuid4()), 1]])

    assert [answer["ok"] for answer in answers] == [{}, {}]
    assert everything() == before


def test_hints_of_a_conversation_reach_its_members_and_no_outsider(talk, connect):
    conversation, ana, bo, eve = talk
    at_ana, at_bo, at_eve = connect(ana), connect(bo), connect(eve)

    answer = at_ana.ok("chat.send", conversation=str(conversation.public_id), client_id=CLIENT_ID, body="halo")

    topic = f"chat:{conversation.public_id}"
    assert [hint["row"]["body"] for hint in at_bo.hints() if hint["on"] == topic] == ["halo"]
    assert [hint["row"]["body"] for hint in answer["hints"] if hint["on"] == topic] == ["halo"]
    assert at_eve.hints() == []


BAD = [
    ("chat.send", {"body": ""}, "chat.body_empty"),
    ("chat.send", {"body": " \n\t "}, "chat.body_empty"),
    ("chat.send", {"body": "\u200b\u2060\ufeff"}, "chat.body_empty"),
    ("chat.send", {"body": "x" * 4_001}, "chat.body_too_long"),
    ("chat.send", {"body": "x" * 60_000}, "chat.body_too_long"),
    ("chat.send", {"body": "👍" * 4_001}, "chat.body_too_long"),
    ("chat.send", {"body": "a" + "\u0301" * 9}, "chat.body_not_text"),
    ("chat.send", {"body": "bel\u0007"}, "chat.body_not_text"),
    ("chat.send", {"body": "a\x00b"}, "invalid"),
    ("chat.send", {"body": 7}, "invalid"),
    ("chat.send", {"body": None}, "invalid"),
    ("chat.send", {"body": ["halo"]}, "invalid"),
    ("chat.send", {"client_id": ""}, "chat.client_id_invalid"),
    ("chat.send", {"client_id": "x" * 65}, "chat.client_id_invalid"),
    ("chat.send", {"client_id": 7}, "invalid"),
    ("chat.send", {"reply_to": 2}, "chat.reply_not_found"),
    ("chat.send", {"reply_to": 0}, "invalid"),
    ("chat.send", {"reply_to": "1"}, "invalid"),
    ("chat.send", {"reply_to": 1.5}, "invalid"),
    ("chat.send", {"reply_to": 2**53 - 1}, "chat.reply_not_found"),
    ("chat.send", {"reply_to": 2**64}, "invalid"),
    ("chat.edit", {"edits": -1}, "invalid"),
    ("chat.edit", {"edits": True}, "invalid"),
    ("chat.edit", {"body": "\u202e"}, "chat.body_empty"),
    ("chat.react", {"emoji": "😀" * 5_000}, "chat.not_reactable"),
    ("chat.react", {"emoji": "jempol"}, "chat.not_reactable"),
    ("chat.react", {"emoji": 1}, "invalid"),
    ("chat.reactors", {"after": "x"}, "invalid"),
    ("chat.reactors", {"emoji": "x" * 65}, "invalid"),
    ("chat.reactors", {"seq": 2}, "chat.message_not_found"),
    ("chat.read", {"seq": 2}, "chat.message_not_found"),
    ("chat.keep", {"pinned": "ya"}, "invalid"),
    ("chat.keep", {"draft": "x" * 4_001}, "chat.draft_too_long"),
    ("chat.keep", {"draft": None}, "invalid"),
    ("chat.keep", {"muted_until": "2027-03-01"}, "invalid"),
    ("chat.keep", {"muted_until": "2020-03-01T00:00:00Z"}, "chat.mute_time_passed"),
    ("chat.keep", {"muted_until": "9999-03-01T00:00:00Z"}, "chat.mute_time_too_far"),
    ("chat.changes", {"after": -1}, "invalid"),
    ("chat.history", {"limit": 101}, "invalid"),
    ("chat.history", {"limit": 0}, "invalid"),
    ("chat.history", {"before": 0}, "invalid"),
    ("chat.history", {"after": 0}, "invalid"),
    ("chat.history", {"after": 2**53 + 1}, "invalid"),
    ("chat.messages", {"seqs": [1] * 51}, "invalid"),
    ("chat.messages", {"seqs": [0]}, "invalid"),
]


def test_bad_input_is_refused_with_its_code_over_socket_and_rest(talk, doors):
    conversation, ana, _bo, _eve = talk
    ask = doors(ana)
    before = everything()

    told = [
        refusals(ask(name, conversation=str(conversation.public_id), **{**COMMANDS[name], **fields}))
        for name, fields, _code in BAD
    ]

    assert everything() == before
    assert [[refused["code"] for refused in pair] for pair in told] == [[code, code] for _name, _fields, code in BAD]
    # A sentence for the reader, in their language; what is wrong with a shape is told to programmers in English.
    assert all(pair[0] == pair[1] for pair in told if pair[0]["code"] != "invalid")
    assert all(pair[0]["message"] for pair in told)


@pytest.mark.parametrize("place", ["", "bukan", 7, None, "0198", str(uuid.UUID(int=0)) + "0"])
def test_malformed_identifier_is_refused(talk, connect, place):
    ana = talk[1]

    assert connect(ana).err("chat.history", conversation=place)["code"] == "invalid"


def test_client_id_reused_for_other_content_is_refused_over_socket_and_rest(talk, doors):
    conversation, ana, _bo, _eve = talk
    ask = doors(ana)
    place = str(conversation.public_id)
    first, again = ask("chat.send", conversation=place, client_id=CLIENT_ID, body="halo")
    # The hints are those of the socket, whose message it was.
    del first["ok"]["hints"]
    assert first["ok"] == again["ok"]
    before = everything()

    told = refusals(ask("chat.send", conversation=place, client_id=CLIENT_ID, body="halo lagi"))

    assert [refused["code"] for refused in told] == ["chat.client_id_reused"] * 2
    assert everything() == before


def test_text_with_joiners_and_direction_marks_is_stored_unchanged(talk, doors, ask):
    conversation, ana, _bo, _eve = talk
    place = str(conversation.public_id)
    bodies = [
        "سلام، كيف الحال؟ abc שלום",
        "ꦲꦏ꧀ꦱꦫꦗꦮ",
        "می‌خواهم",
        "👩🏽‍❤️‍💋‍👨🏿 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "baris satu\nbaris dua\ttab",
        "<b>&amp;</b>",
    ]

    for number, body in enumerate(bodies):
        doors(ana)("chat.send", conversation=place, client_id=f"c-{number}", body=body)

    rows = ask(ana, "chat.history", conversation=place)["rows"]
    assert [row["body"] for row in rows[1:]] == bodies
