"""Errors before a view is reached have the form of the API or of the pages."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client


@pytest.fixture
def no_records(monkeypatch):
    """The database does not answer; a browser that was logged in before asks."""

    def broken(self):
        raise OperationalError("connection refused")

    monkeypatch.setattr(SessionStore, "load", broken)
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    return client


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/v1/me"), ("PATCH", f"/media/unggahan/{UUID(int=7)}")])
def test_api_without_a_database_is_503_and_says_when_to_try_again(no_records, db, method, path):
    answer = no_records.generic(method, path, headers={"Tus-Resumable": "1.0.0"})

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert answer.json()["retry_after"] == 1
    assert answer.headers["Retry-After"] == "1"


def test_page_without_a_database_is_503(no_records, db):
    answer = no_records.get("/obrolan/")

    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "status", "content_type"),
    [("/api/v1/nothing", 404, "application/json"), ("/nothing/", 404, "text/html; charset=utf-8")],
)
def test_unknown_address_is_404(client, db, path, status, content_type):
    answer = client.get(path)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, content_type)


def test_csrf_failure_of_the_api_has_an_api_error_body(db):
    answer = Client(enforce_csrf_checks=True).post("/api/v1/logout")

    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"
