"""One command, one refusal, one body, whichever door it came through; and what ``sync`` and ``me`` tell of accounts."""

from __future__ import annotations

import re
import uuid

import msgspec
import pytest
from django.utils import translation

from superapp.accounts import api
from superapp.accounts.actions import contacts, profile
from superapp.accounts.actions.profile import ProfileChanges
from superapp.core.errors import DomainError
from superapp.realtime import command_execution, registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(logged_in):
    """``call(ana, "accounts.block", user=…, blocked=True)``, as a frame of the socket would."""
    callers = {}

    def call(user, name, /, **fields):
        if user.pk not in callers:
            callers[user.pk] = registry.find_caller(logged_in(user).cookies["sessionid"].value)
        command = registry.commands[name]
        caller = callers[user.pk]

        def serve():
            return command.handler(caller, command_execution.decode_command(command, msgspec.json.encode(fields)))

        try:
            return msgspec.to_builtins(command_execution.call_in_language(caller.language, serve))
        except DomainError as refused:
            with translation.override(caller.language):
                return refused.body()

    return call


NOBODY = str(uuid.UUID(int=7))


@pytest.mark.parametrize(
    ("method", "path", "name", "fields", "status"),
    [
        ("POST", "contacts", "accounts.contact_ask", {"handle": "nobody"}, 404),
        ("POST", "contacts", "accounts.contact_ask", {"phone": "12"}, 422),
        ("POST", f"contacts/{NOBODY}/answer", "accounts.contact_answer", {"user": NOBODY, "accept": True}, 404),
        ("DELETE", f"contacts/{NOBODY}", "accounts.contact_remove", {"user": NOBODY}, 404),
        ("PUT", f"contacts/{NOBODY}/block", "accounts.block", {"user": NOBODY, "blocked": True}, 404),
        ("GET", "people?handle=nobody", "accounts.person_by_handle", {"handle": "nobody"}, 404),
        ("PATCH", "me", "accounts.profile_change", {"name": ""}, 422),
        ("PATCH", "me", "accounts.profile_change", {"handle": "admin"}, 409),
        ("PATCH", "me", "accounts.profile_change", {"name": 7}, 422),
        ("DELETE", f"me/devices/{NOBODY}", "accounts.device_end", {"device": NOBODY}, 404),
    ],
)
def test_socket_and_rest_refuse_with_the_same_body(make_user, logged_in, call, method, path, name, fields, status):
    ana = make_user("ana", language="en")

    over_http = logged_in(ana).generic(
        method, f"/api/v1/{path}", msgspec.json.encode(fields), content_type="application/json"
    )
    over_socket = call(ana, name, **fields)

    assert over_http.json() == over_socket
    assert over_http.status_code == status
    assert set(over_socket) == {"code", "message", "params", "retry_after"}


def test_every_command_of_accounts_needs_a_person(client):
    routes = [command.rest for command in registry.commands.values() if command.name.startswith("accounts.")]
    assert len(routes) == 18

    answers = []
    for route in routes:
        method, path = route.split(" ")
        filled = re.sub(r"<\w+:\w+>", NOBODY, path)
        answers.append(client.generic(method, f"/api/v1/{filled}", b"{}", content_type="application/json"))

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "not_logged_in")}


def test_contact_request_by_phone_always_has_the_same_response(make_user, call):
    ana, bo = make_user("ana"), make_user("bo")

    known = call(ana, "accounts.contact_ask", phone=bo.phone.number)
    unknown = call(ana, "accounts.contact_ask", phone="0812 3456 7890")

    assert known == unknown == {"state": "invited"}


@pytest.mark.parametrize("fields", [{}, {"phone": "0812 3456 7890", "handle": "bo"}])
def test_contact_request_requires_phone_or_handle(make_user, call, fields):
    assert call(make_user("ana"), "accounts.contact_ask", **fields)["code"] == "invalid"


def test_contact_search_by_handle_finds_the_person(make_user, call, django_assert_num_queries):
    ana, bo = make_user("ana"), make_user("bo")

    found = call(ana, "accounts.person_by_handle", handle="@BO")

    assert found == {"id": str(bo.public_id), "name": "Bo", "handle": "bo", "avatar": None}


