"""Faults of the simulated bank: each strikes as often as it was told to, and the books stay right."""

from __future__ import annotations

import csv
import http.client
import io
import time
from datetime import UTC, datetime

import pytest

from payments.adapters.snap_signatures import WESTERN_INDONESIA
from tests.harness.servers import wait_until
from tests.simulators.snap_client import moment, rupiah
from tests.simulators.test_qr_codes import generate, query, refund
from tests.simulators.test_qr_codes import pay as pay_qr
from tests.simulators.test_transfers import SEKAR, status_of, to_intan, to_sekar
from tests.simulators.test_va_payments import bill, is_settled
from tests.simulators.test_va_payments import pay as pay_va

DROPPED = (http.client.HTTPException, ConnectionError)


@pytest.fixture
def reference():
    """A reference of the client that no other test uses."""
    return f"F{time.time_ns()}"


def statement(bank):
    today = f"{datetime.now(UTC).astimezone(WESTERN_INDONESIA):%Y-%m-%d}"
    return list(csv.DictReader(io.StringIO(bank.get(f"/statements/{today}.csv")[1])))


@pytest.mark.parametrize("service", ["17", "18"])
def test_transfer_dropped_before_commit_is_unknown_and_can_be_ordered_again(bank, reference, service):
    bank.fault("drop_before_commit", value="transfer")
    path, order = ("intrabank", to_sekar) if service == "17" else ("interbank", to_intan)

    with pytest.raises(DROPPED):
        bank.order(f"/transfer-{path}", order(bank, reference))

    assert bank.entries_of(reference) == []
    assert status_of(bank, reference, service)[1]["latestTransactionStatus"] == "07"
    assert bank.order(f"/transfer-{path}", order(bank, reference))[0] == 200


def test_transfer_dropped_after_commit_is_known_and_booked_once(bank, reference):
    bank.fault("drop_after_commit")

    with pytest.raises(DROPPED):
        bank.order("/transfer-intrabank", to_sekar(bank, reference))

    assert status_of(bank, reference)[1]["latestTransactionStatus"] == "00"
    assert bank.order("/transfer-intrabank", to_sekar(bank, reference))[0] == 409
    assert bank.entries_of(reference) == [-10_000_00]


def test_refund_dropped_after_commit_is_answered_when_repeated(bank, product, reference):
    pay_qr(bank, generate(bank, reference)[1]["qrContent"])
    bank.fault("drop_after_commit", value="refund")

    with pytest.raises(DROPPED):
        refund(bank, reference, f"R{reference}", 1_000)

    assert refund(bank, reference, f"R{reference}", 1_000)[0] == 200
    assert bank.entries_of(f"R{reference}") == [-1_000_00]


@pytest.mark.parametrize(("name", "is_paid"), [("drop_before_commit", False), ("drop_after_commit", True)])
def test_dropped_payments_are_told_if_they_were_booked(bank, product, reference, name, is_paid):
    customer, content = reference[1:13], generate(bank, reference)[1]["qrContent"]
    product.bills[customer] = bill(1_000)
    bank.fault(name, times=2)

    with pytest.raises(DROPPED):
        pay_va(bank, customer)
    with pytest.raises(DROPPED):
        pay_qr(bank, content)

    wait_until(lambda: is_settled(bank), "told")
    assert (len(product.payments()), len(product.notices())) == (is_paid, is_paid)
    assert query(bank, reference)["latestTransactionStatus"] == ("00" if is_paid else "01")


def test_drop_of_one_kind_leaves_others_alone(bank, reference):
    bank.fault("drop_before_commit", value="qr")

    assert bank.order("/transfer-intrabank", to_sekar(bank, reference))[0] == 200
    with pytest.raises(DROPPED):
        pay_qr(bank, generate(bank, reference)[1]["qrContent"])


def test_delayed_answer_comes_after_the_booking(bank, reference):
    bank.fault("delay", value="1")
    began = time.monotonic()

    assert bank.order("/transfer-intrabank", to_sekar(bank, reference))[0] == 200
    assert time.monotonic() - began >= 1
    began = time.monotonic()
    assert status_of(bank, reference)[0] == 200
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("status", [429, 500, 504])
def test_answer_of_a_fault_books_nothing(bank, reference, status):
    bank.fault("answer", value=f"{status}")

    answer = bank.order("/transfer-intrabank", to_sekar(bank, reference))

    assert (answer[0], answer[1]["responseCode"]) == (status, f"{status}1700")
    assert bank.entries_of(reference) == []


def test_confirmed_callback_is_repeated_with_new_numbers(bank, product, reference):
    bank.fault("repeat_callbacks", value="2")
    product.bills[reference[1:13]] = bill(1_000)

    pay_va(bank, reference[1:13])

    wait_until(lambda: len(product.payments()) == 3, "repeated")
    assert product.payments()[0] == product.payments()[1] == product.payments()[2]
    assert len({headers["X-EXTERNAL-ID"] for _, _, headers in product.told}) == 3


def test_held_callback_is_overtaken(bank, product, reference):
    bank.fault("reorder_callbacks", value="1")
    product.bills[reference[1:13]] = bill(0, kind="O")

    pay_va(bank, reference[1:13], 1_000)
    pay_va(bank, reference[1:13], 2_000)

    wait_until(lambda: len(product.payments()) == 2, "told")
    assert [payment["paidAmount"] for payment in product.payments()] == [rupiah(2_000), rupiah(1_000)]


