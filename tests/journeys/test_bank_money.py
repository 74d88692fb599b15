"""Money from a bank and to one: a first purchase from an empty wallet, a top-up, a withdrawal that goes unknown."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, LocatorAssertions, Page, expect

from payments.adapters import bank_keys
from tests.harness.browsers import Browser
from tests.harness.ports import free_port
from tests.harness.running_site import Site
from tests.journeys import people, shopping
from tests.journeys.conftest import Two
from tests.simulators.running_bank import Bank
from tests.simulators.snap_client import rupiah

pytestmark = pytest.mark.timeout(300)
# The account of a customer of the simulated bank, and one at another bank.
PAYER = "1000000001"
ELSEWHERE = "2100000001"
NOISE = r"WebSocket connection to|ERR_CONNECTION|ERR_EMPTY_RESPONSE|Failed to load resource"


@dataclass
class BankWorld:
    """Ana with a phone and an empty wallet, bo at a desk, the product, and its bank."""

    ana: Page
    bo: Page
    bank: Bank
    site: Site


@pytest.fixture
def world(
    make_site: Callable[..., Site], browser: Browser, two_strangers: Callable[..., Two], tmp_path: Path
) -> Iterator[BankWorld]:
    browser.forgive(NOISE)
    port = free_port()
    env = {
        "SIMULATED_BANK": "0",
        "BANK_URL": f"http://127.0.0.1:{port}",
        "BANK_DIRECTORY": str(tmp_path),
        "BANK_SECONDS_MAX": "3",
        "BANKS": '{"900": "Bank Simulasi", "901": "Bank Cakrawala"}',
    }
    bank_keys.ensure_keys(tmp_path)
    site = make_site(env=env, runs_jobs=True)
    bank = Bank(tmp_path, site.url, port=port)
    bank.process.start()
    two = two_strangers(site)
    yield BankWorld(two.ana, two.bo, bank, site)
    bank.process.kill()


def read_code(picture: Locator) -> str:
    """Return the content of the code on the screen, as a camera would read it."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.screenshot())))
    assert len(found) == 1
    return str(found[0].text)


def pay_code(bank: Bank, content: str) -> None:
    status, answer = bank.control("/payments/qr", qrContent=content, account=PAYER)
    assert status == 200, answer


def pay_number(bank: Bank, number: str, amount: int) -> None:
    status, answer = bank.control("/payments/va", virtualAccountNo=number, account=PAYER, amount=rupiah(amount))
    assert status == 200, answer


def balance(page: Page) -> LocatorAssertions:
    page.goto("/dompet/")
    return expect(page.locator("nusa-wallet [data-part=balance]"))


def test_newcomer_without_money_buys_by_qris_and_confirms_on_the_first_day(world: BankWorld) -> None:
    ana, bo = world.ana, world.bo
    people.take_handle(ana, "ana.wulandari")
    people.take_handle(bo, "bo.santoso")
    shopping.open_shop(bo)
    shopping.add_product(bo)

    shopping.begin_buying(ana, quantity=1)
    ana.fill("#phone", "0812 3456 7001")
    ana.fill("#text", "Jl. Kaliurang km 5 no. 12")
    ana.fill("#town", "Sleman")
    ana.locator("button[name=do][value=qris]").click()
    ana.wait_for_url("**/beli/bayar/**")
    expect(ana.locator(".await__total")).to_have_text("Rp28.000")
    pay_code(world.bank, read_code(ana.locator(".qr-box")))

    ana.wait_for_url(re.compile(r"/pesanan/[0-9a-f-]{36}/"), timeout=30_000)
    shopping.accept_today(bo)
    shopping.pack(bo)
    shopping.ship(bo)
    shopping.receive(ana)
    assert world.bank.balances()[world.bank.keys.account_number] == 28_000_00


def test_top_up_by_code_and_by_number_is_in_the_wallet_once(world: BankWorld) -> None:
    ana = world.ana
    ana.goto("/dompet/isi/")
    ana.fill("#amount", "50000")
    ana.get_by_role("button", name="Tampilkan kode QR").click()
    ana.wait_for_url(re.compile(r"/dompet/isi/[0-9a-f-]{36}/"))
    world.bank.fault("repeat_callbacks", times=1, value="2")
    pay_code(world.bank, read_code(ana.locator(".qr-box")))
    expect(ana.get_by_text("Sudah dibayar. Saldo sudah masuk ke dompetmu.")).to_be_visible(timeout=30_000)

    ana.goto("/dompet/isi/")
    ana.locator("button[name=number]").click()
    number = ana.locator("[data-copy]").first.get_attribute("data-copy")
    assert number is not None
    pay_number(world.bank, number, 25_000)
    balance(ana).to_have_text("Rp75.000", timeout=30_000)


def test_withdrawal_whose_answer_is_lost_is_asked_for_and_arrives_once(world: BankWorld) -> None:
    ana = world.ana
    ana.goto("/dompet/isi/")
    ana.locator("button[name=number]").click()
    number = ana.locator("[data-copy]").first.get_attribute("data-copy")
    assert number is not None
    pay_number(world.bank, number, 100_000)
    balance(ana).to_have_text("Rp100.000", timeout=30_000)
    world.bank.fault("drop_after_commit", times=1, value="transfer")

    ana.goto("/dompet/tarik/")
    ana.select_option("#bank", "901")
    ana.fill("#account", ELSEWHERE)
    ana.fill("#amount", "50000")
    ana.locator("form .button--main").click()
    ana.get_by_role("link", name="Buat PIN").click()
    confirmation = re.compile(r"/dompet/tarik/")
    ana.fill("#pin", shopping.PIN)
    ana.fill("#again", shopping.PIN)
    ana.press("#again", "Enter")
    ana.wait_for_url(confirmation)
    ana.fill("#pin", shopping.PIN)
    ana.press("#pin", "Enter")

    step = ana.locator(".track__step[data-here] .track__sentence")
    expect(step).to_have_text("Masuk ke rekening Bank Cakrawala", timeout=60_000)
    balance(ana).to_have_text("Rp47.500")
    transfers = [entry for entry in world.bank.books()["entries"] if entry["account"] == world.bank.keys.account_number]
    assert sorted(entry["amount"] for entry in transfers) == [-50_000_00, 100_000_00]
