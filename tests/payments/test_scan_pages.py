"""Scanning a code, and paying what it asks for, as forms without modules."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
import segno
from django.test import Client
from django.urls import reverse
from PIL import Image

from payments import api
from payments.adapters import frame_reader
from payments.domain import qris, scanned_links
from payments.models import QrisPayment
from superapp.accounts.actions import invite_links
from superapp.core import clock
from superapp.core.errors import Busy
from superapp.core.money import Money
from tests.payments.purses import PIN, balance, browser_of
from tests.payments.test_qris_payments import WARUNG, bill_of, open_account, pay
from tests.shop.html_clients import text

pytestmark = pytest.mark.usefixtures("still_clock")
FRAMES = "/dompet/pindai/bingkai/"


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 100_000_00)


@pytest.fixture
def as_ana(ana):
    return browser_of(ana)


@pytest.fixture
def warung(db, now):
    return open_account(now)


def scan(browser, payload):
    """Come to the page of the payment, and return its address."""
    response = browser.post("/dompet/pindai/", {"qr": payload})
    assert response.status_code == 302, text(response)
    return response.headers["Location"]


def frame_of(payload, size=(640, 480)):
    """A frame of a camera that looks at a code: one byte of grey for each pixel."""
    picture = Image.new("L", size, 200)
    code = segno.make(payload, error="m").matrix
    scale = 4 if payload.startswith("000201") else 6
    drawn = Image.frombytes("L", (len(code), len(code)), bytes(20 if dark else 255 for row in code for dark in row))
    picture.paste(drawn.resize((len(code) * scale, len(code) * scale), Image.Resampling.NEAREST), (60, 60))
    return picture.tobytes()


def send_frame(browser, grey, width=640, height=480):
    return browser.post(f"{FRAMES}?w={width}&h={height}", grey, content_type="application/octet-stream")


def test_static_code_asks_the_amount_then_the_pin_and_shows_the_receipt(as_ana, ana, warung, now):
    address = scan(as_ana, api.write_static_code(WARUNG, terminal="Meja 4"))
    form = text(as_ana.get(address))
    for words in ("Warung Bo", "Yogyakarta · Meja 4", "Terdaftar di Nusa", warung.nmid, "Berapa?"):
        assert words in form
    assert "Paling banyak Rp10.000.000 sekali bayar." in form

    assert as_ana.post(address, {"amount": "25.000"}).url == address
    confirmation = text(as_ana.get(address))
    assert "Rp25.000" in confirmation
    assert "Saldo setelah ini: Rp75.000" in confirmation
    paid = as_ana.post(address, {"pin": PIN})

    receipt = text(as_ana.get(paid.url))
    assert "Terbayar." in receipt
    assert "Warung Bo" in receipt
    assert "Diterima Warung Bo" in receipt
    assert balance(ana, now) == 75_000_00
    assert api.get_merchant_balance(WARUNG).total == Money(24_825_00)


def test_form_sent_twice_pays_once_and_reload_shows_the_receipt(as_ana, ana, warung, now):
    address = scan(as_ana, bill_of(now).payload)

    first, again = (as_ana.post(address, {"pin": PIN}) for _time in range(2))

    assert first.url == again.url == as_ana.get(address).url
    assert balance(ana, now) == 75_000_00
    assert QrisPayment.objects.count() == 1


def test_bill_goes_straight_to_the_pin_and_keeps_its_amount(as_ana, ana, warung, now):
    address = scan(as_ana, bill_of(now, note="2 kopi").payload)

    assert "2 kopi" in text(as_ana.get(address))
    as_ana.post(address, {"amount": "1"})
    as_ana.post(address, {"pin": PIN})

    assert balance(ana, now) == 75_000_00


def test_confirmation_pays_what_it_shows_though_the_amount_was_changed_in_another_window(as_ana, ana, warung, now):
    shown = scan(as_ana, api.write_static_code(WARUNG))
    as_ana.post(shown, {"amount": "10.000"})

    changed = as_ana.post(f"{shown}?ubah", {"amount": "90.000"}).url
    paid = as_ana.post(shown, {"pin": PIN})

    assert changed != shown
    assert "Rp90.000" in text(as_ana.get(changed))
    assert "/bukti/" in paid.url
    assert balance(ana, now) == 90_000_00


def test_tip_is_asked_where_the_code_invites_one(as_ana, ana, warung, now):
    address = scan(as_ana, api.write_static_code(WARUNG, asks_tip=True))

    as_ana.post(address, {"amount": "20.000", "tip": "5.000"})
    assert "termasuk tip Rp5.000" in text(as_ana.get(address))
    as_ana.post(address, {"pin": PIN})

    assert balance(ana, now) == 75_000_00
    assert QrisPayment.objects.get().tip == 5_000_00


@pytest.mark.parametrize(
    ("form", "field"),
    [
        pytest.param({"amount": ""}, "amount", id="empty"),
        pytest.param({"amount": "abc"}, "amount", id="no number"),
        pytest.param({"amount": "0,01"}, "amount", id="a fraction of a rupiah"),
        pytest.param({"amount": "1.000", "tip": "0,50"}, "tip", id="tip with a fraction"),
        pytest.param({"amount": "10.000.001"}, "amount", id="above the limit"),
        pytest.param({"amount": "1.000", "tip": "x"}, "tip", id="tip that is no number"),
    ],
)
def test_wrong_amount_is_marked_at_its_field(as_ana, warung, form, field):
    address = scan(as_ana, api.write_static_code(WARUNG, asks_tip=True))

    refused = as_ana.post(address, form)

    assert refused.status_code == 422
    assert f'id="{field}-problem"' in refused.content.decode()


def test_wrong_pin_and_empty_wallet_say_so_and_pay_nothing(as_ana, ana, warung, now):
    address = scan(as_ana, api.write_static_code(WARUNG))
    as_ana.post(address, {"amount": "200.000"})

    wrong, poor = (as_ana.post(address, {"pin": pin}) for pin in ("000000", PIN))

    assert "PIN salah" in text(wrong)
    assert poor.status_code == 409
    assert "Belum dibayar. Uangmu tidak berkurang." in text(poor)
    assert "Belum dibayar" in text(as_ana.get(address))
    assert balance(ana, now) == 100_000_00


def test_code_that_expires_or_is_paid_by_another_meanwhile_says_so(as_ana, make_payer, warung, now):
    cy, bill = make_payer("cy", 100_000_00), bill_of(now)
    address = scan(as_ana, bill.payload)
    pay(cy, bill.payload, clock.now(), amount=25_000_00)

    for response in (as_ana.get(address), as_ana.post(address, {"pin": PIN})):
        assert response.status_code == 409
        assert "Kode ini sudah dibayar." in text(response)


@pytest.mark.parametrize(
    ("scanned", "sentence"),
    [
        pytest.param("https://contoh.example/promo", "Ini bukan kode pembayaran.", id="another site"),
        pytest.param("halo", "Ini bukan kode pembayaran.", id="text"),
        pytest.param("", "Ini bukan kode pembayaran.", id="nothing"),
        pytest.param("00020101021163041234", "Kodenya rusak.", id="damaged"),
    ],
)
def test_whatever_is_no_code_is_said_and_leads_nowhere(as_ana, scanned, sentence):
    refused = as_ana.post("/dompet/pindai/", {"qr": scanned})

    assert refused.status_code == 422
    assert sentence in text(refused)


def test_altered_and_foreign_codes_are_refused_before_anything_is_asked(as_ana, warung):
    code = qris.read_qris(api.write_static_code(WARUNG))
    forged = qris.write_qris(replace(code, name="Warung Eve"))
    theirs = qris.write_qris(replace(code, account=replace(code.account, pan="9360001412345678903")))

    answers = [text(as_ana.post("/dompet/pindai/", {"qr": one})) for one in (forged, theirs)]

    assert "Kode ini bukan dari kami, atau sudah diubah." in answers[0]
    assert "Kode ini milik bank atau dompet lain." in answers[1]


def test_codes_of_people_lead_to_them_and_other_pages_of_ours_do_not(as_ana, ana, bo, settings, now):
    link = invite_links.get_or_create_link(user_id=bo.pk, now=now)
    address = text(browser_of(bo).get("/dompet/kode/"))
    assert "Kode saya" in address
    own = f"{settings.PUBLIC_URL}{reverse('payments:send', args=[bo.public_id])}"
    invite = f"{settings.PUBLIC_URL}/undangan/{link.token}/"

    assert scan(as_ana, own) == reverse("payments:send", args=[bo.public_id])
    assert scan(as_ana, invite) == f"/undangan/{link.token}/"
    for other in (f"{settings.PUBLIC_URL}/keluar/", f"{settings.PUBLIC_URL}//contoh.example/", own + "?amount=1"):
        assert scanned_links.find_own_path(other, public_url=settings.PUBLIC_URL) is None
        assert as_ana.post("/dompet/pindai/", {"qr": other}).status_code == 422


def test_draft_of_a_payment_belongs_to_its_browser(as_ana, warung, make_payer):
    address = scan(as_ana, api.write_static_code(WARUNG))

    assert browser_of(make_payer("eve")).get(address).url == "/dompet/pindai/"
    assert Client().get(address).url.startswith("/masuk/")


def test_camera_is_allowed_on_the_page_that_scans_alone(as_ana):
    assert "camera=(self)" in as_ana.get("/dompet/pindai/")["Permissions-Policy"]
    assert "geolocation=(self)" in as_ana.get("/dompet/pindai/")["Permissions-Policy"]
    assert "camera=()" in as_ana.get("/dompet/")["Permissions-Policy"]


def test_frame_of_the_camera_is_read(as_ana, warung):
    payload = api.write_static_code(WARUNG)

    assert send_frame(as_ana, frame_of(payload)).json() == {"text": payload}
    upright = send_frame(as_ana, frame_of(payload, (480, 640)), 480, 640)
    assert upright.json() == {"text": payload}
    assert send_frame(as_ana, b"\x80" * (640 * 480)).json() == {"text": ""}


@pytest.mark.parametrize(
    ("grey", "width", "height"),
    [
        pytest.param(b"\0" * 100, 640, 480, id="too few bytes"),
        pytest.param(b"\0" * (641 * 100), 641, 100, id="too wide"),
        pytest.param(b"\0" * (500 * 500), 500, 500, id="too large"),
        pytest.param(b"\0" * (10 * 10), 10, 10, id="too small"),
        pytest.param(b"", "x", "-1", id="no numbers"),
    ],
)
def test_what_is_no_frame_is_refused_before_it_is_read(as_ana, monkeypatch, grey, width, height):
    monkeypatch.setattr(frame_reader, "_read", lambda *_frame: pytest.fail("it was read"))

    assert send_frame(as_ana, grey, width, height).status_code == 422


def test_frames_are_for_people_who_are_logged_in_and_throttled(as_ana):
    blank = b"\0" * (64 * 64)

    assert send_frame(Client(), blank, 64, 64).status_code == 302
    assert 429 in [send_frame(as_ana, blank, 64, 64).status_code for _time in range(40)]


def test_slow_frame_holds_no_request_and_others_are_refused_at_once(monkeypatch):
    released = threading.Event()
    monkeypatch.setattr(frame_reader, "SECONDS_MAX", 0.05)
    monkeypatch.setattr(frame_reader, "_read", lambda *_frame: released.wait(5) and "")
    try:
        with pytest.raises(Busy):
            frame_reader.read_frame(b"\0" * (64 * 64), width=64, height=64)
    finally:
        released.set()
