"""Payments to virtual accounts: the bank asks the client, books, and tells until it is heard."""

from __future__ import annotations

import itertools
import threading
import time

import pytest

from tests.harness.servers import wait_until
from tests.simulators.snap_client import rupiah

SEKAR, YOHANES = "1000000001", "1000000004"
_numbers = itertools.count(time.time_ns())


@pytest.fixture
def customer():
    """A number of a customer of the client that no other test uses."""
    return f"{next(_numbers) % 10**12:012}"


def bill(amount, kind="C", name="SEKAR WULANDARI", **changed):
    data = {
        "inquiryStatus": "00",
        "inquiryReason": {"english": "Success", "indonesia": "Sukses"},
        "virtualAccountName": name,
        "totalAmount": rupiah(amount),
        "virtualAccountTrxType": kind,
        **changed,
    }
    return 200, {"responseCode": "2002400", "responseMessage": "Successful", "virtualAccountData": data}


def pay(bank, customer, amount=None, account=SEKAR):
    asked = {"account": account, "virtualAccountNo": f"{bank.keys.va_prefix.strip()}{customer}"}
    return bank.control("/payments/va", **asked, **({"amount": rupiah(amount)} if amount else {}))


def is_settled(bank):
    return bank.books()["waiting_notifications"] == 0


def test_bill_is_paid_and_told_once(bank, product, customer):
    product.bills[customer] = bill(50_000)
    before = bank.balances()

    status, paid = pay(bank, customer)

    wait_until(lambda: is_settled(bank), "told")
    (payment,) = product.payments()
    assert status == 200
    assert payment["partnerServiceId"] == "   88008"
    assert payment["customerNo"] == customer
    assert payment["virtualAccountNo"] == f"   88008{customer}"
    assert (payment["paidAmount"], payment["referenceNo"]) == (rupiah(50_000), paid["referenceNo"])
    assert payment["paymentRequestId"]
    after = bank.balances()
    assert after[SEKAR] - before[SEKAR] == -50_000_00
    assert after[bank.keys.account_number] - before[bank.keys.account_number] == 50_000_00
    headers = product.told[0][2]
    assert (headers["X-PARTNER-ID"], headers["CHANNEL-ID"]) == (bank.keys.partner_id, bank.keys.channel_id)


def test_open_account_takes_the_amount_that_the_payer_chooses(bank, product, customer):
    product.bills[customer] = bill(0, kind="O")

    assert pay(bank, customer) == (409, {"error": "Isi jumlahnya dulu."})
    assert pay(bank, customer, 12_345)[0] == 200

    wait_until(product.payments, "told")
    assert product.payments()[0]["paidAmount"] == rupiah(12_345)


@pytest.mark.parametrize(
    ("answer", "amount", "error"),
    [
        (None, None, "Nomor VA ini tidak dikenal."),
        ((404, {"responseCode": "4042414"}), None, "VA ini sudah dibayar."),
        ((404, {"responseCode": "4042419"}), None, "VA ini sudah kedaluwarsa."),
        ((500, {}), None, "VA ini tidak bisa dibayar sekarang."),
        ((200, {}), None, "VA ini tidak bisa dibayar sekarang."),
        (bill(50_000, totalAmount="x"), None, "Jawaban penerima tidak terbaca."),
        (bill(50_000, inquiryStatus="01", inquiryReason={"indonesia": "Dompet penuh"}), None, "Dompet penuh"),
        (bill(50_000), 49_999, "Jumlahnya harus sama dengan tagihan."),
        (bill(50_000_000), None, "Saldo tidak cukup."),
    ],
    ids=["unknown", "paid", "expired", "fault", "no data", "no amount", "refused", "other amount", "too little"],
)
def test_account_that_cannot_be_paid_moves_nothing(bank, product, customer, answer, amount, error):
    if answer is not None:
        product.bills[customer] = answer
    before = bank.balances()

    assert pay(bank, customer, amount) == (409, {"error": error})

    assert bank.balances() == before
    assert product.told == []


def test_number_of_another_bank_is_refused(bank):
    asked = {"account": SEKAR, "virtualAccountNo": "12345678"}

    assert bank.control("/payments/va", **asked)[1] == {"error": "Nomor VA ini bukan untuk Bank Simulasi."}


