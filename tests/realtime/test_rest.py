"""The REST mirror: the same commands, answers and errors, with the kind as the status."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError
from django.urls import clear_url_caches, include, path

from superapp.realtime import rest
from superapp.realtime.rate_limits import Throttle
from superapp.realtime.registry import RequestSchema
from tests.harness.socket_client import browser_on, log_in


class ThingIn(RequestSchema):
    thing: int
    size: int = 1
    big: bool = False
    names: list[str] = []


def show(_caller, thing_in):
    return {"thing": thing_in.thing, "size": thing_in.size, "big": thing_in.big, "names": thing_in.names}


@pytest.fixture
def mirror(settings, offer):
    """Serve what the test offers under /api/v1."""

    def serve():
        settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": [path("api/v1/", include(rest._views()))]})
        clear_url_caches()

    yield serve
    clear_url_caches()


@pytest.fixture
def browser(db, make_user):
    return browser_on(log_in(make_user("ana", language="en")))


def told(response):
    return response.status_code, json.loads(response.content)["code"]


def test_fields_come_from_the_path_and_the_body(browser, offer, mirror):
    offer("test.thing", show, schema=ThingIn, rest="PATCH things/<int:thing>")
    mirror()

    response = browser.patch("/api/v1/things/7", {"size": 3, "names": ["a"]}, content_type="application/json")

    assert response.status_code == 200
    assert response.json() == {"thing": 7, "size": 3, "big": False, "names": ["a"]}
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("body", [[{"size": 3}], "size", 3, None])
def test_body_that_is_no_object_is_refused(browser, offer, mirror, body):
    offer("test.thing", show, schema=ThingIn, rest="PATCH things/<int:thing>")
    mirror()

    response = browser.patch("/api/v1/things/7", json.dumps(body), content_type="application/json")

    assert told(response) == (422, "bad_frame")


def test_fields_of_a_get_come_from_the_query_in_their_own_types(browser, offer, mirror):
    offer("test.thing", show, schema=ThingIn, rest="GET things/<int:thing>")
    mirror()

    response = browser.get("/api/v1/things/7?size=3&big=true&names=a&names=b")

    assert response.json() == {"thing": 7, "size": 3, "big": True, "names": ["a", "b"]}


def test_query_parameter_given_twice_is_refused(browser, offer, mirror):
    offer("test.thing", show, schema=ThingIn, rest="GET things/<int:thing>")
    mirror()

    assert told(browser.get("/api/v1/things/7?size=3&size=4")) == (422, "invalid")
    assert told(browser.get("/api/v1/things/7?size=3&size=3")) == (422, "invalid")


def test_path_value_overrides_the_body(browser, offer, mirror):
    offer("test.thing", show, schema=ThingIn, rest="PATCH things/<int:thing>")
    mirror()

    response = browser.patch("/api/v1/things/7", {"thing": 8}, content_type="application/json")

    assert response.json()["thing"] == 7


def test_two_methods_of_one_path_are_two_commands(browser, offer, mirror):
    offer("test.show", show, schema=ThingIn, rest="GET things/<int:thing>")
    offer(
        "test.drop",
        lambda _caller, thing_in: {"dropped": thing_in.thing},
        schema=ThingIn,
        rest="DELETE things/<int:thing>",
    )
    mirror()

    assert browser.get("/api/v1/things/7").json()["thing"] == 7
    assert browser.delete("/api/v1/things/7").json() == {"dropped": 7}
    assert told(browser.post("/api/v1/things/7")) == (405, "method_not_allowed")


def test_unsupported_method_is_405_for_a_stranger_too(client, db):
    refused = client.generic("TRACE", "/api/v1/sync"), client.put("/api/v1/login")

    assert [told(response) for response in refused] == [(405, "method_not_allowed")] * 2
    assert [response.headers["Allow"] for response in refused] == ["GET, OPTIONS", "POST"]


@pytest.mark.parametrize(
    ("body", "content_type", "answer"),
    [
        ('{"size":"3"}', "application/json", (422, "invalid")),
        ('{"size":3.5}', "application/json", (422, "invalid")),
        ('{"size":9007199254740992}', "application/json", (422, "invalid")),
        ('{"names":["a\\u0000"]}', "application/json", (422, "invalid")),
        ("[1]", "application/json", (422, "bad_frame")),
        ("{", "application/json", (422, "bad_frame")),
        ('{"size":NaN}', "application/json", (422, "bad_frame")),
        ('{"a":' + "[" * 30_000 + "]" * 30_000 + "}", "application/json", (422, "bad_frame")),
        ('{"size":3}', "text/plain", (422, "bad_frame")),
        ('{"pad":"' + "x" * 65_536 + '"}', "application/json", (413, "frame_too_large")),
    ],
)
def test_malformed_bodies_are_refused_with_the_same_error(browser, offer, mirror, body, content_type, answer):
    ran = []
    offer("test.thing", lambda _caller, thing_in: ran.append(thing_in), schema=ThingIn, rest="PATCH things/<int:thing>")
    mirror()

    assert told(browser.patch("/api/v1/things/7", body, content_type=content_type)) == answer
    assert ran == []


def test_request_without_a_session_requires_login(client, db):
    response = client.get("/api/v1/sync")

    assert told(response) == (401, "not_logged_in")


def test_signed_out_device_is_not_logged_in_despite_its_cookie(make_user, db, now):
    device = log_in(make_user("ana"))
    device.ended_at = now
    device.save()

    assert told(browser_on(device).get("/api/v1/sync")) == (401, "not_logged_in")


def test_change_without_csrf_token_is_forbidden(make_user, db, offer, mirror):
    ran = []
    offer("test.thing", lambda _caller, thing_in: ran.append(thing_in), schema=ThingIn, rest="PATCH things/<int:thing>")
    mirror()
    browser = browser_on(log_in(make_user("ana")), enforce_csrf_checks=True)

    response = browser.patch("/api/v1/things/7", {}, content_type="application/json")

    assert told(response) == (403, "forbidden")
    assert ran == []


def test_errors_equal_those_of_the_socket_in_the_persons_language(browser):
    response = browser.get("/api/v1/sync/orders?next=x")

    assert response.status_code == 404
    assert response.json() == {
        "code": "unknown_part",
        "message": "The app asked for something unknown. Please reload the page.",
        "params": {},
        "retry_after": None,
    }


def test_unreachable_database_is_503_with_retry_after(browser, offer, mirror):
    def lose(_caller, _fields):
        raise OperationalError("server closed the connection unexpectedly")

    offer("test.lose", lose, rest="GET lost")
    mirror()

    response = browser.get("/api/v1/lost")

    assert told(response) == (503, "unavailable")
    assert response.headers["Retry-After"] == "1"


def test_internal_error_is_reported_without_details_and_logged_once(browser, offer, mirror, logged):
    def stumble(_caller, _fields):
        raise RuntimeError("the password is hunter2")

    offer("test.stumble", stumble, rest="GET stumble")
    mirror()

    response = browser.get("/api/v1/stumble")

    assert told(response) == (503, "fault")
    assert b"hunter2" not in response.content
    assert logged() == ["command_fault"]


def test_rate_limited_request_has_retry_after(browser, offer, mirror, monkeypatch):
    monkeypatch.setattr(rest, "command_throttle", Throttle(per_second=0.5, burst=5, timer=lambda: 100.0))
    offer("test.dear", lambda _caller, _fields: {}, rest="GET dear", cost=5)
    mirror()

    first, second = browser.get("/api/v1/dear"), browser.get("/api/v1/dear")

    assert first.status_code == 200
    assert told(second) == (429, "rate_limited")
    assert second.headers["Retry-After"] == "10"


def test_response_is_json_for_any_accept_header(browser):
    response = browser.get("/api/v1/me/changes?after=0", headers={"Accept": "text/html"})

    assert response.headers["Content-Type"] == "application/json"
    assert response.json() == {"rev": 0, "rows": [], "more": False}


def test_async_route_requires_a_sync_handler():
    from superapp.realtime import registry

    with pytest.raises(ValueError, match="sync twin"):
        registry.register_loop_command("test.loop", ThingIn, rest="POST loop")
