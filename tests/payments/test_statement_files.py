"""Statements that a bookkeeper accepts: gross, fee and net of each line, read back by programs of others."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pypdfium2
import pytest
from django.utils import formats
from python_calamine import CalamineWorkbook

from payments import api, errors
from payments.writers import ledger
from superapp.accounts import api as accounts
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN
from tests.payments.purses import PIN
from tests.payments.test_qris_payments import WARUNG, bill_of, open_account, pay
from tests.payments.test_statements import bean_check

ORDER = "shop.order:5"


@pytest.fixture
def sold(make_payer, now):
    """A merchant that sold for Rp50.000 by code at 0.7 %, and an order of Rp30.000 of which a third went back."""
    ana = make_payer("ana", 100_000_00)
    open_account(now)
    pay(ana, bill_of(now, amount=50_000_00).payload, now, amount=50_000_00)
    order = {"reference": ORDER, "authorization": BY_PIN, "now": now}
    api.pay_into_escrow(**order, payer_id=ana.pk, amount=Money(30_000_00), idempotency_key="pay")
    rule = api.find_fee_rule(api.FeeChannel.ORDER, Money(30_000_00), at=now)
    api.release_escrow(**order, merchant=WARUNG, fee=rule, idempotency_key="release")
    ledger.roll_up_due(now)
    api.refund_escrow(**order, amount=Money(10_000_00), idempotency_key="refund")
    return ana


def read(form, now, *, merchant=WARUNG, **period):
    period = {"since": now - timedelta(days=1), "until": now + timedelta(days=1), **period}
    return b"".join(api.open_merchant_statement(merchant, form, **period, holder="=Warung Bo", now=now).chunks)


LINES = [
    # Gross, fee, net and balance after each line.
    (50_000_00, 350_00, 49_650_00, 49_650_00),
    (30_000_00, 0, 30_000_00, 79_650_00),
    (-10_000_00, 0, -10_000_00, 69_650_00),
]


def test_csv_says_gross_fee_and_net_of_each_line_and_its_rule(sold, now):
    rows = list(csv.DictReader(io.StringIO(read("csv", now).decode())))

    names = ("gross_minor", "fee_minor", "net_minor", "balance_minor")
    assert [tuple(int(row[name]) for name in names) for row in rows[1:-1]] == LINES
    assert (rows[0]["balance_minor"], rows[-1]["balance_minor"]) == ("0", "6965000")
    regular = api.find_fee_rule(api.FeeChannel.QRIS, Money(1), at=now)
    assert (rows[1]["fee_rule"], rows[1]["fee_basis_points"]) == (str(regular.pk), "70")
    # A refund gives nothing back of a fee, so it names no rule.
    assert rows[3]["fee_rule"] == ""


def test_spreadsheet_is_read_back_with_the_same_numbers_and_no_formula(sold, now):
    book = CalamineWorkbook.from_filelike(io.BytesIO(read("xlsx", now)))
    rows = book.get_sheet_by_index(0).to_python()

    assert rows[0][0] == "=Warung Bo"
    assert [tuple(round(row[column] * 100) for column in (6, 7, 8, 9)) for row in rows[5:-1]] == LINES
    assert (rows[4][9], rows[-1][9]) == (0, 69_650)
    assert rows[5][10].endswith(": 0.7%")
    assert rows[5][0].isoformat() == "2027-03-01T02:03:04.567000"


def test_print_says_the_same_to_people(sold, now):
    pages = pypdfium2.PdfDocument(read("pdf", now))
    said = " ".join(page.get_textpage().get_text_range() for page in pages)

    for amount in ("Rp50.000", "Rp350", "Rp49.650", "-Rp10.000", "Rp69.650"):
        assert amount in said
    assert "=Warung Bo" in said


def test_print_of_a_wallet_has_one_amount_a_line_and_no_emoji(make_payer, now):
    ana, bo = make_payer("ana", 100_000_00), make_payer("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    sent = {"amount": Money(5_000_00), "memo": "sayur 🥬", "pin": PIN, "idempotency_key": "k", "now": now}
    api.send_money(sender_id=ana.pk, receiver_id=bo.pk, **sent)
    period = {"since": now - timedelta(days=1), "until": now + timedelta(days=1)}

    file = api.open_wallet_statement(ana.pk, "pdf", **period, holder="Ana 🌙", now=now)
    said = pypdfium2.PdfDocument(b"".join(file.chunks))[0].get_textpage().get_text_range()

    assert said.count("-Rp5.000") == 1
    assert ("sayur" in said, "🥬" in said, "🌙" in said, "Bruto" in said) == (True, False, False, False)
    assert f"{formats.date_format(now, 'j M Y')}" in said


def test_print_of_many_lines_has_many_pages(make_payer, now):
    ana = make_payer("ana", 100_000_00)
    open_account(now)
    for number in range(40):
        bill = bill_of(now, amount=1_000_00, key=f"b{number}")
        pay(ana, bill.payload, now, amount=1_000_00, key=f"k{number}")
    ledger.roll_up_due(now)

    pages = pypdfium2.PdfDocument(read("pdf", now))

    assert len(pages) == 2
    said = [page.get_textpage().get_text_range() for page in pages]
    assert sum(one.count("Rp993") for one in said) >= 40
    assert "Rp39.720" in said[1]


def test_beancount_balances_and_names_order_fee_and_rule(sold, now, tmp_path):
    text = read("beancount", now).decode()

    checked = bean_check(text, tmp_path)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    assert "Income:Fees  -350.00 IDR" in text
    assert re.search(r'^  fee_rule: "\d+"$', text, re.MULTILINE)
    assert bean_check(text.replace("-350.00", "-351.00"), tmp_path).returncode != 0


@pytest.mark.parametrize("form", ["csv", "xlsx", "pdf", "beancount"])
def test_wallet_has_every_form_too(sold, now, form):
    period = {"since": now - timedelta(days=1), "until": now + timedelta(days=1)}

    file = api.open_wallet_statement(sold.pk, form, **period, holder="Ana", now=now)

    assert len(b"".join(file.chunks)) > 100


def test_later_period_opens_with_the_closing_balance(sold, now):
    later = read("csv", now, since=now + timedelta(days=1), until=now + timedelta(days=2)).decode()

    rows = list(csv.DictReader(io.StringIO(later)))
    assert [row["balance_minor"] for row in rows] == ["6965000", "6965000"]


def test_statement_that_a_form_has_no_room_for_is_refused_before_its_first_byte(sold, now, monkeypatch):
    monkeypatch.setitem(api.statement_files.LINES_MAX, "pdf", 2)

    with pytest.raises(errors.StatementTooLong):
        read("pdf", now)
    assert read("csv", now)


def test_merchant_without_a_sale_has_no_statement_and_gets_no_account(db, now):
    with pytest.raises(errors.NothingToState):
        read("csv", now, merchant="shop.storefront:none")
