"""From a storefront to a paid order that moves in the chat: two people side by side, from a bare start."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from PIL import Image
from playwright.sync_api import Page, expect

from superapp.accounts import api as accounts
from superapp.core import clock
from tests.harness.browsers import Browser
from tests.harness.running_site import Site
from tests.harness.servers import wait_until
from tests.journeys import people, shopping
from tests.journeys.conftest import Two
from tests.journeys.shopping import PRODUCT, SHOP

pytestmark = pytest.mark.timeout(420)
NOISE = (
    r"WebSocket connection to|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|Failed to load resource"
)
TAPS_MAX = 25


@dataclass
class Shopping:
    """Bo has a shop at a desk, ana buys with a phone; each on a door of their own where there are two."""

    site: Site
    ana: Page
    bo: Page


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """Several processes on few cores: what comes true comes true within this."""
    expect.set_options(timeout=25_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def doors() -> int:
    return 2 if settings.SERVED else 1


@pytest.fixture
def world(make_site: Callable[..., Site], browser: Browser, two_strangers: Callable[..., Two], doors: int) -> Shopping:
    browser.forgive(NOISE)
    site = make_site(web_processes=doors)
    two = two_strangers(site)
    for context in browser.contexts.values():
        context.set_default_timeout(30_000)
    people.take_handle(two.ana, "ana.wulandari")
    for handle in ("loket.satu", "loket.dua"):
        operator = accounts.create_person(name=handle, handle=handle, now=clock.now())
        accounts.grant_operator(user_id=operator.pk)
    return Shopping(site, two.ana, two.bo)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "sambal.jpg"
    Image.linear_gradient("L").resize((1600, 1200)).convert("RGB").save(path, "JPEG")
    return path


def check_books() -> None:
    """The ledger and the stock prove themselves."""
    call_command("check_ledger")
    call_command("check_shop")


def steps_of(world: Shopping, photo: Path) -> list[tuple[str, Callable[[], None]]]:
    """Return the steps in order; between any two of them the servers may be killed and started again."""
    ana, bo = world.ana, world.bo
    return [
        ("bo opens a shop", lambda: shopping.open_shop(bo)),
        ("bo adds a product", lambda: shopping.add_product(bo, photo=photo)),
        ("ana has money and a PIN", lambda: shopping.give_money(ana)),
        ("ana finds it and asks", lambda: shopping.ask(ana)),
        ("ana buys and pays", lambda: shopping.buy(ana, quantity=2)),
        ("bo accepts with one tap", lambda: shopping.accept_today(bo)),
        ("bo packs", lambda: shopping.pack(bo)),
        ("bo ships", lambda: shopping.ship(bo)),
        ("ana has received it", lambda: shopping.receive(ana)),
    ]


def test_sale_runs_from_an_empty_shop_to_released_money(world: Shopping, photo: Path, browser: Browser) -> None:
    ana, bo = world.ana, world.bo
    shopping.open_shop(bo)
    shopping.add_product(bo, photo=photo)

    stranger = browser.person("eve", world.site.urls[0], java_script_enabled=False)
    stranger.goto(f"/toko/{SHOP}/")
    stranger.get_by_role("link", name=PRODUCT).first.click()
    expect(stranger.locator("h1")).to_have_text(PRODUCT)
    expect(stranger.get_by_text("Rp28.000").first).to_be_visible()

    shopping.give_money(ana)
    shopping.ask(ana)
    bo_talk = bo.context.new_page()
    shopping.open_talk(bo_talk)
    expect(people.messages(bo_talk).last).to_contain_text(PRODUCT)
    bo.goto("/tokoku/")
    expect(bo.get_by_text("Semua beres")).to_be_visible()
    people.wait_for_line(bo)
    ana_talk = ana.context.new_page()
    shopping.open_talk(ana_talk)

    shopping.buy(ana, quantity=2)

    # Nobody touched the pages of bo.
    expect(bo.locator("nusa-known[data-state=list] .order-row")).to_have_count(1)
    card = shopping.card(bo_talk)
    expect(card.get_by_text("Pesanan baru, sudah dibayar")).to_be_visible()
    expect(card.locator("[data-field=total]")).to_have_text("Rp56.000")
    card.get_by_role("link", name="Terima").click()
    expect(shopping.card(ana_talk).get_by_text("Sedang disiapkan")).to_be_visible()
    expect(ana.locator(".status__title")).to_have_text("Pesananmu sedang disiapkan toko")
    shopping.pack(bo)
    shopping.ship(bo)
    expect(shopping.card(ana_talk).locator("[data-field=shipment]")).to_have_text("JNE JT0012345678")
    expect(ana.locator("[aria-labelledby=track-title] [data-here] .track__sentence")).to_have_text(
        "Dikirim dengan JNE, resi JT0012345678"
    )
    shopping.card(ana_talk).get_by_role("link", name="Pesanan diterima").click()
    shopping.confirm(ana_talk)

    expect(ana.locator(".status__title")).to_have_text("Pesananmu selesai")
    expect(shopping.card(bo_talk).get_by_text("Selesai", exact=True)).to_be_visible()
    expect(bo_talk.locator("nusa-timeline li[data-kind=event]")).to_have_count(4)
    bo.goto("/tokoku/")
    expect(bo.get_by_text("Semua beres")).to_be_visible()
    expect(bo.locator(".earnings")).to_contain_text("Saldo toko: Rp56.000")
    bo.get_by_role("button", name="Tarik ke dompet").click()
    expect(bo.get_by_text("Uangnya sudah di dompetmu.")).to_be_visible()
    bo.goto("/dompet/")
    expect(bo.locator("nusa-wallet [data-part=balance]")).to_have_text("Rp56.000")
    expect(bo.get_by_text("Penjualan · Sambal Bo")).to_be_visible()
    check_books()


@pytest.mark.parametrize("place", range(10))
def test_order_survives_a_kill_between_any_two_steps(world: Shopping, photo: Path, place: int) -> None:
    steps = steps_of(world, photo)

    for number, (_, step) in enumerate(steps):
        if number == place:
            world.site.kill()
            world.site.start()
        step()
    if place == len(steps):
        world.site.kill()
        world.site.start()

    world.ana.goto("/pesanan/")
    expect(world.ana.locator(".order-row__word")).to_have_text(["Selesai"])
    shopping.open_talk(world.bo)
    expect(world.bo.locator("nusa-timeline li[data-kind=card]")).to_have_count(1)
    expect(shopping.card(world.bo).get_by_text("Selesai", exact=True)).to_be_visible(timeout=30_000)
    expect(world.bo.locator("nusa-timeline li[data-kind=event]")).to_have_count(4)
    check_books()


def test_first_product_is_public_within_a_limited_number_of_taps(site: Site, browser: Browser, photo: Path) -> None:
    page = browser.person("ana", site.url)
    taps = shopping.count_taps(page)

    people.sign_up_by_hand(page, phone="0812 3456 7001", name="Ana Wulandari", taps=taps)
    shopping.open_shop_by_hand(page, photo=photo, taps=taps)

    stranger = browser.person("eve", site.url)
    stranger.goto(f"/toko/{SHOP}/")
    expect(stranger.get_by_text(PRODUCT).first).to_be_visible()
    print(f"{taps.count} taps: {', '.join(taps.on)}")
    assert taps.count <= TAPS_MAX


def test_two_tabs_double_tap_and_lost_response_make_one_order(world: Shopping, photo: Path) -> None:
    ana, bo = world.ana, world.bo
    shopping.open_shop(bo)
    shopping.add_product(bo, photo=photo)
    shopping.give_money(ana)
    shopping.begin_buying(ana, quantity=1)
    address = ana.url
    other = ana.context.new_page()
    other.goto(address)
    for page in (ana, other):
        shopping.fill_purchase(page, quantity=1)

    ana.fill("#pin", "000000")
    ana.locator(".buy__pay").click()
    expect(ana.locator("#pin-problem")).to_be_in_viewport()
    ana.fill("#pin", shopping.PIN)
    ana.route("**/beli/**", shopping.lose_answer)
    ana.locator(".buy__pay").click()
    expect(ana.get_by_role("dialog")).to_contain_text("Belum tahu apakah pembayaranmu masuk")
    other.locator(".buy__pay").dblclick()
    other.wait_for_url("**/pesanan/**")
    ana.unroute("**/beli/**")
    ana.wait_for_url("**/pesanan/**")

    assert ana.url == other.url
    ana.go_back()
    expect(ana.locator("h1")).to_have_text(PRODUCT)
    ana.goto("/pesanan/")
    expect(ana.locator(".order-row")).to_have_count(1)
    ana.goto("/dompet/")
    expect(ana.locator("nusa-wallet [data-part=balance]")).to_have_text("Rp472.000")
    check_books()


def test_changed_price_is_shown_and_confirmed_again(world: Shopping, photo: Path) -> None:
    ana, bo = world.ana, world.bo
    shopping.open_shop(bo)
    shopping.add_product(bo, photo=photo)
    shopping.give_money(ana)
    shopping.begin_buying(ana, quantity=2)
    shopping.fill_purchase(ana, quantity=2)

    shopping.change_price(bo, "30000")
    ana.locator(".buy__pay").click()
    expect(ana.get_by_role("alert")).to_contain_text("Harganya berubah. Kamu belum membayar apa pun.")
    expect(ana.get_by_role("alert")).to_contain_text("Rp56.000")
    expect(ana.locator("[data-part=total]")).to_have_text("Rp60.000")
    expect(ana.locator("#town")).to_have_value("Sleman")
    ana.fill("#pin", shopping.PIN)
    ana.locator(".buy__pay").click()

    ana.wait_for_url("**/pesanan/**")
    ana.goto("/dompet/")
    expect(ana.locator("nusa-wallet [data-part=balance]")).to_have_text("Rp440.000")
    check_books()


def test_last_piece_is_sold_to_one_and_the_other_pays_nothing(world: Shopping, photo: Path) -> None:
    ana, bo = world.ana, world.bo
    shopping.open_shop(bo)
    shopping.add_product(bo, photo=photo, pieces="1")
    shopping.give_money(ana)
    shopping.begin_buying(ana, quantity=1)
    shopping.fill_purchase(ana, quantity=1)
    late = ana.context.new_page()
    shopping.begin_buying(late, quantity=1)
    shopping.fill_purchase(late, quantity=1)

    ana.locator(".buy__pay").click()
    ana.wait_for_url("**/pesanan/**")
    late.locator(".buy__pay").click()

    expect(late.get_by_role("alert")).to_contain_text("Kamu belum membayar apa pun")
    bo.goto(f"/toko/{SHOP}/")
    expect(bo.get_by_text("Habis").first).to_be_visible()
    check_books()


def test_order_cancelled_by_the_shop_is_refunded_with_its_reason(world: Shopping, photo: Path) -> None:
    ana, bo = world.ana, world.bo
    shopping.open_shop(bo)
    shopping.add_product(bo, photo=photo)
    shopping.give_money(ana)
    shopping.buy(ana, quantity=1)

    shopping.open_first_sale(bo)
    bo.locator("#batal > summary").click()
    bo.get_by_label("Stok habis").check()
    bo.locator("#batal button").click()

    expect(bo.locator(".status__title")).to_have_text("Pesanan ini dibatalkan")
    expect(ana.locator(".status__title")).to_have_text("Pesanan ini dibatalkan")
    expect(ana.locator(".track__reason")).to_have_text("“Stok habis”")
    expect(ana.get_by_text("Rp28.000 kembali ke dompetmu.")).to_be_visible()
    shopping.open_talk(ana)
    expect(shopping.card(ana).get_by_text("Dibatalkan", exact=True)).to_be_visible()
    expect(ana.locator("nusa-timeline li[data-kind=event]")).to_contain_text("Dibatalkan (Stok habis)")
    ana.goto("/dompet/")
    expect(ana.locator("nusa-wallet [data-part=balance]")).to_have_text("Rp500.000")
    check_books()


def test_corrected_tracking_number_is_shown_live_to_the_buyer(world: Shopping, photo: Path, browser: Browser) -> None:
    ana, bo, wrong = world.ana, world.bo, "JT0012345687"
    shopping.open_shop(bo)
    shopping.add_product(bo, photo=photo)
    shopping.give_money(ana)
    shopping.buy(ana, quantity=1)
    browser.contexts["ana"].grant_permissions(["clipboard-read", "clipboard-write"])
    ana_talk = ana.context.new_page()
    shopping.open_talk(ana_talk)
    shopping.accept_today(bo)
    shopping.pack(bo)
    where = ana.get_by_role("region", name="Alamat tujuan")
    on_card = shopping.card(ana_talk).locator("[data-field=shipment]")
    for page in (ana, ana_talk):
        page.evaluate("window.isStillTheSamePage = true")

    shopping.ship(bo, resi=wrong)
    expect(where.locator("strong.figure")).to_have_text(wrong)
    expect(on_card).to_have_text(f"JNE {wrong}")
    shopping.correct_resi(bo, shopping.RESI)

    expect(where.locator("strong.figure")).to_have_text(shopping.RESI)
    expect(on_card).to_have_text(f"JNE {shopping.RESI}")
    expect(ana.locator(".status__title")).to_have_text("Pesananmu dalam perjalanan")
    where.get_by_role("button", name="Salin").click()
    wait_until(lambda: ana.evaluate("navigator.clipboard.readText()") == shopping.RESI, "the number that counts")
    # The wrong number stands where it says what was said, when and by whom, and nowhere else.
    lines = ana_talk.locator("nusa-timeline li[data-kind=event]")
    expect(lines.last).to_have_text(re.compile(r"^Nomor resi diperbaiki · \d\d\.\d\d$"))
    told = ana.locator(".track__step", has_text=re.compile(r"resi JT|JNE, JT"))
    expect(told.locator(".track__sentence")).to_have_text(
        [f"Dikirim dengan JNE, resi {wrong}", f"Resi diperbaiki: JNE, {shopping.RESI}"]
    )
    expect(told.locator(".track__time")).to_have_text([re.compile(r"^kata toko, .*\d\d[.:]\d\d WIB$")] * 2)
    expect(ana.locator("[aria-labelledby=track-title] .track__step[data-here]")).to_contain_text(shopping.RESI)
    for page, times in ((ana, 1), (ana_talk, 0)):
        assert page.content().count(wrong) == times, page.url
        assert page.evaluate("window.isStillTheSamePage")
    check_books()


def test_receipt_is_verified_without_the_server(world: Shopping, photo: Path) -> None:
    ana, bo = world.ana, world.bo
    shopping.open_shop(bo)
    shopping.add_product(bo, photo=photo)
    shopping.give_money(ana)
    shopping.buy(ana, quantity=2)
    number = ana.locator("[data-part=order-number]").inner_text()
    ana.evaluate("navigator.serviceWorker.ready.then(() => null)")
    receipt = ana.get_by_role("link", name="Bukti bayar").get_attribute("href")
    shopping.wait_until_kept(ana)
    seen = {"/dompet/": "Rp", f"/toko/{shopping.SHOP}/": shopping.PRODUCT}
    for path in seen:
        ana.goto(path)
        ana.wait_for_function("path => caches.match(path).then(Boolean)", arg=path)

    world.site.kill()
    ana.context.set_offline(True)
    for path, words in seen.items():
        ana.goto(path)
        expect(ana.locator("[data-last-seen]")).to_have_text(
            re.compile(r"^Belum bisa diperbarui\. Terakhir dilihat pukul \d\d[.:]\d\d$")
        )
        expect(ana.locator("main")).to_contain_text(words)
    ana.goto("/dompet/kirim/")
    expect(ana.locator("h1")).to_have_text("Nusa belum bisa dihubungi")
    ana.goto("/bukti/periksa/")
    ana.locator("[data-part=kept-rows] a").first.click()

    expect(ana.locator("[data-part=ours]")).to_be_visible()
    expect(ana.locator("[data-part=paper] [data-part=number]")).to_have_text(number)
    expect(ana.locator(".paper__total [data-part=total]")).to_have_text("Rp56.000")
    text = str(receipt).partition("#")[2]
    middle = len(text) // 2
    forged = f"{text[:middle]}{'A' if text[middle] != 'A' else 'B'}{text[middle + 1 :]}"
    ana.locator("[data-part=proof] summary").click()
    ana.fill("#receipt", forged)
    ana.locator("[data-part=check]").click()
    expect(ana.locator("[data-part=not-ours]")).to_be_visible()
    expect(ana.locator("[data-part=ours]")).to_be_hidden()
    ana.context.set_offline(False)


def test_page_without_a_server_never_says_empty(world: Shopping, photo: Path) -> None:
    ana, bo = world.ana, world.bo
    shopping.open_shop(bo)
    shopping.add_product(bo, photo=photo)
    shopping.give_money(ana)
    shopping.buy(ana, quantity=1)
    for page, path in ((ana, "/pesanan/"), (bo, "/tokoku/")):
        page.goto(path)
        people.wait_for_line(page)
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        expect(page.locator(".order-row")).to_have_count(1)

    world.site.kill()

    # What is on the screen grows old where it stands; opened anew, it is what the device kept.
    for page in (ana, bo):
        expect(page.locator("nusa-known[data-state=stale]")).to_be_attached(timeout=15_000)
        expect(page.locator("[data-part=age]")).to_contain_text("Terakhir diperbarui")
        page.reload()
        expect(page.locator("nusa-known[data-state=stale] .order-row")).to_have_count(1, timeout=15_000)
        assert not re.search(r"Belum ada pesanan|Semua beres|Rp ?0\b", page.locator("main").inner_text())
    world.site.start()
    for page in (ana, bo):
        expect(page.locator("nusa-known[data-state=list] .order-row")).to_have_count(1, timeout=60_000)