def test_contact_lifecycle_works_over_socket_and_rest(make_user, call):
    ana, bo = make_user("ana"), make_user("bo")

    assert call(ana, "accounts.contact_ask", handle="bo")["state"] == "invited"
    assert call(bo, "accounts.contact_answer", user=str(ana.public_id), accept=True)["state"] == "accepted"
    assert call(bo, "accounts.block", user=str(ana.public_id), blocked=True)["blocked"] is True
    assert call(bo, "accounts.block", user=str(ana.public_id), blocked=False)["blocked"] is False
    assert call(bo, "accounts.contact_remove", user=str(ana.public_id))["state"] == "ended"


def sync_part(user, call, name, since=None):
    """Every row of a part, page after page, and the sizes of the pages."""
    answer = call(user, "sync", cursor=since)
    rows, sizes = list(answer["parts"][name]["rows"]), [len(answer["parts"][name]["rows"])]
    token = answer["parts"][name]["next"]
    while token:
        page = call(user, "sync.page", part=name, next=token)
        rows += page["rows"]
        sizes.append(len(page["rows"]))
        token = page["next"]
    return rows, sizes, answer["cursor"]


def test_sync_lists_every_contact_once_latest_first(make_user, call, now):
    ana = make_user("ana")
    peers = [make_user(f"peer{number}") for number in range(101)]
    for peer in peers:
        contacts.connect_people(user_id=ana.pk, peer_id=peer.pk, now=now)

    rows, sizes, _ = sync_part(ana, call, "contacts")

    assert [row["person"]["handle"] for row in rows] == [peer.handle for peer in reversed(peers)]
    assert sizes == [50, 50, 1]


def test_sync_returns_changes_since_the_cursor_without_phone_invitations(make_user, call, now, deliver_facts):
    ana, bo, cici = make_user("ana"), make_user("bo"), make_user("cici")
    contacts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    _, _, cursor = sync_part(ana, call, "contacts")

    contacts.request_contact_by_phone(user_id=ana.pk, phone=cici.phone.number, now=now)
    deliver_facts()
    since, _, cursor = sync_part(ana, call, "contacts", cursor)
    everything, _, _ = sync_part(ana, call, "contacts")
    of_cici, _, _ = sync_part(cici, call, "contacts")

    assert [row["person"]["handle"] for row in everything] == ["bo"]
    assert {row["person"]["handle"] for row in since} <= {"bo"}
    assert [(row["person"]["handle"], row["state"]) for row in of_cici] == [("ana", "asks")]


def test_sync_includes_changed_contacts_and_no_strangers(make_user, call, now):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    contacts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    first, _, cursor = sync_part(ana, call, "people")

    for person in (bo, eve):
        profile.change_profile(user_id=person.pk, changes=ProfileChanges(name=f"{person.name} Baru"), now=now)
    changed, _, _ = sync_part(ana, call, "people", cursor)

    assert first == []
    assert changed == [api.get_people([bo.pk])[bo.pk]]
    assert changed[0]["name"] == "Bo Baru"


def test_user_topic_lists_contact_and_profile_changes_by_rev(make_user, call, now):
    ana, bo, cici = make_user("ana"), make_user("bo"), make_user("cici")
    contacts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    profile.change_profile(user_id=ana.pk, changes=ProfileChanges(name="Ana Baru"), now=now)
    contacts.request_contact_by_handle(user_id=cici.pk, handle="ana", now=now)

    everything = call(ana, "me.changes", after=0)
    later = call(ana, "me.changes", after=2)

    assert [(row["kind"], row["rev"]) for row in everything["rows"]] == [("contact", 1), ("profile", 2), ("contact", 3)]
    assert [(row["kind"], row["rev"]) for row in later["rows"]] == [("contact", 3)]
    assert (everything["rev"], everything["more"]) == (3, False)


@pytest.mark.parametrize("count", [1, 20])
def test_contacts_take_the_same_queries_for_one_and_for_many(make_user, now, django_assert_num_queries, count):
    ana = make_user("ana")
    for number in range(count):
        contacts.connect_people(user_id=ana.pk, peer_id=make_user(f"peer{number}").pk, now=now)
    caller = registry.Caller(ana.pk, ana.public_id, None, None, "id")

    with django_assert_num_queries(1):
        page = registry.sync_parts["contacts"](caller, None, None)
    with django_assert_num_queries(1):
        registry.sync_parts["people"](caller, 0, None)

    assert len(page.rows) == count
