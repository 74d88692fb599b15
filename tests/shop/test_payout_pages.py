"""Pages of payouts to a shop's bank account: choosing it, paying out, the status page, and outsiders."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import api as payments
from payments.actions.settlements import settle_due
from payments.actions.withdrawals import ask_bank
from payments.adapters.bank import BankNotAsked, BankRefused, RefusalReason
from payments.models import PayoutAccount, Withdrawal
from shop import api
from superapp.core import clock
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import PIN, balance
from tests.shop.html_clients import browser_of, text

PAGE, ACCOUNT, PAY_OUT = "/tokoku/pencairan/", "/tokoku/pencairan/rekening/", "/tokoku/pencairan/cairkan/"
CONFIRM_ACCOUNT = f"{ACCOUNT}periksa/"
TYPED = {"bank": "014", "account": "1234567890"}
OTHER = {"bank": "014", "account": "5556667778"}
pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture(autouse=True)
def _bank_of_bo(bank, settings):
    settings.BANKS = {"014": "BCA", "009": "BNI"}
    bank.holders |= {"5556667778": "BO SANTOSO"}


@pytest.fixture
def as_bo(bo, shop, now):
    payments.set_first_pin(user_id=bo.pk, pin=PIN, now=now)
    return browser_of(bo, is_trusted=True)


@pytest.fixture
def sold(order, ana, bo, now):
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    return api.confirm_receipt(user_id=ana.pk, order=order, device_id=make_trusted_device(ana), now=now).summary


@pytest.fixture
def chosen(as_bo):
    as_bo.post(ACCOUNT, TYPED)
    as_bo.post(CONFIRM_ACCOUNT, {**TYPED, "pin": PIN})
    return as_bo


@pytest.fixture
def eve_of(make_user, now):
    """Eve with a shop of her own, in a browser."""
    eve = make_user("eve")
    api.open_shop(owner_id=eve.pk, handle="toko-eve", name="Toko Eve", town="Medan", now=now)
    return browser_of(eve)


def begin(browser, amount="20.000"):
    return browser.post(PAY_OUT, {"amount": amount}).headers["Location"]


def test_account_of_another_window_is_not_chosen_unseen(as_bo):
    as_bo.post(ACCOUNT, TYPED)
    as_bo.post(ACCOUNT, OTHER)

    stale = as_bo.post(CONFIRM_ACCOUNT, {**TYPED, "pin": PIN})

    assert (stale.status_code, PayoutAccount.objects.count()) == (409, 0)
    assert "5556667778" in text(stale)
    assert "Rekening pencairan baru saja diganti." in text(stale)


def test_account_shows_its_holder_before_the_pin(as_bo, bo):
    answer = as_bo.post(ACCOUNT, TYPED)
    assert (answer.status_code, answer.url) == (302, CONFIRM_ACCOUNT)
    page = text(as_bo.get(CONFIRM_ACCOUNT))
    assert "ANA LESTARI" in page
    assert "1234567890" in page
    assert not PayoutAccount.objects.exists()

    wrong = as_bo.post(CONFIRM_ACCOUNT, {**TYPED, "pin": "000001"})
    assert (wrong.status_code, PayoutAccount.objects.count()) == (403, 0)
    assert "PIN salah." in text(wrong)

    done = as_bo.post(CONFIRM_ACCOUNT, {**TYPED, "pin": PIN})
    assert (done.status_code, done.url) == (302, PAGE)
    shown = text(as_bo.get(PAGE))
    assert "BCA · ****7890" in shown
    assert "ANA LESTARI" in shown
    # Sent twice, by a browser that lost the answer: the draft is gone, and nothing is chosen again.
    assert as_bo.post(CONFIRM_ACCOUNT, {**TYPED, "pin": PIN}).url == ACCOUNT
    assert PayoutAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"bank": "", "account": "1234567890"}, "bank"),
        ({"bank": "014", "account": "12"}, "account"),
        ({"bank": "014", "account": "9999999999"}, "account"),
    ],
    ids=["no bank", "short number", "unknown number"],
)
def test_account_that_cannot_be_right_is_refused_at_its_field(as_bo, typed, field):
    refused = as_bo.post(ACCOUNT, typed)

    assert refused.status_code == 422
    assert f'id="{field}-problem"' in refused.content.decode()


def test_bank_out_of_reach_is_said_and_nothing_chosen(as_bo, bank):
    bank.is_silent = BankNotAsked("connection refused")

    refused = as_bo.post(ACCOUNT, TYPED)

    assert refused.status_code == 422
    assert "Bank sedang tidak bisa dihubungi." in text(refused)
    assert as_bo.get(CONFIRM_ACCOUNT).url == ACCOUNT


def test_trusted_device_alone_chooses_no_account_and_pays_nothing_out(chosen, sold):
    address = begin(chosen)

    refused = chosen.post(address, {"pin": ""})
    chosen.post(ACCOUNT, OTHER)
    assert chosen.post(CONFIRM_ACCOUNT, {**OTHER, "pin": ""}).status_code == 403

    assert (refused.status_code, Withdrawal.objects.count(), PayoutAccount.objects.count()) == (403, 0, 1)


def test_payout_is_confirmed_once_and_shows_where_the_money_is(chosen, sold, bank, bo, now, monkeypatch):
    left = api.fetch_merchant_balance(bo.pk)
    address = begin(chosen)
    page = text(chosen.get(address))
    assert "Rp20.000" in page
    assert "Rp22.500" in page  # With the fee.

    made, again = chosen.post(address, {"pin": PIN}), chosen.post(address, {"pin": PIN})
    assert (made.status_code, made.url, chosen.get(address).url) == (302, again.url, made.url)
    row = Withdrawal.objects.get()
    assert (row.amount, row.fee, api.fetch_merchant_balance(bo.pk)) == (20_000_00, 2_500_00, left - payments_of(row))
    assert "Disisihkan dari saldo toko" in text(chosen.get(made.url))
    assert "sedang menuju bank" in text(chosen.get(PAGE))

    monkeypatch.setattr(clock, "now", lambda: now)
    ask_bank(None)

    assert chosen.get(f"{made.url}keadaan/").json() == {"state": "done"}
    shown = text(chosen.get(made.url))
    assert "Masuk ke rekening BCA" in shown
    assert "sedang menuju bank" not in text(chosen.get(PAGE))
    assert (len(bank.transfers), balance(bo, now)) == (1, 0)


def payments_of(row):
    return type(api.fetch_merchant_balance(row.user_id))(row.amount + row.fee)


def test_payout_that_the_bank_refused_is_back_in_the_shop(chosen, sold, bank, bo, now, monkeypatch):
    bank.answer = BankRefused("4031718", RefusalReason.ACCOUNT_INACTIVE)
    before = api.fetch_merchant_balance(bo.pk)
    made = chosen.post(begin(chosen), {"pin": PIN})
    monkeypatch.setattr(clock, "now", lambda: now)
    ask_bank(None)

    shown = text(chosen.get(made.url))
    assert "Kembali ke saldo toko. Rekeningnya sudah ditutup." in shown
    assert (api.fetch_merchant_balance(bo.pk), balance(bo, now)) == (before, 0)


@pytest.mark.parametrize("amount", ["", "satu", "9.999", "90.000.000"], ids=["none", "a word", "small", "too much"])
def test_amount_that_cannot_be_paid_out_is_refused_at_its_field(chosen, sold, amount):
    refused = chosen.post(PAY_OUT, {"amount": amount})

    assert refused.status_code == 422
    assert 'id="amount-problem"' in refused.content.decode()


def test_second_window_says_what_is_left_without_the_fee(chosen, sold):
    first, second = begin(chosen, "40.000"), begin(chosen, "40.000")
    assert chosen.post(first, {"pin": PIN}).status_code == 302

    refused = chosen.post(second, {"pin": PIN})

    assert (refused.status_code, Withdrawal.objects.count()) == (409, 1)
    # Of Rp50.000 the first took Rp42.500.
    assert "Maksimal Rp5.000, sisanya untuk biaya." in text(refused)


def test_account_changed_between_the_pages_is_not_paid(chosen, sold):
    address = begin(chosen)
    chosen.post(ACCOUNT, OTHER)
    chosen.post(CONFIRM_ACCOUNT, {**OTHER, "pin": PIN})

    refused = chosen.post(address, {"pin": PIN})

    assert (refused.status_code, Withdrawal.objects.count()) == (409, 0)
    assert "Rekening pencairan baru saja diganti." in text(refused)
    shown = text(chosen.get(PAGE))
    assert "****7778" in shown


def test_pages_without_an_account_lead_to_its_form(as_bo, sold):
    assert as_bo.get(PAY_OUT).url == ACCOUNT
    assert as_bo.get(f"{PAY_OUT}018f0000-0000-7000-8000-000000000001/").url == PAY_OUT
    assert as_bo.get(CONFIRM_ACCOUNT).url == ACCOUNT


def test_schedule_to_the_bank_is_chosen_and_shown(chosen, sold, now):
    assert chosen.post(PAGE, {"rhythm": "daily", "target": "bank", "pin": PIN}).status_code == 302
    assert "Masuk ke rekening bankmu" in text(chosen.get(PAGE))

    settle_due(now + timedelta(days=1))

    row = Withdrawal.objects.get()
    page = chosen.get(PAGE).content.decode()
    assert f"/ke-bank/{row.public_id}/" in page
    settlement = payments.list_settlements(row.merchant)[0].public_id
    assert f"/ke-bank/{row.public_id}/" in chosen.get(f"{PAGE}{settlement}/").content.decode()
    assert "Dicairkan otomatis" in text(chosen.get(f"{PAGE}ke-bank/{row.public_id}/"))


def test_changed_account_says_from_when_the_schedule_goes_there(chosen, sold, now):
    chosen.post(PAGE, {"rhythm": "daily", "target": "bank", "pin": PIN})
    chosen.post(ACCOUNT, OTHER)
    assert "Kamu akan mendapat pemberitahuan" in text(chosen.get(CONFIRM_ACCOUNT))
    chosen.post(CONFIRM_ACCOUNT, {**OTHER, "pin": PIN})

    assert "Rekening baru diganti" in text(chosen.get(PAGE))


def test_schedule_to_a_bank_without_an_account_and_to_nowhere_is_refused(as_bo, sold):
    assert as_bo.post(PAGE, {"rhythm": "daily", "target": "bank", "pin": PIN}).status_code == 409
    assert as_bo.post(PAGE, {"rhythm": "daily", "target": "eve", "pin": PIN}).status_code == 422


def test_payout_of_another_shop_is_not_found(chosen, sold, eve_of, make_user):
    address = begin(chosen)
    made = chosen.post(address, {"pin": PIN}).url

    for path in (made, f"{made}keadaan/"):
        assert eve_of.get(path).status_code == 404
    assert eve_of.get(address).url == PAY_OUT
    assert "7890" not in text(eve_of.get(PAGE))
    stranger = browser_of(make_user("cy"))
    for path in (made, address, PAGE, ACCOUNT, CONFIRM_ACCOUNT, PAY_OUT):
        assert stranger.get(path).status_code == 404


def test_buyer_of_the_shop_sees_no_payout(chosen, sold, ana):
    made = chosen.post(begin(chosen), {"pin": PIN}).url

    assert browser_of(ana).get(made).status_code == 404
