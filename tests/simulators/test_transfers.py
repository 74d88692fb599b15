"""Transfers, inquiries, balance and history at the simulated bank, as a client orders them."""

from __future__ import annotations

import itertools
import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from payments.adapters.snap_signatures import format_timestamp
from tests.simulators.snap_client import moment, rupiah

SEKAR, DORMANT, INTAN = "1000000001", "1000000009", "2100000001"
_numbers = itertools.count(time.time_ns())


@pytest.fixture
def reference():
    """A reference of the client that no other test uses."""
    return f"P{next(_numbers)}"


def to_sekar(bank, reference, **changed):
    order = {
        "partnerReferenceNo": reference,
        "amount": rupiah(10_000),
        "beneficiaryAccountNo": SEKAR,
        "sourceAccountNo": bank.keys.account_number,
        "transactionDate": moment(),
        "remark": "Tarik saldo",
        **changed,
    }
    return {name: value for name, value in order.items() if value is not None}


def to_intan(bank, reference, **changed):
    named = {"beneficiaryAccountName": "Intan Permata Sari", "beneficiaryBankCode": "901"}
    return to_sekar(bank, reference, **{"beneficiaryAccountNo": INTAN, **named, **changed})


def status_of(bank, reference, service="17"):
    return bank.order("/transfer/status", {"originalPartnerReferenceNo": reference, "serviceCode": service})


def test_internal_inquiry_names_the_holder(bank):
    status, answer = bank.order("/account-inquiry-internal", {"beneficiaryAccountNo": SEKAR})

    assert (status, answer["responseCode"]) == (200, "2001500")
    assert answer["beneficiaryAccountName"] == "Sekar Wulandari"
    assert answer["beneficiaryAccountStatus"] == "Rekening aktif"


def test_external_inquiry_names_the_holder_and_the_bank(bank, reference):
    asked = {"beneficiaryBankCode": "901", "beneficiaryAccountNo": INTAN, "partnerReferenceNo": reference}

    status, answer = bank.order("/account-inquiry-external", asked)

    assert (status, answer["responseCode"]) == (200, "2001600")
    assert answer["beneficiaryAccountName"] == "Intan Permata Sari"
    assert answer["beneficiaryBankName"] == "Bank Cakrawala (simulasi)"


@pytest.mark.parametrize(
    ("path", "changed", "code"),
    [
        ("internal", {"beneficiaryAccountNo": "7"}, "4041511"),
        ("internal", {"beneficiaryAccountNo": INTAN}, "4041511"),
        ("internal", {"beneficiaryAccountNo": "0000000000"}, "4041511"),
        ("internal", {"beneficiaryAccountNo": "x"}, "4001501"),
        ("internal", {"beneficiaryAccountNo": 7}, "4001501"),
        ("internal", {"beneficiaryAccountNo": None}, "4001502"),
        ("external", {"beneficiaryBankCode": "777"}, "4041611"),
        ("external", {"beneficiaryBankCode": "900", "beneficiaryAccountNo": SEKAR}, "4041611"),
        ("external", {"beneficiaryBankCode": ""}, "4001602"),
        ("external", {"partnerReferenceNo": None}, "4001602"),
    ],
)
def test_inquiry_that_names_no_account_is_refused(bank, path, changed, code):
    asked = {"beneficiaryBankCode": "901", "beneficiaryAccountNo": INTAN, "partnerReferenceNo": "P1", **changed}

    status, answer = bank.order(f"/account-inquiry-{path}", asked)

    assert (f"{status}", answer["responseCode"]) == (code[:3], code)


def test_intrabank_transfer_moves_the_amount_once(bank, reference):
    before = bank.balances()

    status, answer = bank.order("/transfer-intrabank", to_sekar(bank, reference))

    after = bank.balances()
    assert (status, answer["responseCode"]) == (200, "2001700")
    assert answer["partnerReferenceNo"] == reference
    assert re.fullmatch(r"\d{24}", answer["referenceNo"])
    assert after[SEKAR] - before[SEKAR] == 10_000_00
    assert bank.entries_of(reference) == [-10_000_00]
    status, state = status_of(bank, reference)
    assert (status, state["responseCode"], state["latestTransactionStatus"]) == (200, "2003600", "00")
    assert state["originalReferenceNo"] == answer["referenceNo"]
    assert state["amount"] == rupiah(10_000)


def test_interbank_transfer_moves_the_amount_once(bank, reference):
    before = bank.balances()[INTAN]

    status, answer = bank.order("/transfer-interbank", to_intan(bank, reference))

    assert (status, answer["responseCode"], answer["beneficiaryBankCode"]) == (200, "2001800", "901")
    assert bank.balances()[INTAN] - before == 10_000_00
    assert status_of(bank, reference, "18")[1]["latestTransactionStatus"] == "00"
    assert status_of(bank, reference, "17")[1]["responseCode"] == "4043601"


