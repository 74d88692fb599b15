"""An afternoon with money: the first wallet, a top-up by two, a transfer in chat, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import Page, Route, expect

from superapp.accounts import api as accounts
from superapp.core import clock
from tests.harness.browsers import Browser
from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two

PIN = "280394"
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def two(site: Site, browser: Browser, two_who_talk: Callable[..., Two]) -> Two:
    """ana and bo, who talk; and two operators behind the counter."""
    # A form that is refused is answered with its kind, which a console reports; a lost answer leaves a line there, too.
    browser.forgive("Failed to load resource|ERR_FAILED")
    two = two_who_talk(site)
    people.take_handle(two.ana, "ana.wulandari")
    for handle in ("loket.satu", "loket.dua"):
        operator = accounts.create_person(name=handle, handle=handle, now=clock.now())
        accounts.grant_operator(user_id=operator.pk)
    return two


def counter(*arguments: str) -> str:
    """Return the output of ``manage.py top_up``."""
    said = StringIO()
    call_command("top_up", *arguments, stdout=said)
    return said.getvalue().strip()


def top_up(amount: str) -> None:
    asked = counter("ask", "ana.wulandari", amount, "setoran tunai", "--by", "loket.satu")
    counter("approve", asked, "--by", "loket.dua")


def balance(page: Page) -> object:
    return expect(page.locator("nusa-wallet [data-part=balance]"))


def cards(page: Page) -> object:
    return page.locator("nusa-timeline [data-part=list] > li[data-kind=card]")


def choose_amount(page: Page, rupiah: str, memo: str = "") -> None:
    page.locator("#amount").press_sequentially(rupiah)
    if memo:
        page.fill("#memo", memo)
    page.locator("form .button--main").click()
    page.wait_for_url(re.compile(r"/dompet/kirim/[0-9a-f-]{36}/[0-9a-f-]{36}/"))


def type_pin(page: Page) -> None:
    page.fill("#pin", PIN)
    page.press("#pin", "Enter")


def set_first_pin(page: Page) -> None:
    page.goto("/dompet/pin/")
    page.fill("#pin", PIN)
    page.fill("#again", PIN)
    page.press("#again", "Enter")
    page.wait_for_url("**/dompet/")


def to_bo(page: Page) -> None:
    """The page that asks how much bo shall have."""
    page.goto("/dompet/kirim/")
    page.locator("a[href^='/dompet/kirim/'].item").click()
    page.wait_for_selector("#amount")


def test_money_is_topped_up_by_two_operators_and_sent_in_chat(two: Two) -> None:
    ana, bo = two.ana, two.bo
    ana.goto("/dompet/")
    balance(ana).to_have_text("Rp0")
    expect(ana.locator("[data-part=empty]")).to_be_visible()
    people.wait_for_line(ana)

    asked = counter("ask", "ana.wulandari", "Rp250.000", "setoran tunai", "--by", "loket.satu")
    with pytest.raises(CommandError):
        counter("approve", asked, "--by", "loket.satu")
    balance(ana).to_have_text("Rp0")
    counter("approve", asked, "--by", "loket.dua")

    # Nobody touched the page.
    balance(ana).to_have_text("Rp250.000")
    expect(ana.locator(".movement [data-part=title]")).to_have_text(["Isi saldo di loket"])
    expect(ana.locator("[data-part=empty]")).to_be_hidden()

    people.write_to_first_contact(ana)
    ana.locator("[data-part=doing]").click()
    choose_amount(ana, "50000", "bakso kemarin")
    confirmation = ana.url
    expect(ana.locator(".payee__name")).to_have_text("Bo Santoso")
    ana.get_by_role("link", name="Buat PIN").click()
    ana.fill("#pin", PIN)
    ana.fill("#again", PIN)
    ana.press("#again", "Enter")
    ana.wait_for_url(confirmation)
    type_pin(ana)
    expect(ana.locator(".track__step[data-here] .track__sentence")).to_have_text("Di dompet Bo Santoso")

    expect(cards(bo)).to_have_count(1)
    expect(cards(bo).locator("[data-field=amount]")).to_have_text("Rp50.000")
    expect(cards(bo).get_by_text("Uang untukmu")).to_be_visible()
    expect(cards(bo).get_by_text("Kamu mengirim uang")).to_be_hidden()
    people.write_to_first_contact(ana)
    expect(cards(ana).locator("[data-field=memo]")).to_have_text("bakso kemarin")
    expect(cards(ana).get_by_text("Kamu mengirim uang")).to_be_visible()
    cards(bo).get_by_role("link", name="Lihat bukti").click()
    expect(bo.locator(".receipt__amount")).to_have_text("+Rp50.000")


def test_transfer_beyond_the_balance_is_refused_for_good(two: Two) -> None:
    ana = two.ana
    top_up("Rp100.000")
    set_first_pin(ana)

    to_bo(ana)
    ana.locator("#amount").press_sequentially("100001")
    ana.locator("form .button--main").click()
    expect(ana.locator("#amount-problem")).to_contain_text("Saldomu Rp100.000, belum cukup.")
    to_bo(ana)
    choose_amount(ana, "80000")
    late = ana.context.new_page()
    to_bo(late)
    choose_amount(late, "80000")
    type_pin(ana)
    ana.wait_for_url("**/dompet/bukti/**")

    type_pin(late)
    expect(late.get_by_text("Tidak terkirim. Tidak ada uang yang berpindah.")).to_be_visible()
    top_up("Rp500.000")
    token = next(cookie["value"] for cookie in ana.context.cookies() if cookie["name"] == "csrftoken")
    again = late.request.post(late.url, form={"pin": PIN, "csrfmiddlewaretoken": token}, headers={"Referer": late.url})
    late.reload()

    assert again.status == 409
    expect(late.get_by_text("Tidak terkirim. Tidak ada uang yang berpindah.")).to_be_visible()
    expect(late.locator("#pin")).to_have_count(0)
    ana.goto("/dompet/")
    balance(ana).to_have_text("Rp520.000")
    expect(ana.locator(".movement [data-part=title]")).to_have_text(
        ["Isi saldo di loket", "Ke Bo Santoso", "Isi saldo di loket"]
    )


def test_lost_transfer_response_is_found_by_the_paying_page(two: Two) -> None:
    ana = two.ana
    top_up("Rp100.000")
    set_first_pin(ana)
    to_bo(ana)
    choose_amount(ana, "30000")
    confirmation = ana.url

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    ana.route(confirmation, lose)
    type_pin(ana)

    ana.wait_for_url("**/dompet/bukti/**")
    expect(ana.locator(".receipt__amount")).to_have_text("-Rp30.000")
    ana.goto("/dompet/")
    balance(ana).to_have_text("Rp70.000")
    expect(ana.locator(".movement[data-direction=out]")).to_have_count(1)


def test_wallet_history_is_searched_and_exported(two: Two) -> None:
    ana = two.ana
    top_up("Rp100.000")
    set_first_pin(ana)
    to_bo(ana)
    choose_amount(ana, "12500", "kopi pagi")
    type_pin(ana)
    ana.wait_for_url("**/dompet/bukti/**")

    ana.goto("/dompet/")
    ana.fill("[name=cari]", "kopi")
    ana.press("[name=cari]", "Enter")
    expect(ana.locator(".movement [data-part=amount]")).to_have_text(["-Rp12.500"])
    ana.goto("/dompet/laporan/")
    with ana.expect_download() as taken:
        ana.locator("button[value=csv]").click()
    lines = taken.value.path().read_text().splitlines()

    assert taken.value.suggested_filename.endswith(".csv")
    assert [line.split(",")[2] for line in lines[1:]] == ["opening_balance", "topped_up", "sent", "closing_balance"]
    assert ",sent,,kopi pagi,-1250000,0,8750000,IDR," in lines[3]
    ana.goto("/dompet/")
    ana.locator(".balance__hide").click()
    expect(ana.locator("nusa-wallet [data-part=balance]")).to_be_hidden()
    ana.reload()
    expect(ana.locator("nusa-wallet [data-part=balance]")).to_be_hidden()
