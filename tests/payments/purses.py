"""People with money and a PIN, made through the doors."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from payments import api
from superapp.accounts import api as accounts
from superapp.accounts.models import User
from superapp.core.money import Money
from tests.harness.socket_client import browser_on, log_in

PIN = "280394"
_numbers = itertools.count(1)


@pytest.fixture
def make_payer(make_user: Callable[..., User], now: datetime) -> Callable[..., User]:
    """Return a person with so many sen and a PIN: ``make_payer("ana", 10_000_00)``."""

    def make(handle: str, minor: int = 0, *, pin: str | None = PIN, **fields: Any) -> User:
        user = make_user(handle, **fields)
        if pin:
            api.set_first_pin(user_id=user.pk, pin=pin, now=now)
        if minor:
            top_up(make_user, user, minor, now)
        return user

    return make


def top_up(make_user: Callable[..., User], user: User, minor: int, now: datetime) -> None:
    """Put money into a wallet, by two operators."""
    number = next(_numbers)
    maker, checker = (make_user(f"{step}{number}", is_staff=True) for step in ("maker", "checker"))
    asked = api.request_top_up(user_id=user.pk, amount=Money(minor), reason="tunai", maker_id=maker.pk, now=now)
    assert isinstance(api.approve_top_up(top_up=asked.public_id, checker_id=checker.pk, now=now), api.Posted)


def balance(user: User, now: datetime) -> int:
    return api.get_wallet(user.pk, now=now).balance.amount_minor


def browser_of(user: User, *, is_trusted: bool = False) -> Client:
    """A browser in which this person is logged in."""
    device = log_in(user)
    if is_trusted:
        accounts.trust_device(user_id=user.pk, device_id=device.pk, now=device.signed_in_at)
    return browser_on(device)


def begin(browser: Client, receiver: User, amount: str = "15.000", memo: str = "") -> str:
    """Come to the page that asks for the PIN, and return its address."""
    response = browser.post(reverse("payments:send", args=[receiver.public_id]), {"amount": amount, "memo": memo})
    assert response.status_code == 302, response.content.decode()
    return str(response.headers["Location"])


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """The codes that were sent."""
    settings.SMS_URL, settings.SMS_INBOX = "", True
    codes: list[str] = []
    monkeypatch.setattr("superapp.accounts.actions.login._compose_sms", lambda code: codes.append(code) or code)
    return codes
