"""Answers to people, and refusals, are kept by nobody, whether their views say so or not."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.harness.socket_client import browser_on, log_in


@pytest.mark.parametrize(
    "path",
    [
        *("/saya/", "/kontak/", "/masuk/nama/", "/obrolan/", "/dompet/", "/dompet/pin/", "/pesanan/", "/tokoku/buka/"),
        *(
            "/pesanan/0191d0a2-0000-7000-8000-000000000000/",
            "/tidak-ada/",
            "/api/v1/me",
            "/api/v1/wallet",
            "/api/v1/nothing",
            "/xx",
        ),
    ],
)
def test_response_to_a_logged_in_person_is_private(make_user, path):
    answer = browser_on(log_in(make_user("ana"))).get(path)

    said = set(answer.headers["Cache-Control"].split(", "))
    assert "private" in said or "no-store" in said
    assert said & {"no-store", "no-cache"}


@pytest.mark.parametrize("path", ["/tidak-ada/", "/api/v1/me", "/api/v1/nothing", "/media/avatar/x"])
def test_refusal_of_a_stranger_is_not_cached(db, path):
    answer = Client().get(path)

    assert answer.status_code in (401, 404)
    assert "no-store" in answer.headers["Cache-Control"]


def test_csrf_failure_is_not_cached(db):
    answer = Client(enforce_csrf_checks=True).post("/masuk/", {"phone": "1"})

    assert answer.status_code == 403
    assert "no-store" in answer.headers["Cache-Control"]


def test_public_pages_and_files_stay_cacheable(db):
    stranger = Client()

    assert "public" in stranger.get("/").headers["Cache-Control"]
    assert "no-store" not in stranger.get("/manifest.webmanifest").headers["Cache-Control"]
