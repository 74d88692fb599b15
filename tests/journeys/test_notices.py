"""A message that comes while something else is looked at: banner, sound, and the person's choices about them."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import BO_PHONE, Two


def befriend(two: Two) -> None:
    people.invite(two.ana, BO_PHONE)
    people.accept_invitation(two.bo)
    people.write_to_first_contact(two.bo)


def expect_silence(page: Page, badge: str) -> None:
    """A message has arrived and is counted, and nothing else happened."""
    expect(page.locator(".places [data-badge=chat]")).to_have_text(badge)
    page.wait_for_timeout(1_000)
    expect(page.locator(".banner")).to_have_count(0)


def test_message_shows_a_banner_with_sound_on_a_page_without_chat(
    site: Site, two_strangers: Callable[..., Two]
) -> None:
    two = two_strangers(site)
    befriend(two)
    two.ana.goto("/dompet/")
    people.wait_for_line(two.ana)
    two.ana.locator("h1").first.click()

    people.say(two.bo, "Sudah sampai <b>rumah</b>?")

    banner = two.ana.locator(".banner")
    expect(banner).to_contain_text("Sudah sampai <b>rumah</b>?")
    expect(banner).to_be_in_viewport(ratio=1)
    expect(banner.locator("[data-part=initials]")).to_have_text("BS")
    expect(two.ana.locator("#announcer")).to_contain_text("Sudah sampai")
    expect(two.ana.locator("html")).to_have_attribute("data-rang", re.compile(r"message\.[0-9a-f]+\.wav$"))
    banner.locator("[data-part=link]").click()
    expect(two.ana.locator("nusa-timeline")).to_contain_text("Sudah sampai")
    # What is looked at needs no banner.
    people.say(two.bo, "Halo?")
    expect(two.ana.locator("nusa-timeline")).to_contain_text("Halo?")
    two.ana.wait_for_timeout(1_000)
    expect(two.ana.locator(".banner")).to_have_count(0)


def test_banner_is_shown_beside_another_conversation_and_closed_by_escape(
    site: Site, two_strangers: Callable[..., Two]
) -> None:
    two = two_strangers(site)
    befriend(two)
    two.ana.goto("/obrolan/")
    people.wait_for_line(two.ana)

    people.say(two.bo, "Lagi apa?")

    expect(two.ana.locator(".banner")).to_contain_text("Lagi apa?")
    two.ana.keyboard.press("Escape")
    expect(two.ana.locator(".banner")).to_have_count(0)


def test_preferences_apply_on_every_device_within_a_second(site: Site, two_strangers: Callable[..., Two]) -> None:
    two = two_strangers(site)
    befriend(two)
    desk = two.ana.context.new_page()
    desk.goto("/dompet/")
    people.wait_for_line(desk)
    settings = two.ana.context.new_page()
    settings.goto("/saya/notifikasi/")
    two.ana.goto("/saya/notifikasi/")
    people.wait_for_line(two.ana)
    people.wait_for_line(settings)

    with two.ana.expect_navigation():
        two.ana.locator("[name=banner]").uncheck()
    # The other page shows the choice by itself.
    expect(settings.locator("[name=banner]")).not_to_be_checked()
    desk.bring_to_front()
    people.say(two.bo, "Satu")
    expect_silence(desk, "1")

    two.ana.bring_to_front()
    with two.ana.expect_navigation():
        two.ana.locator("[name=banner]").check()
    with two.ana.expect_navigation():
        two.ana.locator("label:has([name=pause][value=hour])").click()
    expect(two.ana.locator(".notice--tap")).to_be_visible()
    desk.bring_to_front()
    people.say(two.bo, "Dua")
    desk.wait_for_timeout(1_500)
    expect(desk.locator(".banner")).to_have_count(0)

    two.ana.bring_to_front()
    with two.ana.expect_navigation():
        two.ana.locator("label:has([name=pause][value=none])").click()
    desk.bring_to_front()
    people.say(two.bo, "Tiga")
    expect(desk.locator(".banner")).to_contain_text("Tiga")
