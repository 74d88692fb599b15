"""Log lines say what happened and nothing about people."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog
from django.conf import settings

from superapp.core import logs


@pytest.fixture
def lines():
    """Return the JSON lines logged while the test runs."""
    written = io.StringIO()
    root = logging.getLogger()
    handlers = list(root.handlers)
    logs.configure({"json": True, "level": "INFO", "access_level": "INFO"})
    [handler] = [handler for handler in root.handlers if handler not in handlers]
    handler.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logs.configure(settings.LOGGING)
    root.handlers[:] = handlers


def test_log_line_is_json_with_time_and_level(lines):
    structlog.get_logger("superapp.fresh").info("something_happened", count=3)

    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "something_happened", "count": 3, "level": "info", "logger": "superapp.fresh"}


def test_private_values_are_not_logged(lines):
    structlog.get_logger("superapp.private").info(
        "sent", phone="+628123456789", body="halo", code="123456", conversation=7
    )

    [line] = lines()
    assert (line["phone"], line["body"], line["code"], line["conversation"]) == ("(private)",) * 3 + (7,)


@pytest.mark.parametrize("number", ["+628123456789", "08123456789", "628123456789"])
def test_phone_number_inside_a_text_is_not_logged(lines, number):
    structlog.get_logger("superapp.numbers").info("failed", error=f"no route to {number}, twice")

    [line] = lines()
    assert line["error"] == "no route to (number), twice"


def test_identifier_is_not_redacted_as_a_phone_number(lines):
    structlog.get_logger("superapp.ids").info("ok", conversation="01980812-3456-7890-8123-456789012345")

    [line] = lines()
    assert line["conversation"] == "01980812-3456-7890-8123-456789012345"


def test_traceback_contains_no_phone_number(lines):
    try:
        raise ValueError("cannot send to +628123456789")
    except ValueError as error:
        structlog.get_logger("superapp.error_handlers").error("fault", exc_info=error)

    [line] = lines()
    assert "ValueError: cannot send to (number)" in line["exception"]


def test_request_is_logged_in_one_line_with_id_and_without_query(lines, client, db):
    client.get("/masuk/?q=secret", headers={"X-Request-ID": "request-one"})

    [line] = [line for line in lines() if line["event"] == "request"]
    assert (line["request"], line["method"], line["path"], line["status"]) == ("request-one", "GET", "/masuk/", 200)
    assert "secret" not in json.dumps(line)


@pytest.mark.parametrize("path", ["/undangan/{}/", "/api/v1/invites/{}"])
def test_token_in_an_address_is_not_logged(lines, client, db, path):
    client.get(path.format("tokenofsomebody"))

    [line] = [line for line in lines() if line["event"] == "request"]
    assert line["path"] == path.format("(token)")
    assert "tokenofsomebody" not in json.dumps(line)
