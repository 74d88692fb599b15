"""A person's page of limits: what is used, what is left, and what is said where it is not known."""

from __future__ import annotations

import re

import pytest
from django.db import OperationalError

from payments import queries
from payments.actions import wallets
from payments.actions.withdrawals import ACCOUNTS_ASKED
from payments.models import Account, IssuedMoney
from payments.writers import ledger
from superapp.accounts import api as accounts
from superapp.core import clock
from tests.payments.purses import browser_of, top_up

ADDRESS = "/dompet/limit/"

pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 850_000_00)


def words(answer):
    text = re.sub(r"<(script|template)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def page(user):
    return words(browser_of(user).get(ADDRESS))


def test_page_says_what_is_used_what_is_left_and_what_raises_it(ana, settings):
    settings.BANK_URL = "http://bank.invalid"

    told = page(ana)

    assert "Rp850.000 dari Rp2.000.000" in told
    assert "Kamu masih bisa menerima Rp1.150.000." in told
    assert "Tingkatmu: Dasar" in told
    assert "Dompet terverifikasi bisa menampung sampai Rp20.000.000." in told
    assert "mulai Rp1 " in told
    assert "mulai Rp1.000 " in told
    assert "sampai Rp10.000.000" in told
    assert "mulai Rp10.000, biayanya Rp2.500" in told


def test_verified_wallet_is_at_the_highest_level(ana, make_user, now):
    operator = make_user("operator")
    accounts.grant_operator(user_id=operator.pk)
    wallets.set_tier(user_id=ana.pk, tier="verified", operator_id=operator.pk, now=now)

    told = page(ana)

    assert "Rp850.000 dari Rp20.000.000" in told
    assert "Ini tingkat tertinggi." in told
    assert "hubungi" not in told


def test_full_wallet_is_said_to_be_full(ana, make_user, now):
    top_up(make_user, ana, 1_150_000_00, now)

    assert "Dompetmu penuh." in page(ana)


def test_count_of_the_day_is_of_this_person_and_says_when_it_starts_anew(ana, make_user, settings):
    settings.BANK_URL = "http://bank.invalid"
    for _ in range(3):
        accounts.consume_rate_limits([(ACCOUNTS_ASKED, str(ana.pk))], now=clock.now())

    assert "3 dari 30 Kode isi saldo" in page(ana)
    assert "Hitungan ini direset 2 Maret, 07.00 WIB." in page(ana)
    assert "0 dari 30 Kode" in page(make_user("bo"))


def test_limit_of_all_wallets_is_said_where_it_is_the_narrower_one(ana):
    assert "Saat ini" not in page(ana)

    IssuedMoney.objects.update(cap=850_000_00 + 20_000_00)

    assert "Saat ini Nusa hanya bisa menerima Rp20.000 lagi." in page(ana)


def test_page_says_that_nobody_can_top_up_when_all_wallets_hold_what_they_may(ana):
    IssuedMoney.objects.update(cap=850_000_00)

    assert "Isi saldo sedang tidak bisa." in page(ana)
    assert "menerima Rp0" not in page(ana)


def test_limits_that_cannot_be_read_are_not_guessed(ana, monkeypatch):
    def fail(*_args, **_kwargs):
        raise OperationalError("the database is gone")

    monkeypatch.setattr(queries, "get_tier", fail)

    answer = browser_of(ana).get(ADDRESS)

    assert answer.status_code == 503
    assert "Rp" not in words(answer)


def test_wallet_without_a_ceiling_has_no_bound(ana):
    ledger.set_ceiling(Account.objects.get(owner_id=ana.pk).pk, None)

    assert "Saldo dompetmu tidak dibatasi." in page(ana)


def test_stranger_without_a_session_is_led_to_log_in(client):
    assert client.get(ADDRESS).headers["Location"].startswith("/masuk/")


def test_wallet_and_refusals_lead_to_the_limits(ana, settings):
    settings.BANK_URL = "http://bank.invalid"
    browser = browser_of(ana)

    refused = browser.post("/dompet/isi/", {"amount": "9.999"})

    assert f'href="{ADDRESS}"' in browser.get("/dompet/").content.decode()
    assert refused.status_code == 422
    said = refused.content.decode().partition('id="amount-problem"')[2].partition("</form>")[0]
    assert f'href="{ADDRESS}"' in said
    assert f'href="{ADDRESS}"' in browser.get("/dompet/tarik/").content.decode()
