"""A character that PostgreSQL does not store is refused at every door, with a clear answer and no fault of ours."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from superapp.core.unstorable_characters import _UNSTORABLE
from superapp.realtime.handshake import read_session_key
from tests.harness.socket_client import browser_on, log_in

ANONYMOUS = ("/toko/?cari=a%00b", "/toko/a%00b/", "/toko/?a%00b=1", "/masuk/?next=/%00")
LOGGED_IN = ("/dompet/?cari=a%00b", "/dompet/kirim/?kepada=%00", "/obrolan/?sebelum=%00")


@pytest.mark.parametrize("path", ANONYMOUS)
def test_null_character_in_a_url_is_refused_for_strangers(db, path):
    answer = Client().get(path)

    assert answer.status_code in (400, 404)
    assert "text/html" in answer.headers["Content-Type"]


@pytest.mark.parametrize("path", LOGGED_IN)
def test_null_character_in_a_url_is_refused_for_members(make_user, path):
    answer = browser_on(log_in(make_user("ana"))).get(path)

    assert answer.status_code == 400
    assert "<h1" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/kontak/", {"who": "a\0b", "phone": "a\0b"}),
        ("/dompet/kirim/", {"who": "a\0b"}),
        ("/saya/tampilan/", {"theme": "dark", "x\0": ""}),
    ],
)
@pytest.mark.parametrize("is_urlencoded", [True, False])
def test_null_character_in_a_form_is_refused(make_user, path, fields, is_urlencoded):
    browser = browser_on(log_in(make_user("ana")))

    if is_urlencoded:
        body = "&".join(f"{name}={value}".replace("\0", "%00") for name, value in fields.items())
        answer = browser.post(path, body, content_type="application/x-www-form-urlencoded")
    else:
        answer = browser.post(path, fields)

    assert answer.status_code == 400


def test_null_character_in_an_api_url_has_an_api_error_body(make_user):
    answer = browser_on(log_in(make_user("ana"))).get("/api/v1/wallet/history?search=a%00b")

    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "message", "params", "retry_after"}


def test_cookie_with_a_null_character_is_anonymous(db):
    stranger = Client()
    header = f'{settings.SESSION_COOKIE_NAME}="a\\000b"'

    page = stranger.get("/masuk/", headers={"cookie": header})
    inside = stranger.get("/saya/", headers={"cookie": header})

    assert page.status_code == 200
    assert inside.status_code == 302


def test_socket_with_a_null_character_cookie_is_anonymous():
    def key(value):
        return read_session_key({"headers": [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={value}".encode())]})

    assert key('"a\\000b"') == ""
    assert key("a1b2") == "a1b2"


def test_halves_of_surrogate_pairs_are_unstorable_and_emoji_are_not():
    assert _UNSTORABLE.search("a\ud800")
    assert not _UNSTORABLE.search("halo \U0001f600")


def test_file_of_a_stranger_is_not_read_before_authentication(db, monkeypatch):
    monkeypatch.setattr("django.http.request.MultiPartParser", None)  # Reading would be a fault.

    answer = Client().post("/api/v1/shop/logo", {"photo": SimpleUploadedFile("a.png", b"x" * 1_000)})

    assert answer.status_code == 401
