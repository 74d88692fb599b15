"""
Requests that another site makes a logged-in browser send are refused: every changing operation, form, and the socket,
read from the API's description and the URLconf, so that new ones are tried as well.
"""

from __future__ import annotations

import json

import pytest
from django.conf import settings

from superapp.realtime.errors import Forbidden
from superapp.web.error_pages import CSRF_ERROR_PAGE
from tests.harness.socket_client import LoopThread, SocketClient, websocket_scope
from tests.security.attack_fields import attacks, operations
from tests.security.attack_pages import addresses, forms, pages
from tests.security.database_rows import changed_tables, read_rows
from tests.security.requests import ask

SAFE = ("GET", "HEAD", "OPTIONS")
CHANGING = [operation for operation in operations() if operation.method not in SAFE]
OURS = "http://testserver"
FOREIGN = "https://lain.example"
# What a page elsewhere can make a browser send. Even one that had come by the token is told apart by its origin.
WAYS = {
    "no token, foreign origin": {"HTTP_ORIGIN": FOREIGN},
    "no token, origin null": {"HTTP_ORIGIN": "null"},
    "no token, no origin": {},
    "no token, as plain text": {"HTTP_ORIGIN": FOREIGN, "content_type": "text/plain"},
    "wrong token, our origin": {"HTTP_ORIGIN": OURS, "HTTP_X_CSRFTOKEN": "a" * 32},
    "token, foreign origin": {"HTTP_ORIGIN": FOREIGN, "HTTP_X_CSRFTOKEN": "of the browser"},
    "token, origin null": {"HTTP_ORIGIN": "null", "HTTP_X_CSRFTOKEN": "of the browser"},
    "token, origin that begins as ours": {"HTTP_ORIGIN": f"{OURS}.lain.example", "HTTP_X_CSRFTOKEN": "of the browser"},
}
FOREIGN_PAGES = (None, "null", "", FOREIGN, f"{settings.PUBLIC_URL}.lain.example", "http://lain.example:8000")


@pytest.fixture
def browser(world):
    """Ana's browser, which checks what a server checks, and has the cookie of the token."""
    world.forget_limits()
    browser = world.browser("ana", enforce_csrf_checks=True)
    browser.get("/api/")
    assert settings.CSRF_COOKIE_NAME in browser.cookies
    return browser


def headers_of(way, browser):
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    return {name: value.replace("of the browser", token) for name, value in way.items()}


def is_csrf_refusal(answer):
    if answer.status_code != 403:
        return False
    if answer.headers["Content-Type"] == "application/json":
        return answer.json()["code"] == Forbidden.code
    # Some pages answer with 403 for a reason of their own: a sender may not open the own angpao.
    return (answer.context or {}).get("heading") == CSRF_ERROR_PAGE.heading


def restore(world):
    if changed_tables(world.rows, read_rows()):
        world.restore()


def assert_nothing_changed(world):
    assert changed_tables(world.rows, read_rows()) == set()


@pytest.mark.parametrize("operation", CHANGING, ids=str)
def test_operation_is_refused_to_another_site(operation, browser, world):
    values = next(attacks(operation, world)).values

    answers = {way: ask(browser, operation, values, **headers_of(headers, browser)) for way, headers in WAYS.items()}

    assert {way for way, answer in answers.items() if not is_csrf_refusal(answer)} == set()
    assert_nothing_changed(world)
    # With the token, from a page of ours, it is not refused as another site's.
    ours = headers_of({"HTTP_ORIGIN": OURS, "HTTP_X_CSRFTOKEN": "of the browser"}, browser)
    assert not is_csrf_refusal(ask(browser, operation, values, **ours))
    restore(world)


# Requests of bank and couriers, known by their signatures alone: no cookie of a browser says anything there.
SIGNED = {"payments:bank_token", "payments:bank_va_inquiry", "payments:bank_va_payment", "payments:bank_qr_notify"}
SIGNED |= {"shop:courier_events"}


@pytest.mark.parametrize("page", [page for page in pages() if page.name not in SIGNED], ids=str)
def test_form_is_refused_to_another_site(page, browser, world):
    _aim, address = next(addresses(page, world))
    form = next(forms(page, world, with_buttons=False))

    answers = {way: send(browser, address, form, headers_of(headers, browser)) for way, headers in WAYS.items()}

    assert {way for way, answer in answers.items() if not is_csrf_refusal(answer)} == set()
    assert_nothing_changed(world)
    # With the token, from a page of ours, it is not refused as another site's.
    ours = headers_of({"HTTP_ORIGIN": OURS, "HTTP_X_CSRFTOKEN": "of the browser"}, browser)
    assert not is_csrf_refusal(send(browser, address, form, ours))
    restore(world)


def send(browser, address, form, headers):
    if headers.pop("content_type", "") == "text/plain":
        return browser.generic("POST", address, json.dumps(form), content_type="text/plain", **headers)
    return browser.post(address, form, **headers)


@pytest.fixture(scope="module")
def loop():
    loop = LoopThread()
    yield loop
    loop.stop()


@pytest.mark.parametrize("origin", FOREIGN_PAGES)
def test_socket_from_another_site_is_refused(origin, world, loop):
    client = SocketClient(loop, websocket_scope(world.devices["ana"].session_key, origin=origin))

    assert (client.refused, client.ready) == (True, None)
    assert_nothing_changed(world)


def test_socket_from_the_own_site_is_accepted(world, loop):
    client = SocketClient(loop, websocket_scope(world.devices["ana"].session_key, origin=settings.PUBLIC_URL))

    assert client.ready is not None
    client.leave()


def test_every_changing_operation_is_covered():
    unsafe = {operation.method for operation in CHANGING}

    assert unsafe == {"POST", "PUT", "PATCH", "DELETE"}
    assert len(CHANGING) + sum(operation.method in SAFE for operation in operations()) == len(operations())
