"""Limits of people who are not logged in: for each network of theirs, and apart for each thing they ask for."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from superapp.accounts import api as accounts
from superapp.accounts.adapters import page_auth
from superapp.core.errors import RateLimited
from superapp.realtime.rate_limits import Throttle

HOME, SAME_HOME, ELSEWHERE = "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"


@pytest.fixture(autouse=True)
def _five_tokens(monkeypatch):
    monkeypatch.setattr(page_auth, "guest_throttle", Throttle(per_second=1, burst=5, timer=lambda: 100.0))


def ask(rf, bucket, address, user=None):
    request = rf.get("/", REMOTE_ADDR=address)
    request.user = user or AnonymousUser()
    accounts.take_guest_tokens(bucket, request, 4)


def test_network_is_limited_in_each_bucket_apart(rf):
    ask(rf, "one", HOME)
    ask(rf, "other", SAME_HOME)
    ask(rf, "one", ELSEWHERE)

    with pytest.raises(RateLimited) as refused:
        ask(rf, "one", SAME_HOME)

    assert refused.value.retry_after == 3


def test_person_who_is_logged_in_takes_nothing_from_guests(rf, make_user):
    ask(rf, "one", HOME)
    ask(rf, "one", HOME, make_user("ana"))

    with pytest.raises(RateLimited):
        ask(rf, "one", HOME)
