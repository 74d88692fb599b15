"""Malformed input: addresses that lead nowhere, deeply nested JSON, bodies without an end."""

from __future__ import annotations

import base64
import json
import logging

import pytest
from django.conf import settings as project
from django.test import Client

from superapp.accounts import sessions
from superapp.accounts.actions.login import PhoneProof
from superapp.core import clock, signed_receipts
from superapp.realtime import registry, rest_format

pytestmark = pytest.mark.django_db

LEADS_NOWHERE = [
    "foo",
    "foo/bar",
    "accounts_pages:login",
    "//evil.example/",
    "/\\evil.example/",
    "///evil.example/",
    "https://evil.example/",
    "http:///evil.example",
    "javascript:alert(1)",
    "\x00",
    " /",
    "?x",
    "#x",
    "..",
    "%2F%2Fevil.example",
]
NESTINGS = (500, 900, 990, 1_500, 20_000)


@pytest.fixture
def logged_in(rf, client, make_user) -> Client:
    """A browser in which ana is logged in, on a device of its own."""
    ana = make_user("ana")
    request = rf.post("/")
    request.session, request.user = client.session, ana
    sessions.start_session(request, PhoneProof(ana, is_new=False), now=clock.now())
    client.cookies["sessionid"] = request.session.session_key
    return client


@pytest.fixture(autouse=True)
def _no_fault_is_logged(caplog, settings):
    settings.SMS_URL, settings.SMS_INBOX = "", True  # A command that sends a code can.
    yield
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert told == []


def nested(depth: int, *, kind: str = "list") -> str:
    opening, closing = ("[", "]") if kind == "list" else ('{"a":', "}")
    return opening * depth + "1" + closing * depth


# Where to go next.


@pytest.mark.parametrize("wanted", LEADS_NOWHERE)
def test_language_form_redirects_only_to_own_pages(client, wanted):
    answer = client.post("/masuk/bahasa/", {"language": "en", "next": wanted})

    if wanted == "\x00":
        # Refused before any form is read.
        assert answer.status_code == 400
        return
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize("wanted", LEADS_NOWHERE)
@pytest.mark.parametrize("path", ["/masuk/", "/dompet/pin/", "/dompet/pin/lupa/"])
def test_pages_with_a_next_parameter_survive_invalid_ones(logged_in, path, wanted):
    asked = logged_in.get(path, {"next": wanted})
    sent = logged_in.post(path, {"next": wanted})

    for answer in (asked, sent):
        assert answer.status_code < 500
        assert "evil.example" not in answer.headers.get("Location", "")


def test_line_break_in_the_next_parameter_adds_no_header(client):
    answer = client.post("/masuk/bahasa/", {"language": "en", "next": "/a\r\nX-Evil: 1"})

    assert answer.status_code == 302
    assert "X-Evil" not in answer.headers


# JSON without a floor.


