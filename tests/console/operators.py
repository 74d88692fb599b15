"""Members of the console and their browsers, for all tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from django.test import Client

from superapp.accounts.models import User
from superapp.console import queries
from superapp.console.actions.members import add_member
from superapp.console.contracts import Member
from superapp.console.domain.one_time_codes import STEP_SECONDS
from tests.harness.socket_client import browser_on, log_in


class Operator:
    """A member of the console with their secret and a browser of theirs."""

    def __init__(self, user: User, secret: str, now: datetime) -> None:
        self.user, self.secret = user, secret
        self.browser: Client = browser_on(log_in(user, now))

    @property
    def member(self) -> Member:
        """The member as the pages see them."""
        row = queries.get_member_of_user(self.user.pk)
        return Member(id=row.pk, user_id=self.user.pk, name=self.user.name, roles=frozenset(row.roles))

    def code(self, at: datetime, *, steps: int = 0) -> str:
        """The code that the member's app shows at a moment, or some steps off."""
        return pyotp.TOTP(self.secret).at(at + timedelta(seconds=STEP_SECONDS * steps))

    def enter(self, at: datetime) -> None:
        """Log in at the console."""
        answer = self.browser.post("/konsol/masuk/", {"code": self.code(at)})
        assert answer.status_code == 302, answer.content.decode()


@pytest.fixture
def make_operator(make_user: Callable[..., User], now: datetime, still_clock: None) -> Callable[..., Operator]:
    """Make a member: ``make_operator("maker", "finance")``; with ``enter=False`` one who is not in the console yet."""

    def make(handle: str, *roles: str, enter: bool = True) -> Operator:
        user = make_user(handle)
        uri = add_member(user, roles, now=now)
        one = Operator(user, parse_qs(urlsplit(uri).query)["secret"][0], now)
        if enter:
            one.enter(now)
        return one

    return make


@pytest.fixture
def move_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the product's clock: ``move_clock(now + timedelta(minutes=16))``."""
    return lambda moment: monkeypatch.setattr("superapp.core.clock.now", lambda: moment)
