"""Things that people who come from another messenger try in their first week, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two
from tests.journeys.test_photos import READY_MS, TEAL, albums, as_file, pick, picture

# What a browser does with rows that are the same on both databases.
pytestmark = [pytest.mark.embedded_only, pytest.mark.timeout(240)]

CONVERSATION = re.compile(r"/obrolan/[0-9a-f-]{36}/$")


def pull_down(page: Page, selector: str, *, by: int) -> None:
    """Touch the middle of an element and pull it down, in steps as a finger does."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        points = [{"x": x, "y": y + by * step / 8}]
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def sideways(page: Page) -> int:
    """Return by how many pixels the page can be moved sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_back_or_a_pull_closes_a_photo_and_the_conversation_stays(
    make_site: Callable[..., Site], two_who_talk: Callable[..., Two]
) -> None:
    ana = two_who_talk(make_site(runs_jobs=True)).ana
    ana.goto("/obrolan/")
    people.wait_for_line(ana)
    ana.locator("#rows [data-part=link]").click()
    expect(ana).to_have_url(CONVERSATION)
    pick(ana, as_file(picture(TEAL)))
    people.say(ana, "Dari *pasar*")
    photo = albums(ana).and_(ana.locator("[data-seq]")).locator("[data-part=photo-link]")
    expect(photo).to_have_count(1, timeout=READY_MS)
    viewer = ana.locator("#photo-viewer")

    photo.click()
    expect(viewer.locator("[data-part=caption] strong")).to_have_text("pasar")
    ana.go_back()

    expect(viewer).to_be_hidden()
    expect(ana).to_have_url(CONVERSATION)
    expect(photo).to_be_visible()

    photo.click()
    pull_down(ana, "#photo-viewer [data-part=image]", by=40)
    expect(viewer).to_be_visible()
    # Two touches in quick succession would make the photo larger.
    ana.wait_for_timeout(400)
    pull_down(ana, "#photo-viewer [data-part=image]", by=220)
    expect(viewer).to_be_hidden()
    ana.go_back()
    expect(ana).to_have_url(re.compile(r"/obrolan/$"))


def test_sheets_say_what_they_did_and_leave_nothing_stale(site: Site, two_who_talk: Callable[..., Two]) -> None:
    ana = two_who_talk(site).ana
    ana.context.grant_permissions(["geolocation"])
    ana.context.set_geolocation({"latitude": -7.5, "longitude": 110.5})

    ana.locator("nusa-composer [data-part=emoji]").click()
    picker = ana.locator("#emoji-picker")
    picker.locator("[data-part=search]").fill("xyzq")
    expect(picker.locator("[data-part=none]")).to_have_text("Emojinya tidak ketemu. Coba kata lain.")
    picker.locator("[data-part=search]").fill("jempol")
    expect(picker.locator("[data-part=none]")).to_be_hidden()
    # The first clears the search.
    ana.keyboard.press("Escape")
    ana.keyboard.press("Escape")

    ana.locator("nusa-composer [data-part=attach]").click()
    ana.locator("#attach-menu [data-action=location]").click()
    dialog = ana.locator("#location-dialog")
    dialog.locator("[data-part=send]").click()
    expect(dialog.locator("[data-part=problem]")).to_be_visible()
    dialog.locator("[data-part=here]").click()
    expect(dialog.locator("[data-part=found]")).to_contain_text("akurat")
    expect(dialog.locator("[data-part=problem]")).to_be_hidden()
    expect(dialog.locator("[data-part=coordinates]")).not_to_have_attribute("aria-invalid", "true")


def test_archiving_is_undone_from_its_notice(site: Site, two_who_talk: Callable[..., Two]) -> None:
    ana = two_who_talk(site).ana
    ana.goto("/obrolan/")
    people.wait_for_line(ana)
    row = ana.locator("#rows [data-part=link]")

    row.click(button="right")
    ana.locator("#row-menu [data-action=archived-on]").click()
    expect(row).to_have_count(0)
    ana.locator("#toasts [data-part=doing]").click()

    expect(row).to_have_count(1)


def test_message_is_forwarded_to_notes_that_were_never_opened(site: Site, two_who_talk: Callable[..., Two]) -> None:
    ana = two_who_talk(site).ana
    people.say(ana, "Resep opor")
    people.expect_said(ana, ["Resep opor"])

    people.choose(ana, "Resep opor", "forward")
    dialog = ana.locator("#choose-dialog")
    dialog.get_by_text("Catatan saya").click()
    dialog.locator("[data-part=send]").click()

    expect(ana.locator("#toasts")).to_contain_text("Diteruskan ke 1 obrolan.")
    ana.goto("/obrolan/")
    notes = ana.locator("#rows li", has_text="Catatan saya")
    expect(notes.locator("[data-part=text]")).to_have_text("Resep opor")


def test_narrow_and_low_screens_cut_nothing_off(site: Site, two_who_talk: Callable[..., Two]) -> None:
    ana = two_who_talk(site).ana
    conversation = ana.url
    ana.set_viewport_size({"width": 320, "height": 640})
    for path in ("bisukan/", "rincian/", "foto/"):
        ana.goto(f"{conversation}{path}")
        assert sideways(ana) == 0, path

    ana.set_viewport_size({"width": 390, "height": 360})
    ana.goto("/obrolan/grup/")
    button, places = ana.locator(".picker__send").bounding_box(), ana.locator(".places").bounding_box()
    assert button is not None
    assert places is not None
    assert button["y"] + button["height"] <= places["y"]
