"""Errors before a view is reached have the form of the API or of the pages."""

from __future__ import annotations

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


def test_api_without_records_says_that_nothing_is_known(no_records, db):
    answer = no_records.get("/api/v1/me")

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert answer.json()["retry_after"] == 1


def test_page_without_records_says_so_in_a_page(no_records, db):
    answer = no_records.get("/obrolan/")

    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "status", "content_type"),
    [("/api/v1/nothing", 404, "application/json"), ("/nothing/", 404, "text/html; charset=utf-8")],
)
def test_address_that_leads_nowhere(client, db, path, status, content_type):
    answer = client.get(path)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, content_type)


def test_form_from_elsewhere_is_refused_by_the_api_in_its_own_body(db):
    answer = Client(enforce_csrf_checks=True).post("/api/v1/logout")

    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"
