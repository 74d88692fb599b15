"""Requests of the bank, and those of somebody who is not the bank."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta

import pytest
from django.test import Client

from payments import api
from payments.actions.charges import get_or_open_virtual_account
from payments.actions.issued_money import apply_float_cap
from payments.adapters import bank_keys, banks
from payments.adapters.snap_signatures import format_timestamp, sign_notification, sign_request, sign_token_request
from payments.models import BankMessage, Charge, IncomingPayment
from superapp.core import clock
from superapp.core.money import Money

ROOT = "/bank/v1.0"
INQUIRY, PAYMENT, NOTIFY = (
    f"{ROOT}/transfer-va/inquiry",
    f"{ROOT}/transfer-va/payment",
    f"{ROOT}/qr/qr-mpm-notify",
)


@pytest.fixture
def keys(database, settings, tmp_path):
    settings.BANK_URL, settings.BANK_DIRECTORY, settings.SIMULATED_BANK = "http://bank.invalid", tmp_path, True
    return banks.get_keys()


@pytest.fixture
def ana(make_user, keys):
    return make_user("ana")


class Caller:
    """A caller with the bank's keys; a test changes what it sends."""

    def __init__(self, keys) -> None:
        self.keys = keys
        self.client = Client()
        self._numbers = itertools.count(1)

    def token(self, *, key=None, client_id=None, moment=None):
        timestamp = format_timestamp(moment or clock.now())
        client_id = client_id or self.keys.client_id
        signature = sign_token_request(key or self.keys.bank_private, client_id=client_id, timestamp=timestamp)
        return self.client.post(
            f"{ROOT}/access-token/b2b",
            b'{"grantType":"client_credentials"}',
            "application/json",
            headers={"X-TIMESTAMP": timestamp, "X-CLIENT-KEY": client_id, "X-SIGNATURE": signature},
        )

    def call(self, path, fields, *, token=None, secret=None, external_id=None, moment=None, body=None):
        token = token or self.token().json()["accessToken"]
        body = json.dumps(fields).encode() if body is None else body
        timestamp = format_timestamp(moment or clock.now())
        signature = sign_request(
            secret or self.keys.client_secret,
            method="POST",
            path=path,
            access_token=token,
            body=body,
            timestamp=timestamp,
        )
        return self._post(path, body, external_id, timestamp, signature, {"Authorization": f"Bearer {token}"})

    def notify(self, fields, *, key=None, external_id=None):
        body = json.dumps(fields).encode()
        timestamp = format_timestamp(clock.now())
        signature = sign_notification(
            key or self.keys.bank_private, method="POST", path=NOTIFY, body=body, timestamp=timestamp
        )
        return self._post(NOTIFY, body, external_id, timestamp, signature, {})

    def _post(self, path, body, external_id, timestamp, signature, more):
        headers = {
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": signature,
            "X-EXTERNAL-ID": external_id or str(next(self._numbers)),
            **more,
        }
        return self.client.post(path, body, "application/json", headers=headers)


@pytest.fixture
def caller(keys):
    return Caller(keys)


def fields_of(number, rupiah="50000.00", **changes):
    return {
        "partnerServiceId": number[:5].rjust(8),
        "customerNo": number[5:],
        "virtualAccountNo": number[:5].rjust(8) + number[5:],
        "inquiryRequestId": "I1",
        "paymentRequestId": "P1",
        "referenceNo": "R1",
        "paidAmount": {"value": rupiah, "currency": "IDR"},
        **changes,
    }


def number_of(user):
    return get_or_open_virtual_account(user_id=user.pk, now=clock.now()).number


def balance(user):
    return api.get_wallet(user.pk, now=clock.now()).balance


def code(response):
    assert response.status_code == int(response.json()["responseCode"][:3])
    return response.json()["responseCode"]


def test_inquiry_names_who_a_number_belongs_to_and_leaves_the_amount_open(ana, caller):
    response = caller.call(INQUIRY, fields_of(number_of(ana)))

    assert code(response) == "2002400"
    data = response.json()["virtualAccountData"]
    assert (data["virtualAccountName"], data["totalAmount"]["value"]) == ("Ana", "0.00")
    assert data["virtualAccountTrxType"] == "O"


