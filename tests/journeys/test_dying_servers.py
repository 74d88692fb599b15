"""Servers that die in the middle of a conversation: what was written arrives, once and in order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import Browser
from tests.harness.running_site import Site
from tests.harness.servers import Redis
from tests.journeys import people
from tests.journeys.conftest import Two

pytestmark = pytest.mark.timeout(240)

NOISE_OF_THE_DEAD = r"WebSocket connection to|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET"

# A sending script, step by step; the server dies before one of them and comes back after it.
SCRIPT: tuple[tuple[str, Callable[[Two], None]], ...] = (
    ("ana says one", lambda two: people.say(two.ana, "satu")),
    ("ana says two", lambda two: people.say(two.ana, "dua")),
    ("bo answers", lambda two: people.say(two.bo, "tiga")),
    ("ana reloads", lambda two: _reload(two.ana)),
    ("ana says four", lambda two: people.say(two.ana, "empat")),
)


def _reload(page: Page) -> None:
    page.reload()
    expect(page.locator("html[data-line]")).to_be_attached()


@pytest.mark.parametrize("place", range(len(SCRIPT)), ids=[name for name, _ in SCRIPT])
def test_server_killed_between_any_two_steps_loses_no_message(
    place: int, site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    browser.forgive(NOISE_OF_THE_DEAD)
    two = two_who_talk(site)
    # Of a server that dies while it is being installed, no worker is there when the page is loaded again.
    two.ana.evaluate("navigator.serviceWorker.ready.then(() => null)")

    for number, (_, step) in enumerate(SCRIPT):
        if number == place:
            site.kill()
        step(two)
        if number == place:
            site.start()
    for page in (two.ana, two.bo):
        people.wait_for_line(page)

    _expect_both_to_have(two, ana=["satu", "dua", "empat"], bo=["tiga"])


def test_server_killed_under_load_loses_and_doubles_no_message(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    browser.forgive(NOISE_OF_THE_DEAD)
    two = two_who_talk(site)
    said = [f"nomor {number}" for number in range(12)]

    for number, text in enumerate(said):
        people.say(two.ana, text)
        if number in (3, 7):
            site.kill()
            site.start()

    people.expect_said(two.bo, said)
    people.expect_said(two.ana, said)


@pytest.mark.served_only
def test_conversation_over_two_processes_survives_the_death_of_one(
    make_site: Callable[..., Site], browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    browser.forgive(NOISE_OF_THE_DEAD)
    site = make_site(web_processes=2)
    two = two_who_talk(site)
    people.say(two.ana, "lewat pintu satu")
    people.expect_said(two.bo, ["lewat pintu satu"])

    site.web_processes[1].kill()
    people.say(two.bo, "pintuku mati")
    people.say(two.ana, "pintuku masih ada")
    expect(people.message(two.ana, "pintuku masih ada")).to_have_attribute("data-state", "sent")
    site.web_processes[1].start()

    said = ["lewat pintu satu", "pintuku masih ada", "pintuku mati"]
    people.expect_said(two.bo, said)
    people.expect_said(two.ana, said)


@pytest.mark.served_only
def test_ten_seconds_without_redis_lose_double_and_reorder_no_message(
    make_site: Callable[..., Site], redis_server: Redis, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    browser.forgive(NOISE_OF_THE_DEAD)
    two = two_who_talk(make_site(web_processes=2))
    people.say(two.ana, "sebelum")
    people.expect_said(two.bo, ["sebelum"])
    said = [f"tanpa redis {number}" for number in range(10)]

    redis_server.stop()
    try:
        for text in said:
            people.say(two.ana, text)
            # Committed and acknowledged all the same.
            expect(people.message(two.ana, text)).to_have_attribute("data-state", "sent", timeout=people.ANSWER_MS)
            two.ana.wait_for_timeout(1_000)
    finally:
        redis_server.start()
    people.say(two.bo, "sesudah")

    # Whoever heard no hint converges by what comes next, or within the minute.
    everything = ["sebelum", *said, "sesudah"]
    people.expect_said(two.bo, everything, timeout=75_000)
    people.expect_said(two.ana, everything, timeout=75_000)


def _expect_both_to_have(two: Two, *, ana: list[str], bo: list[str]) -> None:
    """Expect everybody's messages once, each person's in the order they were sent, and the same on both screens."""
    everything = sorted([*ana, *bo])
    for page in (two.ana, two.bo):
        expect(people.messages(page).and_(page.locator("[data-seq]"))).to_have_count(len(everything), timeout=45_000)
        seen = people.bodies(page)
        assert sorted(seen) == everything
        assert [text for text in seen if text in ana] == ana
    assert people.bodies(two.ana) == people.bodies(two.bo)
