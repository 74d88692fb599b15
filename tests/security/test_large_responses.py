"""Large answers cost more than small ones, through both doors, once it is known how large they are."""

from __future__ import annotations

import pytest

from chat.models import Message
from superapp.core.errors import RateLimited
from superapp.realtime import consumer, rest
from superapp.realtime.rate_limits import Throttle
from tests.chat.conftest import make_direct
from tests.harness.socket_client import browser_on, log_in

__all__ = ["make_direct"]

LONGEST = "x" * Message.BODY_CHARS_MAX


@pytest.fixture
def allowance(monkeypatch):
    """Thirty tokens, and one a second."""
    small = Throttle(per_second=1, burst=30, timer=lambda: 100.0)
    monkeypatch.setattr(rest, "command_throttle", small)
    monkeypatch.setattr(consumer, "command_throttle", small)
    return small


def test_ordinary_response_is_free_and_a_large_one_costs_its_size(allowance):
    allowance.charge_size(1, 8_000)
    allowance.take(1, 30)
    allowance.charge_size(2, 215_000)

    allowance.take(2, 4)
    with pytest.raises(RateLimited) as refused:
        allowance.take(2, 1)
    assert refused.value.retry_after == 1


def test_response_beyond_the_limit_is_sent_and_charged_afterwards(allowance):
    allowance.charge_size(1, 80 * 8_192)

    with pytest.raises(RateLimited) as refused:
        allowance.take(1, 1)
    assert refused.value.retry_after == 51


def test_long_history_over_http_is_rate_limited(make_user, make_direct, allowance):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    browser = browser_on(log_in(ana))
    for number in range(6):
        fields = {"client_id": f"c-{number}", "body": LONGEST}
        assert browser.post(f"/obrolan/{conversation.public_id}/kirim/", fields).status_code == 302
    path = f"/api/v1/conversations/{conversation.public_id}/messages"

    short = [browser.get(f"{path}?limit=1").status_code for _ in range(3)]
    answers = [browser.get(path) for _ in range(9)]

    assert short == [200] * 3
    assert len(answers[0].content) > 2 * 8_192
    assert len(answers[0].json()["rows"]) == 6
    # Three of the thirty were taken; each takes one, and two or three for its size.
    assert [answer.status_code for answer in answers].count(429) >= 1
    assert answers[-1].json()["code"] == "rate_limited"