def test_inquiry_of_a_charge_names_its_amount_and_a_paid_or_expired_one_is_refused(ana, caller):
    now = clock.now()
    charge = api.open_charge(
        user_id=ana.pk,
        reference="shop.order:1",
        method=Charge.Method.VIRTUAL_ACCOUNT,
        amount=Money(75_000_00),
        expires_at=now + timedelta(minutes=30),
        now=now,
    )
    number = charge.virtual_account.number
    assert caller.call(INQUIRY, fields_of(number)).json()["virtualAccountData"]["totalAmount"]["value"] == "75000.00"

    assert code(caller.call(PAYMENT, fields_of(number, "75000.00"))) == "2002500"
    assert code(caller.call(INQUIRY, fields_of(number))) == "4042414"

    late = api.open_charge(
        user_id=ana.pk,
        reference="shop.order:2",
        method=Charge.Method.VIRTUAL_ACCOUNT,
        amount=Money(75_000_00),
        expires_at=now + timedelta(minutes=30),
        now=now,
    )
    api.expire_charge("shop.order:2", now=now)
    assert code(caller.call(INQUIRY, fields_of(late.virtual_account.number))) == "4042419"


def test_inquiry_above_the_operators_cap_is_refused_before_it_is_paid(ana, caller, settings):
    caller.call(PAYMENT, fields_of(number_of(ana)))
    assert code(caller.call(INQUIRY, fields_of(number_of(ana)))) == "2002400"
    settings.WALLET_LOOP, settings.FLOAT_CAP_RUPIAH = "closed", 50_000
    apply_float_cap()

    assert code(caller.call(INQUIRY, fields_of(number_of(ana)))) == "4032402"


def test_inquiry_of_an_unknown_number_is_refused(caller):
    assert code(caller.call(INQUIRY, fields_of("8800812345678"))) == "4042412"


def test_payment_is_posted_and_answered_the_same_when_told_again(ana, caller):
    number = number_of(ana)

    assert code(caller.call(PAYMENT, fields_of(number))) == "2002500"
    assert code(caller.call(PAYMENT, fields_of(number))) == "2002500"

    assert balance(ana) == Money(50_000_00)
    assert IncomingPayment.objects.count() == 1
    assert BankMessage.objects.count() == 2


def test_payment_told_again_with_another_amount_is_inconsistent(ana, caller):
    number = number_of(ana)
    caller.call(PAYMENT, fields_of(number))

    assert code(caller.call(PAYMENT, fields_of(number, "50001.00"))) == "4042518"
    assert balance(ana) == Money(50_000_00)


def test_same_number_of_a_request_twice_a_day_is_refused(ana, caller):
    number = number_of(ana)
    caller.call(PAYMENT, fields_of(number), external_id="7")

    assert code(caller.call(PAYMENT, fields_of(number, referenceNo="R2"), external_id="7")) == "4092500"
    assert balance(ana) == Money(50_000_00)


def test_refused_request_leaves_its_number_free(ana, caller):
    assert code(caller.call(PAYMENT, fields_of("8800812345678"), external_id="7")) == "4042512"

    assert code(caller.call(PAYMENT, fields_of(number_of(ana)), external_id="7")) == "2002500"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"paidAmount": {"value": "0.00", "currency": "IDR"}}, "4042513"),
        ({"paidAmount": {"value": "-1.00", "currency": "IDR"}}, "4042513"),
        ({"paidAmount": {"value": "5e4", "currency": "IDR"}}, "4042513"),
        ({"paidAmount": {"value": "50000", "currency": "IDR"}}, "4042513"),
        ({"paidAmount": {"value": "50000.00", "currency": "USD"}}, "4042513"),
        ({"paidAmount": "50000.00"}, "4042513"),
        ({"paidAmount": {"value": "9" * 14 + ".00", "currency": "IDR"}}, "2002500"),
        ({"referenceNo": ""}, "4002502"),
        ({"referenceNo": 7}, "4002502"),
        ({"referenceNo": "R" * 65}, "4002502"),
        ({"referenceNo": "R\0"}, "4002502"),
        ({"virtualAccountNo": None}, "4002502"),
        ({"virtualAccountNo": "  1' OR 1=1"}, "4042512"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else None,
)
def test_payment_of_the_wrong_shape_is_refused_by_its_field(ana, caller, changes, expected):
    assert code(caller.call(PAYMENT, fields_of(number_of(ana), **changes))) == expected
    assert balance(ana) == Money(0)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 5000, b" " * 20_000], ids=range(6))
