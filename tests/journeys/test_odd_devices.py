"""Devices whose clocks are a day off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two
from tests.journeys.test_family import ask_all, choose

pytestmark = pytest.mark.timeout(240)

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
