"""Play money of the demo: in an embedded demo, and nowhere else."""

from __future__ import annotations

import pytest
from django.test import Client

from payments import api as payments
from payments.models import TopUp
from superapp.accounts import api as accounts
from superapp.core.money import Money
from superapp.wiring.demo.operators import OPERATORS

PATH = "/dompet/isi/percobaan/"


@pytest.fixture(autouse=True)
def _embedded(settings):
    settings.SERVED, settings.SMS_URL, settings.SMS_INBOX = False, "", True


@pytest.fixture
def clerks(db, now):
    found = [accounts.create_person(name=name, handle=handle, now=now) for name, handle in OPERATORS]
    for clerk in found:
        accounts.grant_operator(user_id=clerk.pk)
    return found


@pytest.fixture
def ana(make_user):
    return make_user("ana", language="en")


@pytest.fixture
def browser(ana):
    browser = Client()
    browser.force_login(ana)
    return browser


def page(browser):
    return browser.get("/dompet/isi/").content.decode()


def test_play_money_in_the_demo_is_a_top_up_by_two_operators(clerks, browser, ana, now):
    assert f'action="{PATH}"' in page(browser)
    assert "It is worth nothing." in page(browser)

    answer = browser.post(PATH, {"next": "/pesanan/"})

    assert answer.headers["Location"] == "/pesanan/"
    assert payments.get_wallet(ana.pk, now=now).balance == Money(500_000_00)
    top_up = TopUp.objects.get()
    assert [top_up.maker_id, top_up.checker_id] == [clerk.pk for clerk in clerks]


@pytest.mark.parametrize("real", [{"SERVED": True}, {"SMS_URL": "https://sms.example"}, {"SMS_INBOX": False}])
def test_play_money_is_refused_when_served_or_with_a_gateway(clerks, browser, settings, real):
    for name, value in real.items():
        setattr(settings, name, value)

    assert PATH not in page(browser)
    assert browser.post(PATH).status_code == 404
    assert not TopUp.objects.exists()


def test_play_money_without_the_demo_is_404(browser):
    assert PATH not in page(browser)
    assert browser.post(PATH).status_code == 404


def test_demo_operator_gets_no_play_money(clerks):
    browser = Client()
    browser.force_login(clerks[0])

    assert browser.post(PATH).status_code == 404


def test_too_much_play_money_is_refused_with_a_message(clerks, browser, settings, ana, now):
    for _time in range(10):
        browser.post(PATH)

    answer = browser.post(PATH)

    assert answer.status_code in (409, 422, 429)
    balance = payments.get_wallet(ana.pk, now=now).balance
    assert balance.amount_minor <= 10 * 500_000_00
