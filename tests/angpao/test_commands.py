"""Opening an angpao by the command, over socket and REST."""

from __future__ import annotations

import uuid

import pytest

from superapp.core import clock
from tests.payments.purses import balance, browser_of


@pytest.fixture
def now():
    """The present: commands ask the clock themselves."""
    return clock.now()


def over_rest(browser, packet):
    return browser.post(f"/api/v1/angpao/{packet}/open", content_type="application/json")


def test_command_opens_once_and_repeats_its_answer(real_db, connect, bo, send, now):
    packet = send(slots=1)
    socket = connect(bo)

    first = socket.ok("angpao.open", packet=str(packet.public_id))
    again = socket.ok("angpao.open", packet=str(packet.public_id))
    rest = over_rest(browser_of(bo), packet.public_id)

    assert first["amount"] == {"amount_minor": 20_000_00, "asset": "IDR"}
    assert [(one["amount"], one["opened_at"]) for one in (again, rest.json())] == [
        (first["amount"], first["opened_at"])
    ] * 2
    assert balance(bo, now) == 20_000_00


def test_outsider_is_told_the_same_as_of_none(real_db, eve, send, now):
    packet = send()
    browser = browser_of(eve)

    foreign, missing = over_rest(browser, packet.public_id), over_rest(browser, uuid.uuid4())

    assert (foreign.status_code, foreign.json()) == (404, missing.json())
    assert (foreign.json()["code"], balance(eve, now)) == ("angpao.not_found", 0)


def test_late_person_and_sender_are_refused(real_db, ana, bo, cici, send):
    packet = send(slots=1)
    over_rest(browser_of(bo), packet.public_id)

    late, own = (over_rest(browser_of(user), packet.public_id) for user in (cici, ana))

    assert (late.status_code, late.json()["code"]) == (409, "angpao.all_opened")
    assert (own.status_code, own.json()["code"]) == (403, "angpao.own")
