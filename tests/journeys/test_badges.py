"""Badges update on a phone and on a desk, on every page, without a reload."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import BO_PHONE, Two


def expect_badge(page: Page, name: str, text: str) -> None:
    badge = page.locator(f".places [data-badge={name}]")
    expect(badge).to_have_text(text)
    expect(badge).to_be_in_viewport(ratio=1)


def test_badges_are_shown_on_pages_without_chat(site: Site, two_strangers: Callable[..., Two]) -> None:
    two = two_strangers(site)
    two.bo.goto("/saya/")
    people.wait_for_line(two.bo)

    people.invite(two.ana, BO_PHONE)

    # Nobody touched the page of bo, at a desk.
    expect_badge(two.bo, "contacts", "1")
    expect(two.bo).to_have_title(re.compile(r"^\(1\) Saya"))
    people.accept_invitation(two.bo)
    people.write_to_first_contact(two.bo)
    two.ana.goto("/dompet/")
    people.wait_for_line(two.ana)
    people.say(two.bo, "Sudah sampai rumah?")
    # Nor that of ana, on a phone.
    expect_badge(two.ana, "chat", "1")
    expect(two.ana).to_have_title(re.compile(r"^\(1\) Dompet"))
    two.ana.goto("/kontak/")
    expect_badge(two.ana, "chat", "1")

    two.ana.locator(".places [data-badge=chat]").click()
    two.ana.locator("nusa-conversation-list [data-conversation] a").first.click()

    expect(two.ana.locator("nusa-timeline")).to_contain_text("Sudah sampai rumah?")
    expect(two.ana).to_have_title(re.compile(r"^Bo"))
    two.ana.goto("/saya/")
    expect(two.ana.locator(".places [data-badge=chat]")).to_be_hidden()
