"""Logging in over HTTP."""

from __future__ import annotations

import pytest
from django.test import Client

from superapp.accounts.models import DeveloperSms, Device, User
from superapp.core import clock
from superapp.realtime import registry

PHONE = "0812 3456 7890"
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"
pytestmark = pytest.mark.django_db


def post(client, path, body, **headers):
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


@pytest.fixture
def log_in(last_code):
    def log_in(client, phone=PHONE):
        assert post(client, "login/code", {"phone": phone}).status_code == 200
        return post(client, "login", {"phone": phone, "code": last_code()}, user_agent=ANDROID)

    return log_in


def test_person_logs_in(client, log_in):
    answer = log_in(client)

    user = User.objects.get()
    assert answer.json() == {"user": str(user.public_id), "new": True}
    device = Device.objects.get()
    assert (device.user, device.name, device.ended_at) == (user, "Chrome · Android", None)
    assert device.trusted_at == device.signed_in_at
    session = client.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert registry.find_caller(session.value).device_id == device.pk
    assert client.get("/api/v1/me").json()["phone"] == "+62 812-3456-7890"


def test_login_on_another_device_is_not_trusted(log_in, client):
    log_in(client)
    DeveloperSms.objects.all().delete()
    from superapp.accounts.models import LoginCode

    LoginCode.objects.all().delete()

    answer = log_in(Client())

    assert answer.json()["new"] is False
    assert Device.objects.order_by("-pk")[0].trusted_at is None


def test_known_and_unknown_numbers_get_the_same_response(client, make_user):
    ana = make_user("ana")

    known = post(client, "login/code", {"phone": ana.phone.number})
    unknown = post(Client(), "login/code", {"phone": PHONE})

    assert known.content == unknown.content == b'{"retry_after":60,"digits":6}'
    assert known.status_code == unknown.status_code == 200


def test_session_key_changes_at_login(client, log_in):
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = session.session_key

    log_in(client)

    assert client.cookies["sessionid"].value != before
    assert not registry.find_caller(before)


def test_logging_in_as_another_person_logs_out_the_first(client, log_in):
    log_in(client)
    first = client.cookies["sessionid"].value

    log_in(client, "0812 0000 9999")

    assert registry.find_caller(first) is None
    assert registry.find_caller(client.cookies["sessionid"].value).user_id == User.objects.order_by("-pk")[0].pk
    assert Device.objects.filter(ended_at=None).count() == 1


def test_logging_out_ends_session_and_device(client, log_in):
    log_in(client)
    session_key = client.cookies["sessionid"].value

    assert post(client, "logout", {}).json() == {}

    assert registry.find_caller(session_key) is None
    assert Device.objects.get().ended_at is not None
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_logged_in")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("login/code", {"phone": "12345"}, 422, "accounts.phone_invalid"),
        ("login/code", {"phone": 812}, 422, "invalid"),
        ("login/code", {}, 422, "invalid"),
        ("login/code", [1], 422, "invalid"),
        ("login", {"phone": PHONE, "code": "123456"}, 422, "accounts.code_over"),
        ("login", {"phone": PHONE, "code": 123456}, 422, "invalid"),
        ("login", {"phone": "\x00", "code": "1"}, 422, "invalid"),
    ],
)
def test_bad_input_is_refused_with_a_code_and_a_sentence(client, path, body, status, code):
    answer = post(client, path, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"code", "message", "params", "retry_after"}
    assert answer.json()["message"]
    assert not User.objects.exists()


def test_refusal_is_in_the_language_of_the_browser(client):
    indonesian = post(client, "login/code", {"phone": "12345"}, accept_language="id")
    english = post(client, "login/code", {"phone": "12345"}, accept_language="en")

    assert english.json()["message"].startswith("That is not a valid phone number")
    assert indonesian.json()["message"].startswith("Nomor HP itu tidak valid")


def test_rate_limited_login_has_retry_after(client):
    post(client, "login/code", {"phone": PHONE})

    answer = post(client, "login/code", {"phone": PHONE})

    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 58 <= answer.json()["retry_after"] <= 60
    assert answer.headers["Retry-After"] == str(answer.json()["retry_after"])


@pytest.mark.parametrize("path", ["login/code", "login", "logout", "me/avatar"])
def test_login_from_another_origin_is_refused(path):
    client = Client(enforce_csrf_checks=True)

    assert post(client, path, {"phone": PHONE, "code": "1"}).status_code == 403
    assert not DeveloperSms.objects.exists()


def test_ended_account_is_logged_out_on_socket_and_rest(client, log_in):
    log_in(client)
    User.objects.update(is_active=False)

    assert client.get("/api/v1/me").status_code == 401
    assert registry.find_caller(client.cookies["sessionid"].value) is None


def test_expired_session_has_no_user(client, log_in):
    from django.contrib.sessions.models import Session

    log_in(client)
    Session.objects.update(expire_date=clock.now())

    assert registry.find_caller(client.cookies["sessionid"].value) is None


def test_session_lookup_takes_one_query(client, log_in, django_assert_num_queries):
    log_in(client)

    with django_assert_num_queries(1):
        registry.find_caller(client.cookies["sessionid"].value)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (ANDROID, "Chrome · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox · Linux"),
        ("curl/8.5", ""),
        ("<script>" * 100, ""),
    ],
)
def test_device_name_comes_from_the_user_agent(user_agent, name):
    from superapp.accounts.domain import user_agents

    assert user_agents.describe_device(user_agent) == name
