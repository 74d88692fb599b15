"""A deletion that is taken back, places that are sent, and a poll of many."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from chat.models import Message, PollVote
from superapp.core import clock
from tests.harness.browsers import DESK, Browser
from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two

# What a browser does with dialogs and keys, of the same rows on both databases.
pytestmark = [pytest.mark.embedded_only, pytest.mark.timeout(180)]


def delete_for_me(page: Page, text: str) -> None:
    people.choose(page, text, "recall")
    page.locator("#recall-dialog button[value=mine]").click()


def open_location(page: Page) -> None:
    page.locator("nusa-composer [data-part=attach]").click()
    page.locator("#attach-menu [data-action=location]").click()
    expect(page.locator("#location-dialog")).to_be_visible()


def test_message_deleted_for_me_comes_back_by_one_key_on_all_my_devices(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    two = two_who_talk(site)
    people.say(two.ana, "resep rahasia")
    people.expect_said(two.bo, ["resep rahasia"])
    [session] = [one for one in two.bo.context.cookies() if one["name"] == "sessionid"]
    desk = browser.person("bo again", site.url, size=DESK)
    desk.context.add_cookies([session])
    desk.goto(two.bo.url)
    people.wait_for_line(desk)
    people.expect_said(desk, ["resep rahasia"])

    delete_for_me(two.bo, "resep rahasia")

    undo = two.bo.locator("#toasts").get_by_role("button", name="Urungkan")
    expect(undo).to_be_focused()
    for page in (two.bo, desk):
        people.expect_said(page, [])
    two.bo.keyboard.press("Enter")
    for page in (two.bo, desk, two.ana):
        people.expect_said(page, ["resep rahasia"])
    expect(undo).to_have_count(0)


def test_location_of_the_device_is_sent_by_two_taps(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    two.ana.context.grant_permissions(["geolocation"])
    two.ana.context.set_geolocation({"latitude": -7.752, "longitude": 110.4915, "accuracy": 12})
    open_location(two.ana)
    dialog = two.ana.locator("#location-dialog")
    expect(dialog.locator("[data-part=coordinates]")).to_be_hidden()

    dialog.locator("[data-part=here]").click()
    expect(dialog.locator("[data-part=found]")).to_contain_text("12 m")
    dialog.locator("[data-part=send]").click()

    place = two.bo.locator("[data-attachment=location]").last
    expect(place.locator("[data-part=coordinates]")).to_have_text("-7.752, 110.4915")
    expect(place.locator("[data-part=map]")).to_have_attribute("href", "geo:-7.752,110.4915")
    # Bo sits at a desk, where nothing opens such an address.
    expect(place.locator("[data-part=map]")).to_be_hidden()
    expect(place.locator("[data-action=copy-place]")).to_be_visible()
    expect(two.ana.locator("[data-attachment=location] [data-part=map]").last).to_be_visible()


def test_place_is_pasted_as_a_link_and_what_is_wrong_is_said_at_its_field(
    site: Site, two_who_talk: Callable[..., Two]
) -> None:
    two = two_who_talk(site)
    bo = two.bo
    open_location(bo)
    dialog = bo.locator("#location-dialog")
    written = dialog.locator("[data-part=coordinates]")
    problem = dialog.locator("[data-part=problem]")

    dialog.locator("[data-part=send]").click()
    expect(problem).to_contain_text("Pakai lokasimu")
    expect(written).to_be_focused()
    written.fill("https://maps.app.goo.gl/AbCdEf")
    bo.keyboard.press("Enter")
    expect(problem).to_contain_text("tidak memuat koordinat")
    expect(written).to_have_attribute("aria-invalid", "true")
    written.fill("https://www.google.com/maps/@-7.752,110.4915,15z")
    expect(problem).to_be_hidden()
    expect(written).not_to_have_attribute("aria-invalid", re.compile(".*"))
    bo.keyboard.press("Enter")

    place = bo.locator("[data-attachment=location]").last
    expect(place.locator("[data-part=coordinates]")).to_have_text("-7.752, 110.4915")


def test_desk_gets_the_coordinates_and_no_way_to_a_map(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    bo = two.bo
    bo.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_location(bo)
    dialog = bo.locator("#location-dialog")
    dialog.locator("summary").click()
    dialog.locator("[data-part=coordinates]").fill("-7.752, 110.4915")
    bo.keyboard.press("Enter")
    place = bo.locator("[data-attachment=location]").last

    expect(place.get_by_text("Buka di peta")).to_be_hidden()
    place.get_by_role("button", name="Salin koordinat").click()
    expect(bo.locator("#toasts")).to_contain_text("Tersalin")
    assert bo.evaluate("navigator.clipboard.readText()") == "-7.752, 110.4915"


def test_voters_of_a_poll_are_read_to_the_last(site: Site, two_who_talk: Callable[..., Two]) -> None:
    bo = two_who_talk(site).bo
    bo.locator("nusa-composer [data-part=attach]").click()
    bo.locator("#attach-menu [data-action=poll]").click()
    dialog = bo.locator("#poll-dialog")
    dialog.locator("[data-part=question]").fill("Ikut?")
    for place, answer in enumerate(("Ya", "Tidak")):
        dialog.locator("[data-part=options] input").nth(place).fill(answer)
    dialog.locator("[data-part=send]").click()
    expect(bo.locator("[data-attachment=poll]")).to_be_visible()
    expect(bo.locator("nusa-timeline li[data-kind=text][data-seq]")).to_have_count(1)
    poll = Message.objects.latest("pk")
    people_voted = get_user_model().objects.bulk_create(get_user_model()(name=f"Orang {at}") for at in range(130))
    PollVote.objects.bulk_create(
        PollVote(message=poll, user=user, option=0, voted_at=clock.now()) for user in people_voted
    )
    bo.reload()
    people.wait_for_line(bo)

    bo.locator("[data-action=voters]").click()

    voters = bo.locator("#voters-dialog [data-part=people]").first.locator("li")
    expect(voters).to_have_count(100)
    bo.locator("#voters-dialog").get_by_role("button", name="Tampilkan lagi").click()
    expect(voters).to_have_count(130)
    expect(voters.last).to_contain_text("Orang 129")
    expect(bo.locator("#voters-dialog").get_by_role("button", name="Tampilkan lagi")).to_have_count(0)