def test_transfer_that_was_accepted_fails_and_gives_the_money_back(bank, reference):
    bank.fault("accept_then_fail", value="1")
    before = bank.balances()[bank.keys.account_number]

    first = bank.order("/transfer-intrabank", to_sekar(bank, reference))
    again = bank.order("/transfer-intrabank", to_sekar(bank, reference))

    assert (first[0], first[1]["responseCode"]) == (202, "2021700")
    assert again == first
    assert status_of(bank, reference)[1]["latestTransactionStatus"] == "03"
    wait_until(lambda: status_of(bank, reference)[1]["latestTransactionStatus"] == "06", "failed", 10)
    assert bank.entries_of(reference) == [-10_000_00, 10_000_00]
    assert bank.balances()[bank.keys.account_number] == before
    assert bank.order("/transfer-intrabank", to_sekar(bank, reference))[1]["responseCode"] == "4051701"


def test_wrong_amount_is_said_and_the_right_one_booked(bank, product, reference):
    product.bills[reference[1:13]] = bill(1_000)
    bank.fault("wrong_amount", value="7")
    pay_va(bank, reference[1:13])
    wait_until(lambda: is_settled(bank), "told")
    bank.fault("wrong_amount", value="-7")
    pay_qr(bank, generate(bank, reference)[1]["qrContent"])
    wait_until(lambda: is_settled(bank), "told")

    assert [payment["paidAmount"] for payment in product.payments()] == [rupiah(1_007)]
    assert [notice["amount"] for notice in product.notices()] == [rupiah(24_993)]
    assert bank.entries_of(reference) == [25_000_00]


def test_skewed_clock_refuses_one_request_and_dates_one_callback(bank, product, reference):
    bank.fault("skewed_clock", value="600")
    asked = {"beneficiaryAccountNo": SEKAR}
    assert bank.order("/account-inquiry-internal", asked)[1]["responseMessage"] == "Unauthorized. X-TIMESTAMP"
    assert bank.order("/account-inquiry-internal", asked)[0] == 200
    content = generate(bank, reference)[1]["qrContent"]

    bank.fault("skewed_clock", value="600")
    pay_qr(bank, content)
    wait_until(lambda: is_settled(bank), "told")

    said = datetime.fromisoformat(product.told[0][2]["X-TIMESTAMP"])
    assert 500 < (said - datetime.now(UTC)).total_seconds() < 700


def test_expired_token_is_refused_and_another_one_serves(bank):
    asked = {"beneficiaryAccountNo": SEKAR}
    bank.fault("expired_token")

    assert bank.order("/account-inquiry-internal", asked)[1]["responseCode"] == "4011501"
    assert bank.order("/account-inquiry-internal", asked)[1]["responseCode"] == "4011501"
    bank.forget_token()
    assert bank.order("/account-inquiry-internal", asked)[0] == 200


def test_statement_lists_the_day_with_its_balances(bank, reference):
    bank.order("/transfer-intrabank", to_sekar(bank, reference, remark='=1+1, "dua"'))

    rows = statement(bank)

    sen = bank.balances()[bank.keys.account_number]
    last = rows[-1]
    assert list(last) == ["date", "time", "reference", "partner_reference", "description", "debit", "credit", "balance"]
    assert (last["partner_reference"], last["description"]) == (reference, '=1+1, "dua"')
    assert (last["debit"], last["credit"]) == ("10000.00", "0.00")
    assert last["balance"] == f"{sen // 100}.{sen % 100:02}"
    assert bank.get("/statements/2026-02-30.csv")[0] == 404


def test_statement_lacks_a_line_once(bank, reference):
    bank.order("/transfer-intrabank", to_sekar(bank, reference))
    whole = statement(bank)

    bank.fault("missing_line")
    short = statement(bank)

    assert len(whole) - len(short) == 1
    assert [row for row in whole if row in short] == short
    assert statement(bank) == whole


def test_statement_has_a_line_of_nobody_once(bank):
    whole = statement(bank)

    bank.fault("extra_line", value="777")
    longer = statement(bank)

    assert longer[:-1] == whole
    assert longer[-1]["credit"] == "777.00"
    assert longer[-1]["reference"] not in {entry["reference"] for entry in bank.books()["entries"]}
    assert statement(bank) == whole


@pytest.mark.parametrize(
    "fault",
    [
        {"name": "fire"},
        {"name": "delay", "times": -1},
        {"name": "delay", "times": 1_001},
        {"name": "delay", "times": "often"},
        {"name": "delay", "value": "x"},
        {"name": "delay", "value": "99999"},
        {"name": "answer", "value": "200"},
        {"name": "missing_line", "value": "1"},
        {},
    ],
)
def test_fault_that_is_none_is_refused(bank, fault):
    assert bank.control("/faults", **fault)[0] == 400
    assert bank.order("/account-inquiry-internal", {"beneficiaryAccountNo": SEKAR, "at": moment()})[0] == 200


def test_fault_strikes_as_often_as_it_was_told(bank):
    bank.fault("answer", times=2, value="504")
    asked = {"beneficiaryAccountNo": SEKAR}

    statuses = [bank.order("/account-inquiry-internal", asked)[0] for _ in range(3)]

    assert statuses == [504, 504, 200]
