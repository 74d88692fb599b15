"""Receipts that people read, say and share: as a page, a picture and PDF, for the two sides alone."""

from __future__ import annotations

import io
import re
import uuid
from html import unescape

import pypdfium2
import pytest
from django.urls import reverse
from hypothesis import given, strategies
from PIL import Image

from payments import api
from payments.domain.receipt_numbers import ALPHABET, format_number, parse_number
from payments.models import Journal
from payments.queries.receipt_prints import ReceiptPrint, draw_pdf, draw_picture
from superapp.core.money import Money
from tests.payments.purses import PIN, browser_of

pytestmark = pytest.mark.usefixtures("still_clock")
FILES = ("receipt_picture", "receipt_pdf")


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 100_000_00, name="Ana Wijaya")


@pytest.fixture
def sent(ana, bo, now):
    return api.send_to_person(
        sender_id=ana.pk,
        receiver=bo.public_id,
        amount=Money(15_000_00),
        memo="bakso",
        pin=PIN,
        idempotency_key="k",
        now=now,
    ).public_id


def rows_of(page):
    """Labels and values of the receipt."""
    found = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page)
    return {label: unescape(re.sub(r"<.*?>", "", value)).strip() for label, value in found}


def text_of(content):
    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\r", "")


def test_receipt_says_who_paid_whom_how_much_and_when(sent, ana):
    page = browser_of(ana).get(reverse("payments:receipt", args=[sent])).content.decode()

    assert rows_of(page) == {
        "Dari": "Ana Wijaya",
        "Ke": "Bo Santoso",
        "Catatan": "bakso",
        "Saldo setelahnya": "Rp85.000",
        "Nomor bukti": format_number(sent),
    }
    assert "Uang terkirim" in page
    assert "-Rp15.000" in page
    assert "1 Maret 2027, 09.03 WIB" in page


def test_both_sides_have_the_same_number_and_names(sent, ana, bo):
    mine, theirs = (
        rows_of(browser_of(person).get(reverse("payments:receipt", args=[sent])).content.decode())
        for person in (ana, bo)
    )

    for label in ("Dari", "Ke", "Catatan", "Nomor bukti"):
        assert mine[label] == theirs[label]
    assert (mine["Saldo setelahnya"], theirs["Saldo setelahnya"]) == ("Rp85.000", "Rp15.000")


def test_no_uuid_is_shown_as_a_number(sent, ana):
    page = browser_of(ana).get(reverse("payments:receipt", args=[sent])).content.decode()

    words = re.sub(r"<[^>]*>", " ", page.partition("<main")[2])
    assert str(sent) not in words
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", format_number(sent))


def test_pdf_can_be_read_and_searched(sent, ana):
    answer = browser_of(ana).get(reverse("payments:receipt_pdf", args=[sent]))

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="bukti-{format_number(sent)}.pdf"'
    text = text_of(answer.content)
    for word in (
        "Nusa",
        "Uang terkirim",
        "Rp15.000",
        "Ana Wijaya",
        "Bo Santoso",
        "bakso",
        format_number(sent),
        "09.03 WIB",
    ):
        assert word in text
    assert "85.000" not in text  # The balance is nobody else's business.


def test_picture_is_a_png_of_the_receipt(sent, ana):
    answer = browser_of(ana).get(reverse("payments:receipt_picture", args=[sent]))

    assert answer["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.width) == ("PNG", 1080)
        assert picture.height > 800
        assert len(picture.getcolors(1 << 24)) > 10
    assert len(answer.content) < 120_000


@pytest.mark.parametrize("name", ["receipt", *FILES, "receipt_proof"])
def test_outsider_and_unknown_receipt_are_404(name, sent, make_user):
    eve = browser_of(make_user("eve"))

    answers = [eve.get(reverse(f"payments:{name}", args=[one])) for one in (sent, uuid.uuid4())]

    assert [answer.status_code for answer in answers] == [404, 404]
    for answer in answers:
        assert b"bakso" not in answer.content
        assert b"Ana Wijaya" not in answer.content


@pytest.mark.parametrize("name", FILES)
def test_receipts_are_files_of_whoever_is_logged_in(name, sent, client):
    assert client.get(reverse(f"payments:{name}", args=[sent])).status_code == 302


def test_top_up_and_its_giver_are_named(ana):
    row = api.list_wallet_movements(ana.pk, now=Journal.objects.get().posted_at, limit=1)[0]

    page = browser_of(ana).get(reverse("payments:receipt", args=[row.journal])).content.decode()

    found = rows_of(page)
    assert (found["Dari"], found["Ke"]) == ("Loket isi saldo", "Ana Wijaya")
    assert "Isi saldo berhasil" in page


@pytest.mark.parametrize("draw", [draw_picture, draw_pdf])
def test_names_that_no_font_has_and_long_ones_do_no_harm(draw):
    long = ReceiptPrint(
        brand="Nusa",
        headline="Uang terkirim",
        amount="Rp9.000.000.000",
        rows=(("Dari", "🦆 " + "Panjang" * 60), ("Ke", "‮漢字 " * 20), ("Untuk", "kata " * 300), ("Nomor", "")),
        footer="Dibuat oleh Nusa",
    )

    assert len(draw(long)) > 1_000


def test_wallet_is_searched_by_the_number_of_a_receipt(sent, ana):
    number = format_number(sent).lower().replace("-", " ")

    page = browser_of(ana).get("/dompet/", {"cari": number}).content.decode()

    assert page.count("movement__way") >= 1
    assert f"/dompet/bukti/{sent}/" in page
    other = "0000-0000" if format_number(sent) != "0000-0000" else "0000-0001"
    assert f"/dompet/bukti/{sent}/" not in browser_of(ana).get("/dompet/", {"cari": other}).content.decode()


@given(strategies.uuids())
def test_number_leads_back_to_the_journal(journal):
    number = format_number(journal)

    assert set(number.replace("-", "")) <= set(ALPHABET)
    assert journal.hex.endswith(parse_number(number))
    assert parse_number(number.lower().replace("-", "").replace("0", "o").replace("1", "i")) == parse_number(number)


@pytest.mark.parametrize("text", ["", "bakso", "7KQ4-M2X", "7KQ4-M2XDD", "7KQ4-M2XU", "ÄÖÜ4-M2XD"])
def test_text_that_is_no_number_leads_nowhere(text):
    assert parse_number(text) is None