def test_absent_client_is_asked_in_vain(bank, product, customer):
    product.is_away = True

    product.bills[customer] = bill(1_000)

    assert pay(bank, customer) == (409, {"error": "VA ini tidak bisa dibayar sekarang."})


@pytest.mark.parametrize(
    "answer",
    [(500, {}), (503, {}), (401, {"responseCode": "4012501"}), (409, {"responseCode": "4092500"}), (429, {})],
    ids=["500", "503", "401", "409", "429"],
)
def test_payment_is_told_again_until_it_is_heard(bank, product, customer, answer):
    product.bills[customer] = bill(1_000)
    product.next_answers = [answer, answer]

    pay(bank, customer)

    wait_until(lambda: len(product.payments()) == 3 and is_settled(bank), "told")
    assert len({payment["paymentRequestId"] for payment in product.payments()}) == 1
    assert len({payment["referenceNo"] for payment in product.payments()}) == 1


@pytest.mark.parametrize("case", ["14", "18"])
def test_client_that_knows_of_the_payment_is_told_no_more(bank, product, customer, case):
    product.bills[customer] = bill(1_000)
    product.next_answers = [(404, {"responseCode": f"40425{case}"})]

    pay(bank, customer)

    wait_until(lambda: is_settled(bank), "ended")
    assert len(product.payments()) == 1
    assert "sampai" in bank.get("/panggilan/")[1].split("<li>")[1]


def test_refused_payment_stays_for_a_person(bank, product, customer):
    product.bills[customer] = bill(1_000)
    product.next_answers = [(404, {"responseCode": "4042512", "responseMessage": "Unknown"})]
    before = bank.balances()[SEKAR]

    pay(bank, customer)

    wait_until(lambda: is_settled(bank), "ended")
    assert len(product.payments()) == 1
    assert bank.balances()[SEKAR] - before == -1_000_00
    assert "ditolak, perlu dicek" in bank.get("/panggilan/")[1].split("<li>")[1]


def test_payment_is_told_after_a_kill_between_commit_and_callback(bank, product, customer):
    product.bills[customer] = bill(1_000)
    bank.fault("reorder_callbacks", value="600")  # The callback is not due before the kill.
    status, paid = pay(bank, customer)
    assert (status, product.told) == (200, [])

    bank.process.kill()
    bank.process.start()

    wait_until(lambda: is_settled(bank), "told")
    assert [payment["referenceNo"] for payment in product.payments()] == [paid["referenceNo"]]


def test_payment_is_told_again_after_a_kill_before_the_answer(bank, product, customer):
    product.bills[customer] = bill(1_000)
    killed = threading.Event()

    def answer_too_late():
        killed.wait(20)
        return 200, {"responseCode": "2002500"}

    product.next_answers = [answer_too_late]
    pay(bank, customer)
    wait_until(product.payments, "told")

    bank.process.kill()
    killed.set()
    bank.process.start()

    wait_until(lambda: is_settled(bank), "told again")
    first, again = product.payments()
    assert first == again


def test_token_of_the_client_outlives_a_kill(bank):
    assert bank.token
    bank.process.kill()
    bank.process.start()

    assert bank.order("/account-inquiry-internal", {"beneficiaryAccountNo": SEKAR})[0] == 200


def issue_token(**fields):
    return 200, {"responseCode": "2007300", "accessToken": "t", "tokenType": "Bearer", "expiresIn": "900", **fields}


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}),
        issue_token(accessToken=""),
        issue_token(accessToken="a\nb"),
        issue_token(expiresIn="9" * 400),
        issue_token(expiresIn="soon"),
    ],
    ids=["fault", "no token", "no header", "too long", "no number"],
)
def test_payment_is_told_after_the_client_gave_no_token(bank, product, customer, answer):
    product.bills[customer] = bill(1_000)

    def forget_the_token():
        product.next_tokens = [answer]
        return 401, {}

    product.next_answers = [forget_the_token]
    pay(bank, customer)

    wait_until(lambda: is_settled(bank), "told")
    assert len(product.payments()) == 2