def test_body_that_is_no_object_is_refused(caller, body):
    assert code(caller.call(PAYMENT, {}, body=body)) == "4002500"


def test_code_that_was_paid_is_posted(ana, caller, monkeypatch):
    charge = Charge.objects.create(
        user=ana,
        method="qris",
        amount=50_000_00,
        asset="IDR",
        partner_reference="C1",
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(minutes=30),
    )
    told = {
        "originalReferenceNo": "Q1",
        "originalPartnerReferenceNo": "C1",
        "latestTransactionStatus": "00",
        "amount": {"value": "50000.00", "currency": "IDR"},
        "additionalInfo": {"referenceNo": "R1"},
    }

    assert code(caller.notify({**told, "latestTransactionStatus": "03"})) == "2005200"
    assert balance(ana) == Money(0)
    assert code(caller.notify(told)) == "2005200"
    assert code(caller.notify(told)) == "2005200"

    charge.refresh_from_db()
    assert charge.state == "paid"
    assert balance(ana) == Money(50_000_00)


@pytest.mark.parametrize("said", ["0001-01-01T00:00:00+07:00", "2027-03-01T09:00:00", "soon"])
def test_payment_at_a_time_that_is_none_is_posted_as_of_now(ana, caller, said):
    before = clock.now()

    assert code(caller.call(PAYMENT, fields_of(number_of(ana), trxDateTime=said))) == "2002500"

    assert IncomingPayment.objects.get().paid_at >= before
    assert balance(ana) == Money(50_000_00)


class TestSomebodyElse:
    """Without the bank's keys nothing is told, and nothing is posted."""

    @pytest.fixture
    def others(self, tmp_path):
        bank_keys.ensure_keys(tmp_path / "others")
        return bank_keys.load(tmp_path / "others")

    def test_gets_no_token(self, caller, others):
        assert code(caller.token(key=others.bank_private)) == "4017300"
        assert code(caller.token(key=caller.keys.client_private)) == "4017300"
        assert code(caller.token(client_id="eve")) == "4017300"

    def test_gets_no_token_for_an_old_request(self, caller):
        assert code(caller.token(moment=clock.now() - timedelta(minutes=6))) == "4007301"
        assert code(caller.token(moment=clock.now() + timedelta(days=1))) == "4007301"

    def test_posts_no_payment(self, ana, caller, others):
        number = number_of(ana)

        assert code(caller.call(PAYMENT, fields_of(number), secret=others.client_secret)) == "4012500"
        assert code(caller.call(PAYMENT, fields_of(number), token="forged")) == "4012501"
        old = clock.now() - timedelta(minutes=6)
        assert code(caller.call(PAYMENT, fields_of(number), moment=old)) == "4002501"
        told = {
            "originalPartnerReferenceNo": number,
            "latestTransactionStatus": "00",
            "amount": {"value": "50000.00", "currency": "IDR"},
            "additionalInfo": {"referenceNo": "R1"},
        }
        assert code(caller.notify(told, key=others.bank_private)) == "4015200"
        assert code(caller.notify(told, key=caller.keys.client_private)) == "4015200"
        assert balance(ana) == Money(0)
        assert not IncomingPayment.objects.exists()
        assert not BankMessage.objects.exists()

    def test_posts_no_payment_with_an_expired_token(self, ana, caller, monkeypatch):
        token = caller.token().json()["accessToken"]
        number = number_of(ana)
        later = clock.now() + timedelta(seconds=901)
        monkeypatch.setattr("time.time", later.timestamp)

        assert code(caller.call(PAYMENT, fields_of(number), token=token)) == "4012501"

    @pytest.mark.parametrize("external_id", ["x", "1" * 37, "-1", "1.5"])
    def test_request_without_a_proper_number_is_refused(self, caller, external_id):
        assert code(caller.call(PAYMENT, {}, external_id=external_id)) == "4002501"


def test_without_a_bank_there_is_nobody_to_talk_to(database, settings, keys):
    caller = Caller(keys)
    settings.BANK_URL = ""

    assert code(caller.token()) == "4047301"
    assert code(caller.call(PAYMENT, {}, token="none")) == "4042501"
