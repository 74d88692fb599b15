"""QR codes at the simulated bank: made for the client, paid by a customer, told, refunded."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime, timedelta

import pytest

from payments.adapters.snap_signatures import format_timestamp
from payments.domain.qris import read_qris
from superapp.core.money import Money
from tests.harness.servers import wait_until
from tests.simulators.snap_client import rupiah

SEKAR, YOHANES = "1000000001", "1000000004"
_numbers = itertools.count(time.time_ns())


@pytest.fixture
def reference():
    """A reference of the client that no other test uses."""
    return f"Q{next(_numbers)}"


def generate(bank, reference, **changed):
    asked = {"partnerReferenceNo": reference, "amount": rupiah(25_000), "merchantId": "7001", **changed}
    return bank.order("/qr/qr-mpm-generate", asked)


def query(bank, reference):
    return bank.order("/qr/qr-mpm-query", {"originalPartnerReferenceNo": reference, "serviceCode": "47"})[1]


def pay(bank, content, account=SEKAR):
    return bank.control("/payments/qr", account=account, qrContent=content)


def refund(bank, reference, number, amount):
    asked = {"originalPartnerReferenceNo": reference, "partnerRefundNo": number, "refundAmount": rupiah(amount)}
    return bank.order("/qr/qr-mpm-refund", asked)


@pytest.fixture
def paid(bank, product, reference):
    """A paid code, of which the client was told: its reference."""
    content = generate(bank, reference)[1]["qrContent"]
    assert pay(bank, content)[0] == 200
    wait_until(product.notices, "told")
    return reference


def test_code_names_merchant_and_amount(bank, reference):
    more = {"merchantName": "Warung Ibu Tini", "merchantCity": "KUPANG"}
    status, answer = generate(bank, reference, additionalInfo=more)

    code = read_qris(answer["qrContent"])
    assert (status, answer["responseCode"]) == (200, "2004700")
    assert (code.is_dynamic, code.amount) == (True, Money(25_000_00))
    assert (code.name, code.city, code.nmid) == ("Warung Ibu Tini", "KUPANG", bank.keys.nmid)
    assert code.account.acquirer == bank.keys.pan_prefix
    assert code.reference == answer["referenceNo"]
    assert query(bank, reference)["latestTransactionStatus"] == "01"


def test_paid_code_is_told_once_and_known_to_a_query(bank, product, reference):
    answer = generate(bank, reference)[1]
    before = bank.balances()

    status, paid = pay(bank, answer["qrContent"])

    wait_until(product.notices, "told")
    wait_until(lambda: bank.books()["waiting_notifications"] == 0, "answered")
    notice = {
        "originalReferenceNo": answer["referenceNo"],
        "originalPartnerReferenceNo": reference,
        "latestTransactionStatus": "00",
        "transactionStatusDesc": "Success",
        "amount": rupiah(25_000),
        "additionalInfo": {"referenceNo": paid["referenceNo"], "payerName": "Sekar Wulandari"},
    }
    after = bank.balances()
    assert status == 200
    assert product.notices() == [notice]
    assert after[SEKAR] - before[SEKAR] == -25_000_00
    assert after[bank.keys.account_number] - before[bank.keys.account_number] == 25_000_00
    state = query(bank, reference)
    assert (state["latestTransactionStatus"], state["amount"]) == ("00", rupiah(25_000))
    assert state["additionalInfo"]["referenceNo"] == paid["referenceNo"]
    assert state["paidTime"]


def test_code_is_paid_once(bank, product, reference, in_threads):
    content = generate(bank, reference)[1]["qrContent"]

    answers = in_threads(*[lambda: pay(bank, content)] * 3)

    assert sorted(status for status, _ in answers) == [200, 409, 409]
    assert len(bank.entries_of(reference)) == 1


def test_code_that_cannot_be_paid_moves_nothing(bank, reference):
    soon = format_timestamp(datetime.now(UTC) + timedelta(seconds=2))
    content = generate(bank, reference, amount=rupiah(100_000), validityPeriod=soon)[1]["qrContent"]

    assert pay(bank, content, YOHANES) == (409, {"error": "Saldo tidak cukup."})
    assert pay(bank, content[:-1]) == (409, {"error": "QR ini bukan terbitan Bank Simulasi."})
    assert pay(bank, content, "1000000009") == (409, {"error": "Rekening pembayar tidak ada."})
    wait_until(lambda: query(bank, reference)["latestTransactionStatus"] == "06", "expired", 10)
    assert pay(bank, content) == (409, {"error": "QR ini sudah kedaluwarsa."})
    assert bank.entries_of(reference) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"partnerReferenceNo": ""}, "4004702"),
        ({"amount": rupiah(0)}, "4044713"),
        ({"merchantId": None}, "4004702"),
        ({"merchantId": "0123456789abcdef"}, "4004701"),
        ({"validityPeriod": "2009-07-03T12:08:56-07:00"}, "4004701"),
        ({"validityPeriod": "9999-12-31T23:59:59-12:00"}, "4004701"),
        ({"additionalInfo": []}, "2004700"),
        ({"additionalInfo": "x"}, "4004701"),
        ({"additionalInfo": {"merchantName": "x" * 26}}, "4004701"),
        ({"additionalInfo": {"merchantName": "\u200b "}}, "4004701"),
    ],
)
def test_code_is_made_of_valid_fields_alone(bank, reference, changed, code):
    assert generate(bank, reference, **changed)[1]["responseCode"] == code


def test_reference_makes_one_code(bank, reference):
    generate(bank, reference)

    assert generate(bank, reference)[1]["responseCode"] == "4094701"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"serviceCode": "47"}, "4005102"),
        ({"serviceCode": "48", "originalReferenceNo": "1"}, "4005101"),
        ({"serviceCode": "47", "originalReferenceNo": "1"}, "4045101"),
    ],
    ids=["no reference", "other service", "unknown"],
)
def test_query_of_no_code_is_refused(bank, asked, code):
    assert bank.order("/qr/qr-mpm-query", asked)[1]["responseCode"] == code


def test_query_takes_the_reference_of_the_bank(bank, reference):
    made = generate(bank, reference)[1]

    asked = {"serviceCode": "47", "originalReferenceNo": made["referenceNo"]}
    assert bank.order("/qr/qr-mpm-query", asked)[1]["originalPartnerReferenceNo"] == reference


def test_refund_gives_back_once_for_its_number(bank, paid):
    before = bank.balances()[SEKAR]

    first, again = refund(bank, paid, f"R{paid}", 5_000), refund(bank, paid, f"R{paid}", 5_000)

    assert (first[0], first[1]["responseCode"]) == (200, "2007800")
    assert again == first
    assert bank.balances()[SEKAR] - before == 5_000_00
    assert refund(bank, paid, f"R{paid}", 5_001)[1]["responseCode"] == "4047818"


def test_refunds_are_capped_by_what_was_paid(bank, paid):
    assert refund(bank, paid, f"R1{paid}", 20_000)[0] == 200
    assert refund(bank, paid, f"R2{paid}", 5_001)[1]["responseCode"] == "4037802"
    assert query(bank, paid)["latestTransactionStatus"] == "00"
    assert refund(bank, paid, f"R3{paid}", 5_000)[0] == 200
    assert query(bank, paid)["latestTransactionStatus"] == "04"


def test_refunds_at_the_same_moment_stay_within_the_cap(bank, paid, in_threads):
    answers = in_threads(*[lambda n=n: refund(bank, paid, f"R{n}{paid}", 15_000) for n in range(3)])

    assert sorted(answer[0] for answer in answers) == [200, 403, 403]


def test_unpaid_or_unknown_code_is_not_refunded(bank, reference):
    generate(bank, reference)

    assert refund(bank, reference, f"R{reference}", 1)[1]["responseCode"] == "4037815"
    assert refund(bank, "nobody's", f"R{reference}", 1)[1]["responseCode"] == "4047801"
