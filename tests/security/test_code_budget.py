"""Log-in codes cost an operator a bounded amount: by country, and by a budget per hour and day with a reserve."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from superapp.accounts.actions import reauthentication, sms_budget
from superapp.accounts.errors import ChallengeRequired, CodesUsedUp, CountryNotServed
from superapp.accounts.models import DeveloperSms, Device, RateCount
from superapp.core.errors import RateLimited
from tests.security.strangers import VICTIM, ask, known_browser, newcomers, spread

pytestmark = pytest.mark.usefixtures("login_ground")


@pytest.mark.parametrize("phone", ["+44 7911 123456", "+1 202 555 0123", "+7 912 345 67 89", "+60 12-345 6789"])
def test_login_codes_go_only_to_allowed_countries(db, midday, phone):
    with pytest.raises(CountryNotServed) as refused:
        ask(phone, browser="eve", at=midday)

    assert (refused.value.code, refused.value.kind) == ("accounts.country_not_served", 422)
    assert refused.value.params == {"field": "phone", "countries": "+62"}
    assert not DeveloperSms.objects.exists()
    assert not RateCount.objects.exists()


def test_operator_can_allow_further_countries(db, midday, settings):
    settings.SMS_COUNTRIES = ["MY", "ID"]

    ask("+60 12-345 6789", browser="one", at=midday)
    ask("012-345 6780", browser="two", at=midday)

    numbers = DeveloperSms.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["+60123456789", "+60123456780"]


def test_person_of_a_removed_country_can_log_in_on_a_known_device(db, make_user, midday, settings):
    ana = make_user("ana")
    known_browser(ana, "anas phone", at=midday)
    settings.SMS_COUNTRIES = ["MY"]

    ask(ana.phone.number, browser="anas phone", at=midday)
    with pytest.raises(CountryNotServed):
        ask(ana.phone.number, browser="anas new phone", at=midday + timedelta(minutes=2))


def test_hourly_code_budget_limits_an_attack_and_keeps_a_reserve(real_db, make_user, midday, settings):
    settings.SMS_PER_HOUR = 20
    ana = make_user("ana")
    ana_here = known_browser(ana, "anas phone", at=midday)
    with capture_logs() as lines:
        spread(16, at=midday)
        with pytest.raises(CodesUsedUp) as refused:
            spread(1, at=midday, start=16)

    assert (refused.value.kind, refused.value.retry_after) == (503, 3600)
    assert DeveloperSms.objects.count() == 16
    budget_lines = [line for line in lines if "sms_budget" in line["event"]]
    told = [(line["event"], line["log_level"], line["window"], line["sent"]) for line in budget_lines]
    assert told == [
        ("sms_budget_runs_short", "warning", "hour", 9),
        ("sms_budget_used_up_for_newcomers", "error", "hour", 16),
    ]
    # Those whom we know are sent theirs from the reserve: in a browser of theirs, and logged in.
    ask(ana.phone.number, browser="anas phone", at=midday)
    later = midday + timedelta(minutes=2)
    reauthentication.send_owner_code(user_id=ana.pk, device_id=Device.objects.get(pk=ana_here.pk).pk, now=later)
    assert DeveloperSms.objects.count() == 18
    # And in the next hour newcomers are, too.
    spread(1, at=midday + timedelta(hours=1), start=17)


def test_daily_code_budget_limits_an_attack(db, midday, settings):
    settings.SMS_PER_DAY = 10
    spread(8, at=midday)

    with pytest.raises(CodesUsedUp) as refused:
        spread(1, at=midday + timedelta(hours=2), start=8)

    assert refused.value.retry_after == 10 * 3600


def test_reserve_of_the_code_budget_is_limited(db, make_user, midday, settings):
    settings.SMS_PER_HOUR = 2
    ana = make_user("ana")
    known_browser(ana, "anas phone", at=midday)
    for minute in range(2):
        ask(ana.phone.number, browser="anas phone", at=midday + timedelta(minutes=minute))

    with capture_logs() as lines, pytest.raises(CodesUsedUp):
        ask(ana.phone.number, browser="anas phone", at=midday + timedelta(minutes=2))
    assert lines == []


def test_newcomers_solve_challenges_beyond_half_the_budget(db, midday, settings):
    settings.SMS_PER_HOUR = 20
    for number, phone in zip(range(8), newcomers(), strict=False):
        ask(phone, browser=f"b{number}", at=midday, address=f"198.18.0.{number}")

    with pytest.raises(ChallengeRequired):
        ask(VICTIM, browser="newcomer", at=midday, address="198.18.1.1")


def test_refused_request_takes_nothing_from_the_budget(db, midday):
    ask(VICTIM, browser="one", at=midday)
    for _ in range(5):
        with pytest.raises(RateLimited):
            ask(VICTIM, browser="two", at=midday + timedelta(seconds=1))

    assert RateCount.objects.get(what="sms.hour").count == 1


def test_code_budget_metrics_count_use_and_outcomes(db, settings, monkeypatch, midday):
    settings.SMS_PER_HOUR, settings.SMS_PER_DAY = 20, 100
    monkeypatch.setattr("superapp.core.clock.now", lambda: midday)

    def count(outcome):
        return REGISTRY.get_sample_value("nusa_login_codes_total", {"outcome": outcome}) or 0

    sent, foreign = count("sent"), count("accounts.country_not_served")
    spread(5, at=midday)
    with pytest.raises(CountryNotServed):
        ask("+44 7911 123456", browser="eve", at=midday)

    [family] = sms_budget.collect_metrics()
    assert {sample.labels["window"]: sample.value for sample in family.samples} == {"hour": 0.25, "day": 0.05}
    assert count("sent") - sent == 5
    assert count("accounts.country_not_served") - foreign == 1
