"""Actions of sellers and buyers, in the words of a journey."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from playwright.sync_api import Locator, Page, Route, expect

from tests.harness.servers import wait_until
from tests.journeys import people

PIN = "280394"
SHOP = "sambal-bo"
PRODUCT = "Sambal bawang"
RESI = "JT0012345678"


@dataclass
class Taps:
    """A counter of touches with their targets; typed letters are no taps."""

    count: int = 0
    on: list[str] = field(default_factory=list)

    def tap(self, what: Locator, name: str) -> None:
        what.click()
        self.count += 1
        self.on.append(name)

    def type(self, what: Locator, name: str, text: str) -> None:
        """Tap a field, if it is not the one that waits for letters already, and type."""
        if not what.evaluate("(field) => field === document.activeElement"):
            self.tap(what, name)
        what.press_sequentially(text)


def count_taps(_page: Page) -> Taps:
    return Taps()


def open_shop(page: Page) -> None:
    page.goto("/tokoku/buka/")
    page.fill("#name", "Sambal Bo")
    page.fill("#town", "Yogyakarta")
    page.fill("#handle", SHOP)
    page.locator("form .button--main").click()
    page.wait_for_url("**/tokoku/barang/baru/")


def add_product(page: Page, *, photo: Path | None = None, pieces: str = "10") -> None:
    page.goto("/tokoku/barang/baru/")
    if photo is not None:
        page.locator("#photo").set_input_files(photo)
        expect(page.locator("[data-part=previews] img")).to_have_count(1)
    page.fill("#name", PRODUCT)
    page.locator("#price").press_sequentially("28000")
    page.fill("#quantity", pieces)
    page.locator("form .button--main").click()
    expect(page.get_by_text("Sudah dipajang. Siapa saja bisa melihat dan membelinya.").first).to_be_visible()


def open_shop_by_hand(page: Page, *, photo: Path, taps: Taps) -> None:
    """From the start to the first product on the shelf, tap by tap."""
    taps.tap(page.locator(".places a", has_text="Belanja"), "Belanja")
    taps.tap(page.locator(".sides a", has_text="Tokoku"), "Tokoku")
    taps.tap(page.get_by_role("link", name="Buka toko", exact=True), "Buka toko")
    taps.type(page.locator("#name"), "name", "Sambal Bo")
    taps.type(page.locator("#town"), "town", "Yogyakarta")
    expect(page.locator("#handle")).to_have_value(SHOP)
    taps.tap(page.locator("form .button--main"), "open")
    page.wait_for_url("**/tokoku/barang/baru/")
    # The button, and the picture in the device's own gallery.
    page.locator("#photo").set_input_files(photo)
    taps.count += 2
    taps.on += ["choose photos", "the photo"]
    taps.type(page.locator("#name"), "product name", PRODUCT)
    taps.type(page.locator("#price"), "price", "28000")
    taps.type(page.locator("#quantity"), "pieces", "10")
    taps.tap(page.locator("form .button--main"), "on the shelf")
    expect(page.get_by_text("Sudah dipajang. Siapa saja bisa melihat dan membelinya.").first).to_be_visible()


def change_price(page: Page, rupiah: str) -> None:
    page.goto("/tokoku/barang/")
    page.locator(".order-row").first.click()
    page.fill("#price", rupiah)
    page.locator("button[value=words]").click()
    expect(page.get_by_text("Tersimpan.")).to_be_visible()


def give_money(page: Page) -> None:
    """Rp500.000 over the counter, and a PIN."""
    asked = _counter("ask", "ana.wulandari", "Rp500.000", "setoran tunai", "--by", "loket.satu")
    _counter("approve", asked, "--by", "loket.dua")
    page.goto("/dompet/pin/")
    page.fill("#pin", PIN)
    page.fill("#again", PIN)
    page.press("#again", "Enter")
    page.wait_for_url("**/dompet/")


def ask(page: Page) -> None:
    """From the product's page into the conversation with the shop."""
    _open_product(page)
    page.locator(".buy__chat").click()
    begin = page.locator("main form button, main form .button--main").first
    begin.click()
    page.wait_for_url(re.compile(r"/obrolan/[0-9a-f-]{36}/"))
    people.wait_for_line(page)
    people.say(page, f"Halo, {PRODUCT} masih ada?")
    expect(people.messages(page).last).to_have_attribute("data-state", re.compile("sent|delivered|read"))


