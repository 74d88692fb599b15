"""An invitation leaves a trace, its answer is heard, and a link brings whoever has no account yet."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.harness.browsers import PHONE, Browser
from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import BO_PHONE, Two


def test_invitation_is_shown_as_pending_cancelled_and_answered(site: Site, two_strangers: Callable[..., Two]) -> None:
    two = two_strangers(site)
    waiting = two.ana.get_by_role("region", name="Menunggu jawaban")

    people.invite(two.ana, BO_PHONE)
    people.invite(two.ana, "0812 9999 0000")

    expect(waiting.get_by_role("listitem")).to_have_count(2)
    expect(waiting.get_by_role("link", name="Buat tautan").first).to_be_visible()
    with two.ana.expect_navigation():
        waiting.get_by_role("button", name="Batalkan +62 812-9999-0000").click()
    expect(waiting.get_by_role("listitem")).to_have_count(1)

    people.accept_invitation(two.bo)

    # ana looks at her contacts and touches nothing: the answer comes to her.
    badge = two.ana.locator(".places [data-badge=chat]")
    expect(badge).to_have_text("1")
    badge.click()
    row = two.ana.locator("nusa-conversation-list [data-conversation]")
    expect(row).to_contain_text("Bo Santoso menerima undangan.")
    row.get_by_role("link").click()
    people.wait_for_line(two.ana)
    people.say(two.ana, "Halo Bo!")
    two.bo.goto("/kontak/")
    # The whole row leads to the conversation, at a desk.
    two.bo.locator(".item--tap").click()
    two.bo.wait_for_url(re.compile(r"/obrolan/[0-9a-f-]{36}/"))
    expect(people.messages(two.bo).last).to_contain_text("Halo Bo!")


def test_invite_link_leads_a_new_person_through_login_and_back(
    site: Site, browser: Browser, two_strangers: Callable[..., Two]
) -> None:
    two = two_strangers(site)
    two.ana.goto("/kontak/")
    two.ana.get_by_role("button", name="Buat tautan undangan").click()
    link = two.ana.locator(".invite-link").inner_text()

    caca = browser.person("caca", site.url, size=PHONE)
    caca.goto(link[link.index("/undangan/") :])
    expect(caca.get_by_role("heading", name="Ana Wulandari mengajakmu ngobrol")).to_be_visible()
    caca.get_by_role("link", name="Masuk dan tambahkan Ana Wulandari").click()
    people.log_in_here(caca, phone="0812 3456 7003", name="Caca")
    caca.wait_for_url("**/undangan/**")
    caca.get_by_role("button", name="Tambahkan Ana Wulandari").click()

    expect(caca.get_by_text("Ana Wulandari sekarang kontakmu.")).to_be_visible()
    expect(two.ana.locator(".places [data-badge=chat]")).to_have_text("1")
    two.ana.goto("/kontak/")
    expect(two.ana.get_by_text("untuk 19 orang lagi")).to_be_visible()
    with two.ana.expect_navigation():
        two.ana.get_by_role("button", name="Matikan").click()
    # A page that is not there is a 404, which Chromium says on the console.
    browser.forgive("404")
    two.bo.goto(link[link.index("/undangan/") :])
    expect(two.bo.get_by_role("heading", name="Tautan ini sudah tidak berlaku")).to_be_visible()
