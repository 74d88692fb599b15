"""Fixtures of accounts' tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import translation

from superapp.accounts import sessions
from superapp.accounts.actions import contacts, login
from superapp.accounts.models import DeveloperSms, User
from superapp.core import clock, outbox

ADDRESS = "203.0.113.7"


@pytest.fixture(autouse=True)
def _developer_inbox(settings: LazySettings, tmp_path: Any) -> None:
    settings.SMS_URL = ""
    settings.SMS_INBOX = True
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def ask_for_code(database: None, now: datetime) -> Callable[..., login.CodeSent]:
    """Have a code sent: ``ask_for_code("0812…", browser="phone", at=later)``."""

    def ask(
        phone: str, *, browser: str = "phone", address: str = ADDRESS, solution: str = "", at: datetime = now
    ) -> login.CodeSent:
        browser = login.browser_hash(browser)
        return login.send_login_code(phone=phone, browser=browser, address=address, solution=solution, now=at)

    return ask


@pytest.fixture
def prove(database: None, now: datetime) -> Callable[..., login.PhoneProof]:
    """Try a code: ``prove("0812…", "123456")``."""

    def attempt(
        phone: str, code: str, *, browser: str = "phone", address: str = ADDRESS, at: datetime = now
    ) -> login.PhoneProof:
        browser = login.browser_hash(browser)
        return login.verify_code(phone=phone, code=code, browser=browser, address=address, language="id", now=at)

    return attempt


@pytest.fixture
def last_code() -> Callable[[], str]:
    """The code that was sent last."""

    def read() -> str:
        text = DeveloperSms.objects.order_by("-pk").values_list("text", flat=True)[0]
        return str(text).rsplit("#", 1)[1]

    return read


@pytest.fixture
def make_contacts(database: None, now: datetime) -> Callable[[User, User], None]:
    def make(user: User, peer: User) -> None:
        contacts.connect_people(user_id=user.pk, peer_id=peer.pk, now=now)

    return make


@pytest.fixture
def deliver_facts(now: datetime) -> Callable[[], int]:
    """Have everything that was said heard."""

    def deliver() -> int:
        return outbox.deliver_due(max(now, clock.now()))

    return deliver


@pytest.fixture
def logged_in(rf: Any) -> Callable[..., Client]:
    """A browser in which somebody is logged in."""

    def log_in(user: User, *, user_agent: str = "Mozilla/5.0 (Linux; Android 14) Chrome/130.0") -> Client:
        client = Client()
        request = rf.post("/", headers={"user-agent": user_agent})
        request.session = client.session
        request.user = user
        sessions.start_session(request, login.PhoneProof(user, is_new=False), now=clock.now())
        client.cookies["sessionid"] = request.session.session_key
        return client

    return log_in


@pytest.fixture
def ask(database, now):
    """``ask(ana, bo)``: ana asks bo, by the handle."""

    def ask(user, peer, *, at=now):
        return contacts.request_contact_by_handle(user_id=user.pk, handle=peer.handle, now=at)

    return ask


@pytest.fixture
def ask_by_phone(database, now):
    """``ask_by_phone(ana, number)``, delivered."""

    def ask(user, number, *, at=now):
        contacts.request_contact_by_phone(user_id=user.pk, phone=number, now=at)
        outbox.deliver_due(at + timedelta(days=10_000))

    return ask
