"""Tunnels, reloads, second tabs: whatever the line does, everything is said once and in order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.harness.browsers import Browser
from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two

pytestmark = pytest.mark.timeout(240)

OFFLINE_NOISE = r"ERR_INTERNET_DISCONNECTED|WebSocket connection to"


def go_offline(page: Page) -> None:
    # Whoever goes into a tunnel has been here for a moment: the shell is on the device.
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.context.set_offline(True)
    expect(page.locator("nusa-connection")).to_be_visible()


def say_offline(page: Page, *texts: str) -> None:
    """Write in a tunnel: nothing of it has left when this ends."""
    go_offline(page)
    for text in texts:
        people.say(page, text)
    expect(people.message(page, texts[-1])).to_have_attribute("data-state", "unsent")


def close(page: Page) -> BrowserContext:
    """Close the tab; the device, which is returned, comes out of the tunnel without it."""
    device = page.context
    page.close()
    device.set_offline(False)
    return device


def go_online(page: Page) -> None:
    page.context.set_offline(False)
    people.wait_for_line(page)


def test_messages_written_offline_survive_a_reload_and_are_sent_once(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    browser.forgive(OFFLINE_NOISE)
    two = two_who_talk(site)
    people.say(two.ana, "satu")
    people.expect_said(two.bo, ["satu"])
    people.write(two.ana, "dua, dari terowo")

    go_offline(two.ana)
    people.say(two.ana, "dua, dari terowongan")
    people.say(two.ana, "tiga")
    expect(people.message(two.ana, "tiga")).to_have_attribute("data-state", "unsent")
    people.say(two.bo, "kamu di mana?")
    two.ana.reload()
    expect(people.message(two.ana, "tiga")).to_have_attribute("data-state", "unsent")
    people.say(two.ana, "empat")
    go_online(two.ana)

    said = ["satu", "kamu di mana?", "dua, dari terowongan", "tiga", "empat"]
    people.expect_said(two.bo, said)
    people.expect_said(two.ana, said)


def test_message_of_a_closed_tab_is_sent_by_the_next_tab(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    browser.forgive(OFFLINE_NOISE)
    two = two_who_talk(site)
    address = two.ana.url
    say_offline(two.ana, "ditulis lalu ditutup")

    later = close(two.ana).new_page()
    later.goto(address)

    people.expect_said(later, ["ditulis lalu ditutup"])
    people.expect_said(two.bo, ["ditulis lalu ditutup"])


def test_offline_message_is_sent_from_a_page_outside_chat(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    browser.forgive(OFFLINE_NOISE)
    two = two_who_talk(site)
    address = two.ana.url
    say_offline(two.ana, "ditulis di terowongan", "dan masih")

    later = close(two.ana).new_page()
    later.goto("/kontak/")

    people.expect_said(two.bo, ["ditulis di terowongan", "dan masih"])
    later.goto(address)
    people.expect_said(later, ["ditulis di terowongan", "dan masih"])


def test_changes_made_offline_are_sent_after_their_message(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    browser.forgive(OFFLINE_NOISE)
    two = two_who_talk(site)
    people.say(two.ana, "jam 3")
    people.expect_said(two.ana, ["jam 3"])

    go_offline(two.ana)
    people.choose(two.ana, "jam 3", "edit")
    people.say(two.ana, "jam 4")
    expect(people.message(two.ana, "jam 4")).to_have_attribute("data-state", "unsent")
    people.choose(two.ana, "jam 4", "react")
    people.say(two.ana, "maaf, jam 4")
    go_online(two.ana)

    people.expect_said(two.bo, ["jam 4", "maaf, jam 4"])
    expect(people.message(two.bo, "jam 4").locator("[data-part=reactions] [data-emoji='👍']")).to_be_visible()


def test_unsent_message_can_be_discarded(site: Site, browser: Browser, two_who_talk: Callable[..., Two]) -> None:
    browser.forgive(OFFLINE_NOISE)
    two = two_who_talk(site)
    say_offline(two.ana, "ini batal", "ini jadi")

    people.choose(two.ana, "ini batal", "discard")
    expect(people.messages(two.ana)).to_have_count(1)
    go_online(two.ana)

    people.expect_said(two.bo, ["ini jadi"])


def test_two_tabs_of_one_person_share_one_outbox(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    browser.forgive(OFFLINE_NOISE)
    two = two_who_talk(site)
    one, other = two.ana, two.ana.context.new_page()
    other.goto(one.url)
    people.wait_for_line(other)
    go_offline(one)
    expect(other.locator("html:not([data-line=ready])")).to_be_attached()

    said = [f"{place} dari {'satu' if place % 2 else 'dua'}" for place in range(8)]
    for place, text in enumerate(said):
        tab = one if place % 2 else other
        people.say(tab, text)
        expect(people.messages(one)).to_have_count(place + 1)
        expect(people.messages(other)).to_have_count(place + 1)
    go_online(one)

    people.expect_said(two.bo, said)
    people.expect_said(one, said)
    people.expect_said(other, said)


def test_conversation_works_on_a_slow_connection(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    network = two.ana.context.new_cdp_session(two.ana)
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 30_000},
    )
    two.ana.reload()
    people.wait_for_line(two.ana)

    for text in ("pelan", "tapi", "sampai"):
        people.say(two.ana, text)
    people.expect_said(two.bo, ["pelan", "tapi", "sampai"])
    people.say(two.bo, "diterima")

    people.expect_said(two.bo, ["pelan", "tapi", "sampai", "diterima"])
    people.expect_said(two.ana, ["pelan", "tapi", "sampai", "diterima"])


@pytest.mark.parametrize(
    ("path", "title", "empty"),
    [
        ("/obrolan/arsip/", "Diarsipkan", "Belum ada yang diarsipkan"),
        ("/obrolan/tersembunyi/", "Obrolan tersembunyi", "Tidak ada yang disembunyikan"),
    ],
)
def test_archive_offline_is_called_empty_only_once_known(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two], path: str, title: str, empty: str
) -> None:
    browser.forgive(OFFLINE_NOISE)
    two = two_who_talk(site)
    two.ana.goto("/obrolan/")
    people.wait_for_line(two.ana)
    go_offline(two.ana)

    two.ana.goto(path)

    expect(two.ana.locator("#list-title")).to_have_text(title)
    expect(two.ana.locator("[data-part=empty]")).to_be_hidden()
    two.ana.context.set_offline(False)
    expect(two.ana.get_by_role("heading", name=empty)).to_be_visible(timeout=15_000)
    expect(two.ana.get_by_text("Belum ada obrolan")).to_be_hidden()