@pytest.mark.parametrize(
    ("changed", "case"),
    [
        ({"amount": None}, "400/02"),
        ({"amount": {"value": "10000", "currency": "IDR"}}, "400/01"),
        ({"amount": {"value": "10000.00", "currency": "USD"}}, "400/01"),
        ({"amount": {"value": "-1.00", "currency": "IDR"}}, "400/01"),
        ({"amount": 10_000}, "400/01"),
        ({"amount": {"value": "0.00", "currency": "IDR"}}, "404/13"),
        ({"amount": {"value": "9999999999999.99", "currency": "IDR"}}, "403/14"),
        ({"beneficiaryAccountNo": "7"}, "404/11"),
        ({"beneficiaryAccountNo": DORMANT}, "403/18"),
        ({"sourceAccountNo": SEKAR}, "404/11"),
        ({"sourceAccountNo": None}, "400/02"),
        ({"partnerReferenceNo": None}, "400/02"),
        ({"partnerReferenceNo": "x" * 65}, "400/01"),
        ({"partnerReferenceNo": "\ud83d"}, "400/01"),
        ({"transactionDate": "2027-03-01"}, "400/01"),
        ({"transactionDate": "2027-13-01T00:00:00+07:00"}, "400/01"),
        ({"remark": "x" * 51}, "400/01"),
    ],
)
def test_refused_transfer_books_nothing(bank, reference, changed, case):
    before = bank.balances()

    status, answer = bank.order("/transfer-intrabank", to_sekar(bank, reference, **changed))

    assert (f"{status}", answer["responseCode"]) == (case[:3], f"{case[:3]}17{case[4:]}")
    assert bank.balances() == before
    assert status_of(bank, reference)[1]["latestTransactionStatus"] == "07"


def test_transfer_to_the_own_account_is_refused(bank, reference):
    own = bank.keys.account_number

    assert bank.order("/transfer-intrabank", to_sekar(bank, reference, beneficiaryAccountNo=own))[0] == 404


def test_repeated_transfer_is_refused_and_booked_once(bank, reference):
    bank.order("/transfer-intrabank", to_sekar(bank, reference))

    again = bank.order("/transfer-intrabank", to_sekar(bank, reference))
    other = bank.order("/transfer-intrabank", to_sekar(bank, reference, amount=rupiah(10_001)))

    assert (again[0], again[1]["responseCode"]) == (409, "4091701")
    assert (other[0], other[1]["responseCode"]) == (404, "4041718")
    assert bank.entries_of(reference) == [-10_000_00]


def test_same_transfer_at_the_same_moment_is_booked_once(bank, reference, in_threads):
    orders = [lambda: bank.order("/transfer-intrabank", to_sekar(bank, reference))] * 4

    answers = in_threads(*orders)

    assert sorted(answer[1]["responseCode"] for answer in answers) == ["2001700"] + ["4091701"] * 3
    assert bank.entries_of(reference) == [-10_000_00]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"serviceCode": "17"}, "4003602"),
        ({"originalPartnerReferenceNo": "P1"}, "4003602"),
        ({"originalPartnerReferenceNo": "P1", "serviceCode": "47"}, "4003601"),
        ({"originalPartnerReferenceNo": "nobody's", "serviceCode": "17"}, "4043601"),
    ],
    ids=["no reference", "no service", "other service", "unknown"],
)
def test_status_of_no_transfer_is_refused(bank, asked, code):
    assert bank.order("/transfer/status", asked)[1]["responseCode"] == code


def test_balance_is_the_one_of_the_books(bank):
    status, answer = bank.order("/balance-inquiry", {"accountNo": bank.keys.account_number})

    sen = bank.balances()[bank.keys.account_number]
    available = {"value": f"{sen // 100}.{sen % 100:02}", "currency": "IDR"}
    assert (status, answer["responseCode"]) == (200, "2001100")
    assert answer["accountInfos"][0]["availableBalance"] == available


def test_account_of_a_customer_is_not_shown_to_the_client(bank):
    assert bank.order("/balance-inquiry", {"accountNo": SEKAR})[1]["responseCode"] == "4041111"
    times = {"fromDateTime": moment(), "toDateTime": moment()}
    assert bank.order("/transaction-history-list", {"accountNo": SEKAR, **times})[1]["responseCode"] == "4041211"


def test_history_lists_every_movement_over_its_pages(bank, reference):
    since = moment()
    for number in range(3):
        bank.order("/transfer-intrabank", to_sekar(bank, f"{reference}-{number}", remark=f"ke-{number}"))
    asked = {"fromDateTime": since, "toDateTime": moment(), "pageSize": "2"}

    pages = [
        bank.order("/transaction-history-list", {**asked, "pageNumber": f"{number}"})[1]["detailData"]
        for number in (1, 2, 3)
    ]

    listed = [
        row for page in pages for row in page if row["additionalInfo"]["partnerReferenceNo"].startswith(reference)
    ]
    assert [len(page) for page in pages[:1]] == [2]
    assert [row["remark"] for row in listed] == ["ke-0", "ke-1", "ke-2"]
    assert {row["type"] for row in listed} == {"DEBIT"}
    assert listed[0]["amount"] == rupiah(10_000)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"fromDateTime": None}, "4001202"),
        ({"toDateTime": "now"}, "4001201"),
        ({"toDateTime": "9999-12-31T23:59:59-12:00"}, "4001201"),
        ({"fromDateTime": "0001-01-01T00:00:00+12:00"}, "4001201"),
        ({"pageSize": "101"}, "4001201"),
        ({"pageNumber": "0"}, "4001201"),
        ({"pageNumber": [1]}, "4001201"),
    ],
    ids=["no start", "no time", "too late", "too early", "page too large", "page 0", "page no number"],
)
def test_history_without_a_valid_range_is_refused(bank, changed, code):
    asked = {"fromDateTime": moment(), "toDateTime": moment(), **changed}

    assert bank.order("/transaction-history-list", asked)[1]["responseCode"] == code


def test_history_of_another_time_is_empty(bank):
    long_ago = [format_timestamp(datetime.now(UTC) - timedelta(days=days)) for days in (9, 8)]

    answer = bank.order("/transaction-history-list", {"fromDateTime": long_ago[0], "toDateTime": long_ago[1]})[1]

    assert answer["detailData"] == []
