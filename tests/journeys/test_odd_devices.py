"""Devices that are set wrong or overdone: clocks that are a day off, and fifty tabs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import Browser
from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two
from tests.journeys.test_family import ask_all, choose

pytestmark = pytest.mark.timeout(240)

TABS = 50
DAY_MS = 86_400_000
SHIFT_CLOCK = """{
  const now = Date.now.bind(Date)
  globalThis.Date = class extends Date {
    constructor(...given) { given.length > 0 ? super(...given) : super(now() + %d) }
    static now() { return now() + %d }
  }
}"""
TIMES = """() => [...document.querySelectorAll("nusa-timeline [data-part=list] > li[data-kind=text] [data-part=time]")]
  .map((time) => time.textContent)"""


def set_clock_off(page: Page, by_ms: int) -> None:
    page.context.add_init_script(SHIFT_CLOCK % (by_ms, by_ms))
    page.reload()
    people.wait_for_line(page)


def test_clocks_that_are_a_day_off_change_neither_order_nor_times(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    set_clock_off(two.ana, DAY_MS)
    set_clock_off(two.bo, -DAY_MS)

    for page, text in ((two.ana, "satu"), (two.bo, "dua"), (two.ana, "tiga")):
        people.say(page, text)
        for each in (two.ana, two.bo):
            expect(people.message(each, text)).to_be_visible()
    ask_all(two.bo, "Kapan?")
    choose(two.ana, "Sabtu pagi")

    times = two.ana.evaluate(TIMES)
    assert two.bo.evaluate(TIMES) == times
    assert len(times) == 4
    for page in (two.ana, two.bo):
        people.expect_said(page, ["satu", "dua", "tiga", ""])
        expect(page.locator("nusa-timeline .day").last).to_have_text("Hari ini")
        page.reload()
        people.wait_for_line(page)
        people.expect_said(page, ["satu", "dua", "tiga", ""])
        expect(page.locator("nusa-timeline .day").last).to_have_text("Hari ini")
        assert page.evaluate(TIMES) == times


def use(tab: Page) -> None:
    """Turn to a tab and touch it, which takes the place of another where there are too many."""
    tab.bring_to_front()
    tab.locator("nusa-composer [data-part=body]").click()
    people.wait_for_line(tab)


def test_fifty_tabs_send_once_and_the_used_one_is_up_to_date(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    # A tab that was one too many may be about to send when the server closes its socket.
    browser.forgive("WebSocket is already in CLOSING or CLOSED state")
    two = two_who_talk(site)
    tabs = [two.ana, *(two.ana.context.new_page() for _ in range(TABS - 1))]
    for tab in tabs[1:]:
        tab.goto(two.ana.url, wait_until="domcontentloaded")
    people.wait_for_line(tabs[-1])

    said = []
    for place in (0, 17, TABS - 1):
        use(tabs[place])
        people.say(tabs[place], f"dari tab {place}")
        said.append(f"dari tab {place}")
        people.expect_said(two.bo, said)
    people.say(two.bo, "sampai semua?")
    said.append("sampai semua?")

    for place in (5, 30, TABS - 1):
        use(tabs[place])
        people.expect_said(tabs[place], said)
