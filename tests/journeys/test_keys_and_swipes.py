"""A conversation by keys at a desk, and by a finger on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two

# What a browser does with keys and fingers, of the same rows on both databases.
pytestmark = [pytest.mark.embedded_only, pytest.mark.timeout(180)]


def swipe(page: Page, text: str, *, by: int, down: int = 0) -> None:
    """Touch a message and pull it, in steps as a finger does."""
    box = people.message(page, text).locator(".bubble").bounding_box()
    assert box is not None
    x, y = box["x"] + 10, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)

    def send(kind: str, dx: float, dy: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x + dx, "y": y + dy}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 0, 0)
    for step in range(1, 9):
        send("touchMove", by * step / 8, down * step / 8)
    send("touchEnd", 0, 0)


def test_message_swiped_right_is_replied_to(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    people.say(two.bo, "Besok jadi?")
    people.expect_said(two.ana, ["Besok jadi?"])
    context = two.ana.locator("nusa-composer [data-part=context]")

    swipe(two.ana, "Besok jadi?", by=30)
    expect(context).to_be_hidden()
    swipe(two.ana, "Besok jadi?", by=20, down=90)
    expect(context).to_be_hidden()
    swipe(two.ana, "Besok jadi?", by=90)

    expect(context).to_contain_text("Besok jadi?")
    expect(two.ana.locator("[data-pulled]")).to_have_count(0)
    people.say(two.ana, "Jadi")
    quote = people.message(two.bo, "Jadi").locator("[data-part=quote]")
    expect(quote).to_contain_text("Besok jadi?")


def test_desktop_is_usable_by_keyboard_alone(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    page = two.bo
    page.goto("/obrolan/")
    people.wait_for_line(page)
    dialog = page.locator("#switcher")

    page.keyboard.press("Control+k")
    expect(dialog).to_be_visible()
    page.keyboard.type("tidak ada")
    expect(dialog).to_contain_text("Tidak ada hasil untuk “tidak ada”")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("wulan")
    expect(dialog.get_by_role("option", name="Ana Wulandari")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/obrolan/[0-9a-f-]{36}/$"))
    expect(dialog).to_be_hidden()
    expect(page.locator("nusa-composer [data-part=body]")).to_be_focused()
    page.keyboard.type("Halo dari papan ketik")
    page.keyboard.press("Enter")
    people.expect_said(two.ana, ["Halo dari papan ketik"])
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/obrolan/$"))
    row = page.locator("nusa-conversation-list [data-part=rows] [data-part=link]")
    expect(row).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page).to_have_url(re.compile(r"/obrolan/[0-9a-f-]{36}/$"))


def test_letters_typed_into_nothing_go_into_the_message(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    page = two.bo
    page.evaluate("document.activeElement?.blur()")

    page.keyboard.type("Tanpa klik")
    page.keyboard.press("Enter")

    people.expect_said(two.ana, ["Tanpa klik"])
    search = page.locator("nusa-conversation-list [data-part=search]")
    search.focus()
    page.keyboard.type("Ana")
    expect(search).to_have_value("Ana")


def test_arrow_keys_move_through_the_list(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    page = two.bo
    page.goto("/obrolan/")
    people.wait_for_line(page)
    row = page.locator("nusa-conversation-list [data-part=rows] [data-part=link]")

    page.locator("nusa-conversation-list [data-part=search]").focus()
    page.keyboard.press("ArrowDown")
    expect(row).to_be_focused()
    page.keyboard.press("ArrowDown")

    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/obrolan/[0-9a-f-]{36}/$"))
