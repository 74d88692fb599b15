"""A shop's pages of codes for payment: its account, prints, payments and bills."""

from __future__ import annotations

import re

import cemacqr
import pytest
import qriskit
from django.test import Client
from django.urls import reverse

from payments import api as payments
from payments.domain import qris
from payments.domain.qris import Tip
from payments.models import QrisAccount, QrisBill
from shop import api
from superapp.core import clock, outbox
from superapp.core.money import Money
from superapp.realtime import bus
from tests.payments.purses import PIN
from tests.shop.html_clients import browser_of, text
from tests.shop.printed import read_pdf

pytestmark = pytest.mark.usefixtures("still_clock")
FORM = {"name": "Manik Bo", "city": "Yogyakarta", "postal_code": "55281", "category": "5947", "criteria": "UKE"}
PAGES = ("/tokoku/qris/", "/tokoku/qris/tagih/")


@pytest.fixture
def as_bo(bo, shop):
    return browser_of(bo)


@pytest.fixture
def opened(as_bo):
    assert as_bo.post("/tokoku/qris/", FORM).status_code == 302
    return as_bo


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 500_000_00)


@pytest.fixture
def eve(make_payer):
    return make_payer("eve")


def pay(ana, payload, amount=50_000_00, key="k"):
    return payments.pay_qris(
        payer_id=ana.pk, payload=payload, amount=Money(amount), pin=PIN, idempotency_key=key, now=clock.now()
    )


def test_account_is_opened_by_its_form_and_not_by_looking(as_bo):
    form = as_bo.get("/tokoku/qris/")
    assert 'value="Manik Bo"' in form.content.decode()
    assert QrisAccount.objects.count() == 0

    first, again = (as_bo.post("/tokoku/qris/", FORM) for _time in range(2))

    assert (first.status_code, again.status_code) == (302, 302)
    assert QrisAccount.objects.count() == 1
    assert QrisAccount.objects.get().nmid in text(as_bo.get("/tokoku/qris/"))


def test_wrong_fields_are_marked_and_keep_what_was_typed(as_bo):
    refused = as_bo.post("/tokoku/qris/", {**FORM, "name": "", "postal_code": "12"})

    assert refused.status_code == 422
    assert 'id="name-problem"' in refused.content.decode()
    assert "Isi lima angka kode posmu." in text(refused)
    assert 'value="12"' in refused.content.decode()
    assert QrisAccount.objects.count() == 0


@pytest.mark.parametrize("path", [*PAGES, "/tokoku/qris/poster/", "/tokoku/qris/meja/"])
def test_pages_of_codes_are_for_people_with_a_shop(opened, eve, path):
    as_eve, nobody = browser_of(eve), Client()

    assert as_eve.post(path, {"amount": "1.000", **FORM}).status_code == 404
    assert nobody.post(path).status_code == 302
    assert QrisAccount.objects.count() == 1
    assert QrisBill.objects.count() == 0


def test_poster_is_read_by_a_camera_and_by_two_public_readers(opened, bo):
    sent = opened.post("/tokoku/qris/poster/", {"tip": "yes"})

    assert sent["Content-Type"] == "application/pdf"
    [code], [words], [size] = read_pdf(sent.content)
    assert size == (148, 210)
    assert qriskit.validate(code) == []
    assert cemacqr.validate(cemacqr.parse_payload(code)).ok
    assert qriskit.parse(code, strict=True).merchant_name == "Manik Bo"
    assert qris.read_qris(code).tip == Tip()
    for words_there in ("Manik Bo", "Yogyakarta", "Nusa", QrisAccount.objects.get().nmid):
        assert words_there in words
    assert payments.read_offer(code, now=clock.now()).asks_tip


def test_table_cards_bear_the_tables_in_their_codes(opened):
    tables = [f"Meja {number}" for number in range(1, 10)]

    sent = opened.post("/tokoku/qris/meja/", {"tables": "\r\n".join(["", *tables, " "])})

    codes, texts, sizes = read_pdf(sent.content)
    assert sizes == [(210, 297)] * 2
    assert sorted(qris.read_qris(code).terminal for code in codes) == tables
    assert all(qriskit.validate(code) == [] for code in codes)
    assert "Meja 8" in texts[0]
    assert "Meja 9" in texts[1]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="none"),
        pytest.param("\n".join("abc" for _ in range(41)), id="too many"),
        pytest.param("x" * 26, id="too long"),
    ],
)
def test_tables_that_do_not_fit_are_refused(opened, written):
    refused = opened.post("/tokoku/qris/meja/", {"tables": written})

    assert refused.status_code == 422
    assert 'id="tables-problem"' in refused.content.decode()


def test_prints_are_throttled(opened):
    answers = [opened.post("/tokoku/qris/poster/").status_code for _time in range(5)]

    assert answers[0] == 200
    assert 429 in answers


def test_payments_received_are_listed_with_table_and_fee(opened, bo, ana):
    pay(ana, payments.write_static_code(QrisAccount.objects.get().merchant, terminal="Meja 4"))

    shown = text(opened.get("/tokoku/qris/"))

    assert "Rp50.000" in shown
    assert "Meja 4" in shown
    assert "Rp350" in shown
    assert "Saldo toko: Rp49.650" in text(opened.get("/tokoku/"))


def test_bill_is_made_once_and_shows_its_code_until_it_is_paid(
    opened, bo, ana, monkeypatch, django_capture_on_commit_callbacks
):
    hints = []
    monkeypatch.setattr(bus, "publish_topic", lambda topic, _hint: hints.append(topic))
    key = re.search(r'name="key" value="([^"]+)"', opened.get("/tokoku/qris/tagih/").content.decode())[1]
    form = {"key": key, "amount": "25.000", "note": "2 kopi"}
    first, again = (opened.post("/tokoku/qris/tagih/", form) for _time in range(2))
    assert first.url == again.url
    shown = opened.get(first.url)
    assert "Rp25.000" in text(shown)
    assert "Menunggu pembayaran" in text(shown)
    bill = api.fetch_bill(bo.pk, QrisBill.objects.get().public_id)
    assert api.bill_rev(bill) == 1

    pay(ana, bill.payload, 25_000_00)
    with django_capture_on_commit_callbacks(execute=True):
        outbox.deliver_due(clock.now())

    paid = text(opened.get(first.url))
    assert "Dibayar pukul" in paid
    assert "Menunggu" not in paid
    assert f"bill:{bill.public_id}" in hints
    assert f"qris:{api.find_shop(bo.pk).public_id}" in hints
    assert api.bill_rev(api.fetch_bill(bo.pk, bill.public_id)) == 2


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        pytest.param("", "Isi jumlahnya, misalnya 50.000.", id="empty"),
        pytest.param("10.000.001", "Isi jumlah, paling banyak Rp10.000.000.", id="above the limit"),
    ],
)
def test_bill_of_a_wrong_amount_is_refused_at_its_field(opened, amount, sentence):
    refused = opened.post("/tokoku/qris/tagih/", {"amount": amount})

    assert refused.status_code == 422
    assert sentence in text(refused)
    assert QrisBill.objects.count() == 0


def test_bill_of_a_shop_is_not_there_for_another_shop(opened, eve, make_shop):
    make_shop(eve, handle="manik-eve")
    as_eve = browser_of(eve)
    as_eve.post("/tokoku/qris/", FORM)
    opened.post("/tokoku/qris/tagih/", {"amount": "25.000"})
    bill = QrisBill.objects.get().public_id

    assert as_eve.get(reverse("shop:bill", args=[bill])).status_code == 404
    assert opened.get(reverse("shop:bill", args=[bill])).status_code == 200
