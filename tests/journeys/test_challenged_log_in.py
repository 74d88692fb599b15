"""Logging in while somebody else floods the log-in from the same address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from superapp.accounts.actions import login_throttling
from superapp.accounts.writers import rate_limits
from superapp.core import clock
from tests.harness.browsers import PHONE
from tests.journeys.people import sign_up


@pytest.mark.parametrize("size", [PHONE, (1440, 900)])
def test_newcomer_behind_a_busy_address_solves_the_challenge_unnoticed(size, real_db, make_site, browser):
    now = clock.now()
    for hour in (now, now + timedelta(hours=1)):
        for _ in range(login_throttling.CODES_OF_NETWORK.free.times):
            rate_limits.increment([(login_throttling.CODES_OF_NETWORK.free, "network:127.0.0.1")], now=hour)
    site = make_site()
    # The answer that brings the challenge is a refusal, which the console notes.
    browser.forgive(r"status of 429")
    page = browser.person("ana", site.url, size=size)
    asked = []
    page.on("request", lambda request: asked.append(request.post_data or "") if request.method == "POST" else None)

    sign_up(page, phone="0812 3456 7890", name="Ana")

    challenged, solved = [body for body in asked if re.search(r"(^|&)phone=", body)]
    assert "solution=" not in challenged
    assert re.search(r"solution=[A-Za-z0-9%]{100,}", solved)
