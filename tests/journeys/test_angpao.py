"""An angpao in a group of five: sent from the chat, opened by four, and checked by the device of one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chat import api as chat
from payments import api as payments
from superapp.accounts.models import User
from superapp.core import clock
from superapp.core.money import Money
from tests.harness.browsers import DESK, PHONE, Browser
from tests.harness.running_site import Site
from tests.journeys import people

PIN = "280394"
NAMES = ("Ana Wulandari", "Bo Santoso", "Citra Lestari", "Dedi Kurnia", "Eka Putri")
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def family(site: Site, browser: Browser) -> tuple[list[Page], str]:
    """Five people at their browsers, ana and bo with phones, and the address of their group."""
    browser.forgive("Transition was (aborted|skipped)")
    pages = []
    for number, name in enumerate(NAMES):
        page = browser.person(name.split()[0].lower(), site.url, size=PHONE if number < 2 else DESK)
        people.arrive(page, phone=f"0812 3456 70{number:02}", name=name)
        pages.append(page)
    now = clock.now()
    ana, *others = (User.objects.get(name=name) for name in NAMES)
    payments.set_first_pin(user_id=ana.pk, pin=PIN, now=now)
    maker, checker = (User.objects.create(handle=handle, name=handle, is_staff=True, joined_at=now) for handle in "xy")
    asked = payments.request_top_up(
        user_id=ana.pk, amount=Money(200_000_00), reason="tunai", maker_id=maker.pk, now=now
    )
    payments.approve_top_up(top_up=asked.public_id, checker_id=checker.pk, now=now)
    group = chat.create_group(owner_id=ana.pk, title="Keluarga Rante", member_ids=[one.pk for one in others], now=now)
    return pages, f"/obrolan/{group.public_id}/"


def send_from_chat(page: Page, group: str) -> None:
    page.goto(group)
    page.locator("[data-part=attach]").click()
    page.locator("#attach-menu").get_by_role("menuitem", name="Angpao").click()
    page.locator("#amount").press_sequentially("50000")
    page.fill("#message", "Selamat Tahun Baru 🧧")
    picture(page, "send")
    page.get_by_role("button", name="Lanjut").click()
    page.fill("#pin", PIN)
    picture(page, "confirm")
    page.get_by_role("button", name="Kirim angpao").click()


def card(page: Page):
    return page.locator("nusa-timeline li[data-kind=card]")


def picture(page: Page, name: str) -> None:
    """Draw the page where somebody looks at it: ``ANGPAO_PICTURES=/tmp pytest …``."""
    if os.environ.get("ANGPAO_PICTURES"):
        page.wait_for_timeout(600)
        page.screenshot(path=Path(os.environ["ANGPAO_PICTURES"]) / f"angpao_{name}.png")


def open_card(page: Page, group: str) -> None:
    page.goto(group)
    card(page).get_by_role("link").click()
    picture(page, "closed")
    page.get_by_role("button", name="Buka").click()
    expect(page.locator(".envelope__amount")).to_contain_text("Rp")


def test_group_of_five_opens_an_angpao(family: Callable[..., tuple[list[Page], str]]) -> None:
    (ana, bo, *others), group = family

    send_from_chat(ana, group)
    expect(card(ana)).to_contain_text("Selamat Tahun Baru 🧧")
    expect(card(ana)).to_contain_text("0 dari 4 dibuka")
    picture(ana, "card")
    open_card(bo, group)
    picture(bo, "opened")
    expect(card(ana)).to_contain_text("1 dari 4 dibuka")
    for page in others:
        open_card(page, group)

    expect(card(ana)).to_contain_text("Sudah habis dibuka")
    bo.reload()
    expect(bo.get_by_text("Terbanyak")).to_have_count(1)
    expect(bo.locator(".envelope ~ .group li")).to_have_count(4)
    picture(bo, "finished")
    picture(others[0], "finished_desk")
    bo.get_by_role("link", name="Bagaimana angkanya dibagi").click()
    expect(bo.get_by_text("Perangkatmu sudah mengulang undiannya")).to_be_visible()
    picture(bo, "split")
    bo.goto("/dompet/")
    expect(bo.locator(".movements")).to_contain_text("Angpao dari Ana Wulandari")
    picture(bo, "wallet")
    ana.goto(group)
    picture(ana, "card_finished")
