"""A shop shows a code, a customer's camera reads it, and the money is there: over the camera, and from a picture."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Page, expect

from payments import api as payments
from shop import api as shop
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.core.money import Money
from tests.harness.browsers import Browser
from tests.harness.running_site import Site
from tests.journeys.conftest import ANA_PHONE, BO_PHONE, Two

pytestmark = pytest.mark.timeout(240)
PIN = "280394"
FRAME = (640, 480)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Return the film that the camera shows; it is written before the camera is switched on."""
    return tmp_path / "camera.y4m"


@pytest.fixture
def chromium_arguments(film: Path) -> Sequence[str]:
    return ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")


@pytest.fixture
def two(site: Site, browser: Browser, two_strangers: Callable[..., Two]) -> Two:
    """Ana with money and a PIN, and bo with a shop that has its code."""
    browser.forgive("Failed to load resource|WebSocket connection to")
    two, now = two_strangers(site), clock.now()
    ana, bo = (accounts.find_user_by_phone_number(_international(number)) for number in (ANA_PHONE, BO_PHONE))
    assert ana is not None
    assert bo is not None
    clerks = [accounts.create_person(name=handle, handle=handle, now=now) for handle in ("loket.satu", "loket.dua")]
    for clerk in clerks:
        accounts.grant_operator(user_id=clerk.pk)
    payments.set_first_pin(user_id=ana.pk, pin=PIN, now=now)
    asked = payments.request_top_up(
        user_id=ana.pk, amount=Money(100_000_00), reason="tunai", maker_id=clerks[0].pk, now=now
    )
    payments.approve_top_up(top_up=asked.public_id, checker_id=clerks[1].pk, now=now)
    shop.open_shop(owner_id=bo.pk, handle="warung-bo", name="Warung Bo", town="Yogyakarta", now=now)
    return two


def _international(number: str) -> str:
    return f"+62{number.removeprefix('0').replace(' ', '')}"


def write_film(path: Path, screen: bytes) -> None:
    """Write a film of one picture in YUV4MPEG2, in which a camera looks at a screen."""
    seen = Image.open(io.BytesIO(screen)).convert("L")
    seen.thumbnail((400, 400))
    frame = Image.new("L", FRAME, 150)
    frame.paste(seen, ((FRAME[0] - seen.width) // 2, (FRAME[1] - seen.height) // 2))
    colourless = b"\x80" * (FRAME[0] * FRAME[1] // 2)
    one = b"FRAME\n" + frame.tobytes() + colourless
    path.write_bytes(f"YUV4MPEG2 W{FRAME[0]} H{FRAME[1]} F10:1 Ip A1:1 C420jpeg\n".encode() + one * 10)


def open_account(page: Page) -> None:
    page.goto("/tokoku/")
    page.get_by_role("link", name="QRIS").click()
    page.fill("#postal_code", "55281")
    page.get_by_role("button", name="Buat kodeku").click()
    expect(page.get_by_text("Kodemu sudah siap.")).to_be_visible()


def pay(page: Page) -> None:
    page.fill("#pin", PIN)
    page.press("#pin", "Enter")
    page.wait_for_url("**/dompet/bukti/**")
    expect(page.get_by_text("Terbayar.")).to_be_visible()


def test_customer_scans_a_bill_with_the_camera_and_the_shop_sees_it_paid(
    two: Two, browser: Browser, site: Site, film: Path
) -> None:
    open_account(two.bo)
    two.bo.get_by_role("link", name="Tagih").click()
    two.bo.fill("#amount", "25.000")
    two.bo.fill("#note", "2 es teh")
    two.bo.get_by_role("button", name="Tampilkan kode").click()
    expect(two.bo.get_by_text("Menunggu pembayaran…")).to_be_visible()
    expect(two.bo.locator("html")).to_have_attribute("data-line", "ready")
    write_film(film, two.bo.locator(".qr-box").screenshot())

    browser.contexts["ana"].grant_permissions(["camera"], origin=site.urls[0])
    two.ana.goto("/dompet/")
    two.ana.get_by_role("link", name="Pindai").click()
    two.ana.wait_for_url("**/dompet/bayar/**", timeout=30_000)

    expect(two.ana.get_by_text("Warung Bo")).to_be_visible()
    expect(two.ana.get_by_text("2 es teh")).to_be_visible()
    expect(two.ana.locator(".confirm__amount")).to_have_text("Rp25.000")
    pay(two.ana)
    expect(two.bo.get_by_text(re.compile("Dibayar pukul"))).to_be_visible(timeout=15_000)


def test_camera_rests_after_a_code_that_is_none_until_it_is_asked_again(
    two: Two, browser: Browser, site: Site, film: Path
) -> None:
    write_film(film, as_png(segno.make("https://contoh.example/promo", error="m")))
    browser.contexts["ana"].grant_permissions(["camera"], origin=site.urls[0])

    two.ana.goto("/dompet/pindai/")
    expect(two.ana.get_by_text("Ini bukan kode pembayaran.")).to_be_visible(timeout=15_000)
    expect(two.ana.locator("video")).to_be_hidden()
    two.ana.get_by_role("button", name="Pindai lagi").click()

    expect(two.ana.locator("video")).to_be_visible()


def as_png(code: segno.QRCode) -> bytes:
    written = io.BytesIO()
    code.save(written, kind="png", scale=6)
    return written.getvalue()


def test_customer_without_a_camera_chooses_a_picture_and_the_list_of_the_shop_grows(two: Two) -> None:
    open_account(two.bo)
    expect(two.bo.locator("html")).to_have_attribute("data-line", "ready")
    code = two.bo.locator(".qr-box").screenshot()

    # Nobody has allowed the camera, and the page says so.
    two.ana.goto("/dompet/pindai/")
    expect(two.ana.locator("[data-part=denied], [data-part=none]").locator("visible=true")).to_have_count(1)
    two.ana.locator("[data-part=file]").set_input_files({"name": "kode.png", "mimeType": "image/png", "buffer": code})
    two.ana.wait_for_url("**/dompet/bayar/**")
    two.ana.locator("#amount").press_sequentially("15000")
    two.ana.get_by_role("button", name="Lanjut").click()
    pay(two.ana)

    expect(two.bo.locator("nusa-received")).to_contain_text("Rp15.000", timeout=15_000)