def part(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("depth", NESTINGS)
@pytest.mark.parametrize("kind", ["list", "object"])
def test_deeply_nested_receipt_is_invalid(client, depth, kind):
    deep = part(nested(depth, kind=kind))

    for receipt in (f"{deep}.{part('{}')}.{part('x')}", f"{part('{}')}.{deep}.{part('x')}", f"{deep}.{deep}.{deep}"):
        assert signed_receipts.verify(receipt) is None
        answer = client.post("/bukti/periksa/", {"receipt": receipt})
        assert answer.status_code == client.post("/bukti/periksa/", {"receipt": "a.b.c"}).status_code


def routes_that_take_a_body() -> list[tuple[str, str]]:
    found = [command.rest.split(" ", 1) for command in registry.commands.values() if command.rest]
    return sorted((method, route) for method, route in found if method not in ("GET", "DELETE"))


def path_of(route: str) -> str:
    """A path of this route; whatever it names is nobody's."""
    filled = route
    while "<" in filled:
        before, _, rest = filled.partition("<")
        kind, _, after = rest.partition(">")
        some = {"uuid": "01890a5d-ac96-774b-bcce-b302099a8057", "int": "1"}.get(kind.partition(":")[0], "x")
        filled = f"{before}{some}{after}"
    return f"/api/v1/{filled}"


@pytest.mark.parametrize("depth", NESTINGS)
def test_deeply_nested_json_is_refused_by_every_command(logged_in, depth):
    deep = nested(depth)
    for method, route in routes_that_take_a_body():
        fields = "".join(f'"{name}":{deep},' for name in ("body", "phone", "values", "fields", "address"))
        answer = logged_in.generic(method, path_of(route), f'{{{fields}"a":{deep}}}', content_type="application/json")

        # A field that a command does not know is no fault of anybody's.
        assert answer.status_code < 500, (method, route, answer.content)
        assert answer.status_code == 200 or set(answer.json()) == {"code", "message", "params", "retry_after"}


@pytest.mark.parametrize("depth", NESTINGS)
@pytest.mark.parametrize("path", ["login/code", "login"])
def test_deeply_nested_json_is_refused_at_login(client, path, depth):
    body = f'{{"phone":{nested(depth)},"code":{nested(depth)}}}'

    answer = client.post(f"/api/v1/{path}", body, content_type="application/json")

    refusal = (413, "frame_too_large") if len(body) > rest_format.BODY_BYTES_MAX else (422, "invalid")
    assert (answer.status_code, answer.json()["code"]) == refusal


# Bodies without an end.


@pytest.mark.parametrize("megabytes", [0.1, 3, 9])
@pytest.mark.parametrize("path", ["login/code", "login"])
def test_large_json_at_login_is_413(client, path, megabytes):
    body = json.dumps({"phone": "0" * int(megabytes * 1024 * 1024), "code": "1"})

    answer = client.post(f"/api/v1/{path}", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (413, "frame_too_large")
    assert answer.json()["params"] == {"bytes_max": rest_format.BODY_BYTES_MAX}


def test_large_json_is_413_for_every_command(logged_in):
    body = json.dumps({"body": "x" * (3 * 1024 * 1024)})

    for method, route in routes_that_take_a_body():
        answer = logged_in.generic(method, path_of(route), body, content_type="application/json")

        assert (answer.status_code, answer.json()["code"]) == (413, "frame_too_large"), (method, route)


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", "application/json"])
@pytest.mark.parametrize("path", ["/api/v1/login/code", "/api/v1/logout", "/api/v1/contacts", "/api/v1/me/avatar"])
def test_large_body_of_any_type_has_an_api_error_body(logged_in, path, content_type):
    client = Client(enforce_csrf_checks=True)
    client.cookies = logged_in.cookies

    answer = client.post(path, "a=" + "x" * (3 * 1024 * 1024), content_type=content_type)

    assert answer.status_code in (403, 413), answer.content
    assert answer.json()["code"] in ("forbidden", "frame_too_large")


@pytest.mark.parametrize("path", ["/masuk/", "/masuk/kode/", "/masuk/bahasa/", "/bukti/periksa/", "/saya/"])
def test_large_form_gets_a_413_page(path):
    client = Client(enforce_csrf_checks=True)
    client.get("/masuk/")  # Gives the cookie that a form is compared with.

    answer = client.post(path, {"phone": "x" * (3 * 1024 * 1024), "next": "/"}, headers={"accept-language": "en"})
    plain = client.post(
        path,
        "a=" + "x" * (3 * 1024 * 1024),
        content_type="application/x-www-form-urlencoded",
        headers={"accept-language": "en"},
    )

    for one in (answer, plain):
        assert one.status_code == 413
        assert "too large" in one.content.decode().lower()


def test_form_of_thousands_of_fields_is_refused(client):
    body = "&".join(f"a{number}=1" for number in range(project.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))

    answer = client.post("/masuk/", body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 413
