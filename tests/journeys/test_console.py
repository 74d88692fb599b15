"""A morning at the console: one operator finds a wallet, freezes it and proposes; another approves."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from playwright.sync_api import Page, expect

from superapp.accounts import api as accounts
from superapp.console.actions.members import add_member
from superapp.console.domain.roles import Role
from superapp.console.models import AuditEntry
from superapp.core import clock
from tests.harness.browsers import Browser
from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two

DESK = (1280, 900)
NUMBERS = {"petugas": "+6281100000071", "pemeriksa": "+6281100000072"}
pytestmark = pytest.mark.timeout(240)


def enter_console(browser: Browser, site: Site, name: str) -> Page:
    """Log in as a person, become a member by the command's action, and open the console with a one-time code."""
    page = browser.person(name, site.url, size=DESK)
    people.arrive(page, phone=NUMBERS[name], name=name.capitalize())
    user = accounts.find_user_by_phone_number(NUMBERS[name])
    assert user is not None
    page.goto("/konsol/")
    expect(page.locator("h1")).to_have_text("Halaman tidak ditemukan")
    uri = add_member(user, [Role.SUPPORT, Role.FINANCE], now=clock.now())
    page.goto("/konsol/pembekuan/")
    page.locator("#code").press_sequentially(pyotp.TOTP(parse_qs(urlsplit(uri).query)["secret"][0]).now())
    expect(page.locator("h1")).to_have_text("Pembekuan")
    return page


def test_wallet_is_frozen_by_one_operator_and_opened_by_two(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    browser.forgive("Failed to load resource")
    two = two_who_talk(site)
    people.take_handle(two.ana, "ana.wulandari")
    two.ana.goto("/dompet/")
    maker, checker = (enter_console(browser, site, name) for name in NUMBERS)

    maker.fill("#search", "ana.wulandari")
    maker.get_by_role("button", name="Cari rekening").click()
    maker.select_option("#reason", "device_lost")
    maker.fill("#note", "ponsel hilang di pasar")
    maker.get_by_role("button", name="Bekukan sekarang").click()
    expect(maker.locator(".notice--good")).to_contain_text("Dibekukan.")
    two.ana.goto("/dompet/")
    expect(two.ana.get_by_text("Dompetmu sedang diblokir")).to_be_visible()

    maker.locator("article input[name=note]").fill("ponsel ditemukan")
    maker.get_by_role("button", name="Usulkan pembukaan").click()
    expect(maker.locator(".notice--good")).to_contain_text("Sudah diusulkan.")
    maker.goto("/konsol/usulan/")
    maker.get_by_role("link", name="Darimu").click()
    expect(maker.get_by_role("button", name="Setujui dan jalankan")).to_have_count(0)

    checker.goto("/konsol/usulan/")
    checker.get_by_role("link", name="Periksa dan putuskan").click()
    expect(checker.get_by_text("ponsel ditemukan")).to_be_visible()
    checker.get_by_role("button", name="Setujui dan jalankan").click()
    expect(checker.locator(".notice--good")).to_contain_text("Rekening sudah dibuka kembali.")

    two.ana.goto("/dompet/")
    expect(two.ana.get_by_text("Dompetmu sedang diblokir")).to_have_count(0)
    checker.get_by_role("button", name="Keluar dari konsol").click()
    checker.goto("/konsol/usulan/")
    expect(checker.locator("#code")).to_be_visible()
    deeds = AuditEntry.objects.exclude(action="looked").order_by("pk").values_list("action", flat=True)
    assert [deed for deed in deeds if deed not in ("member_added", "logged_in")] == [
        "frozen",
        "proposed",
        "approved",
        "logged_out",
    ]
