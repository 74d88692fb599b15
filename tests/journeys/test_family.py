"""A family group of three: made from contacts, with photos of one and a poll of another, and all see the same."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import DESK, PHONE, Browser
from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import ANA_PHONE, BO_PHONE
from tests.journeys.test_photos import BRICK, TEAL, albums, as_file, expect_photos, pick, picture

pytestmark = pytest.mark.timeout(240)

CITRA_PHONE = "0813 3456 7003"
OPTIONS = ("Jumat sore", "Sabtu pagi")

# What a person sees of each message and event, in order: the text, how many photos, and the votes.
SEEN = """() => [...document.querySelectorAll("nusa-timeline [data-part=list] > li[data-seq]")].map((row) => [
  row.dataset.seq,
  row.querySelector("[data-part=body]")?.textContent ?? "",
  row.querySelectorAll("[data-photo] [data-part=picture]").length,
  [...row.querySelectorAll("[data-part=count]")].map((count) => count.textContent),
])"""


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """A site that prepares photos, also as served."""
    return make_site(runs_jobs=True)


@pytest.fixture
def three(site: Site, browser: Browser) -> tuple[Page, Page, Page]:
    """Ana with a phone, Bo at a desk, Citra with a phone; ana has both as contacts."""
    browser.forgive("Transition was (aborted|skipped)")
    ana, bo, citra = (
        browser.person(name, site.url, size=size) for name, size in (("ana", PHONE), ("bo", DESK), ("citra", PHONE))
    )
    for page, phone, name in (
        (ana, ANA_PHONE, "Ana Wulandari"),
        (bo, BO_PHONE, "Bo Santoso"),
        (citra, CITRA_PHONE, "Citra Lestari"),
    ):
        people.sign_up(page, phone=phone, name=name)
    for page, phone in ((bo, BO_PHONE), (citra, CITRA_PHONE)):
        people.invite(ana, phone)
        people.accept_invitation(page)
    return ana, bo, citra


def found_group(page: Page, title: str) -> None:
    page.goto("/obrolan/grup/")
    page.fill("#title", title)
    for box in page.locator("input[name=users]").all():
        box.check()
    page.get_by_role("button", name="Buat grup").click()
    page.wait_for_url(re.compile(r"/obrolan/[0-9a-f-]{36}/"))
    people.wait_for_line(page)


def open_group(page: Page, title: str) -> None:
    page.goto("/obrolan/")
    people.wait_for_line(page)
    page.locator("nusa-conversation-list li", has_text=title).locator("a").first.click()
    page.wait_for_url(re.compile(r"/obrolan/[0-9a-f-]{36}/"))
    people.wait_for_line(page)


def ask_all(page: Page, question: str) -> None:
    page.locator("nusa-composer [data-part=attach]").click()
    page.locator("#attach-menu [data-action=poll]").click()
    dialog = page.locator("#poll-dialog")
    dialog.locator("[data-part=question]").fill(question)
    for place, option in enumerate(OPTIONS):
        dialog.locator("[data-part=options] input").nth(place).fill(option)
    dialog.locator("[data-part=send]").click()
    expect(dialog).to_be_hidden()


def choose(page: Page, option: str) -> None:
    button = page.locator("[data-action=vote]", has_text=option)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def test_family_shares_photos_and_decides_by_a_poll(three: tuple[Page, Page, Page]) -> None:
    ana, bo, citra = three
    found_group(ana, "Keluarga Klaten")
    for page in (bo, citra):
        open_group(page, "Keluarga Klaten")

    pick(bo, as_file(picture(TEAL)), as_file(picture(BRICK)))
    people.say(bo, "Panen pagi ini")
    for page in three:
        expect_photos(page, 2)
    people.say(ana, "Bagus semua!")
    ask_all(citra, "Pulangnya kapan?")
    for page, option in ((ana, OPTIONS[0]), (bo, OPTIONS[1]), (citra, OPTIONS[0])):
        choose(page, option)

    for page in three:
        expect(page.locator("[data-attachment=poll] [data-part=count]")).to_have_text(["2", "1"])
        expect(albums(page).locator("[data-part=body]")).to_have_text("Panen pagi ini")
    seen = [page.evaluate(SEEN) for page in three]
    assert seen[0][-3:] == seen[1][-3:] == seen[2][-3:]
    assert [row[2] for row in seen[0][-3:]] == [2, 0, 0]
    # A page that is opened anew says the same as the ones that heard of it.
    for page, before in zip(three, seen, strict=True):
        page.reload()
        people.wait_for_line(page)
        expect_photos(page, 2)
        assert page.evaluate(SEEN) == before

    people.choose(bo, "Panen pagi ini", "info")
    bo.wait_for_url(re.compile(r"/pesan/\d+/"))
    readers = bo.locator("#content")
    for name in ("Ana Wulandari", "Citra Lestari"):
        expect(readers.get_by_text(name, exact=True)).to_be_visible()
    ana.goto("/obrolan/")
    expect(ana.locator("#rows [data-part=text]").first).to_contain_text("Pulangnya kapan?")


def test_details_of_a_group_do_not_outlast_being_removed(three: tuple[Page, Page, Page]) -> None:
    ana, bo, _citra = three
    found_group(ana, "Keluarga Klaten")
    open_group(bo, "Keluarga Klaten")
    bo.locator("[data-part=details-link]").click()
    expect(bo.locator(".details__members")).to_be_visible()
    people.wait_for_line(bo)

    conversation = ana.url.rstrip("/").rsplit("/", 1)[-1]
    people.call(ana, "DELETE", f"conversations/{conversation}/members/{people.call(bo, 'GET', 'me')['user']}")

    expect(bo.locator("nusa-composer [data-part=closed]")).to_contain_text("Grup lama")
    expect(bo.locator(".details__members")).to_have_count(0)
    expect(bo.locator(".pane--details")).to_be_visible()