def buy(page: Page, *, quantity: int) -> None:
    begin_buying(page, quantity=quantity)
    fill_purchase(page, quantity=quantity)
    page.locator(".buy__pay").click()
    page.wait_for_url(re.compile(r"/pesanan/[0-9a-f-]{36}/"))
    people.wait_for_line(page)


def begin_buying(page: Page, *, quantity: int) -> None:
    _open_product(page)
    page.locator(".buy__now").click()
    page.wait_for_url(re.compile(r"/beli/[0-9a-f-]{36}/[0-9a-f-]{36}/"))


def fill_purchase(page: Page, *, quantity: int) -> None:
    for _ in range(quantity - int(page.locator("#quantity").input_value())):
        page.locator("[data-part=more]").click()
    page.fill("#phone", "0812 3456 7001")
    page.fill("#text", "Jl. Kaliurang km 5 no. 12")
    page.fill("#town", "Sleman")
    page.fill("#pin", PIN)


def lose_answer(route: Route) -> None:
    """Let a form arrive, and let no answer come back; nothing else arrives at all."""
    if route.request.method == "POST":
        route.fetch(max_redirects=0)
    route.abort()


def accept_today(page: Page) -> None:
    page.goto("/tokoku/")
    page.get_by_role("button", name="Terima").click()
    expect(page.get_by_text("Diterima. Pembeli bisa melihatnya.")).to_be_visible()


def pack(page: Page) -> None:
    page.goto("/tokoku/")
    page.get_by_role("button", name="Sudah dikemas").click()
    expect(page.get_by_text("Perlu dikirim")).to_be_visible()


def ship(page: Page, *, resi: str = RESI) -> None:
    open_first_sale(page)
    page.fill("#courier", "JNE")
    page.fill("#resi", resi)
    page.press("#resi", "Enter")
    expect(page.locator(".status__title")).to_have_text("Dalam perjalanan ke pembeli")


def correct_resi(page: Page, resi: str) -> None:
    """On the page of the order: the parcel goes by another number."""
    page.locator("#perbaiki > summary").click()
    page.fill("#resi", resi)
    page.press("#resi", "Enter")
    expect(page.get_by_text("Sudah diperbaiki. Pembeli bisa melihat nomor yang baru.")).to_be_visible()


def open_first_sale(page: Page) -> None:
    page.goto("/tokoku/")
    page.locator(".order-row").first.click()
    page.wait_for_url(re.compile(r"/pesanan/[0-9a-f-]{36}/"))


def receive(page: Page) -> None:
    page.goto("/pesanan/")
    page.locator(".order-row").first.click()
    confirm(page)


def confirm(page: Page) -> None:
    """On the page of the order: yes, it is here."""
    page.wait_for_url(re.compile(r"/pesanan/[0-9a-f-]{36}/"))
    page.locator("#terima > summary").click()
    page.locator("#terima button").click()
    expect(page.locator(".status__title")).to_have_text("Pesananmu selesai")


def open_talk(page: Page) -> None:
    """The one conversation there is."""
    page.goto("/obrolan/")
    page.locator("nusa-conversation-list [data-conversation] a").first.click()
    page.wait_for_url(re.compile(r"/obrolan/[0-9a-f-]{36}/"))
    people.wait_for_line(page)


def card(page: Page) -> Locator:
    """The one card of an order."""
    return page.locator("nusa-timeline li[data-kind=card] [data-card-type='shop.order']")


def wait_until_kept(page: Page) -> None:
    """The receipt lies on the device."""
    kept = """() => new Promise((resolve) => {
      const opening = indexedDB.open(`person ${localStorage.getItem("person")}`)
      opening.onsuccess = () => {
        const all = opening.result.transaction("receipts").objectStore("receipts").getAll()
        all.onsuccess = () => { opening.result.close(); resolve(all.result.length) }
      }
    })"""
    wait_until(lambda: page.evaluate(kept) > 0, "a receipt on the device")


def _open_product(page: Page) -> None:
    page.goto(f"/toko/{SHOP}/")
    page.get_by_role("link", name=PRODUCT).first.click()
    expect(page.locator("h1")).to_have_text(PRODUCT)


def _counter(*arguments: str) -> str:
    said = StringIO()
    call_command("top_up", *arguments, stdout=said)
    return said.getvalue().strip()
