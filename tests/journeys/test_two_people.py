"""An afternoon of two people who find each other and talk."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import BO_PHONE, Two

pytestmark = pytest.mark.timeout(240)


def test_strangers_find_each_other_by_number_and_talk(site: Site, two_strangers: Callable[..., Two]) -> None:
    two = two_strangers(site)

    people.invite(two.ana, BO_PHONE)
    people.accept_invitation(two.bo)
    people.write_to_first_contact(two.bo)
    people.say(two.bo, "Halo Ana, ini Bo.")
    two.ana.goto("/obrolan/")
    two.ana.locator("[data-conversation] [data-part=link]").click()
    people.say(two.ana, "Halo Bo!")

    people.expect_said(two.ana, ["Halo Ana, ini Bo.", "Halo Bo!"])
    people.expect_said(two.bo, ["Halo Ana, ini Bo.", "Halo Bo!"])


def test_person_is_found_by_handle_without_their_number(site: Site, two_strangers: Callable[..., Two]) -> None:
    two = two_strangers(site)

    people.take_handle(two.bo, "bo.santoso")
    people.invite(two.ana, "@bo.santoso")
    people.accept_invitation(two.bo)
    people.write_to_first_contact(two.ana)

    expect(two.ana.locator("#conversation-name")).to_have_text("Bo Santoso")


def test_change_by_one_person_is_shown_to_the_other(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    people.say(two.ana, "Jadi jam 3?")
    people.say(two.ana, "Bawa uang kembalian ya")
    people.expect_said(two.bo, ["Jadi jam 3?", "Bawa uang kembalian ya"])

    people.choose(two.bo, "Jadi jam 3?", "react")
    people.choose(two.ana, "Jadi jam 3?", "edit")
    people.say(two.ana, "Jadi jam 4?")
    people.choose(two.ana, "Bawa uang kembalian ya", "recall")
    two.ana.locator("#recall-dialog button[value=yes]").click()
    people.choose(two.bo, "Jadi jam 4?", "reply")
    people.say(two.bo, "Jam 4, sip")

    for page in (two.ana, two.bo):
        first, second, third = (people.messages(page).nth(place) for place in range(3))
        expect(first.locator("[data-part=body]")).to_have_text("Jadi jam 4?")
        expect(first.locator("[data-part=edited]")).to_be_visible()
        expect(first.locator("[data-part=reactions] [data-emoji='👍']")).to_be_visible()
        expect(second).to_have_attribute("data-recalled", "")
        expect(second.locator("[data-part=body]")).to_be_hidden()
        expect(third.locator("[data-part=quote-text]")).to_have_text("Jadi jam 4?")
        expect(people.messages(page)).to_have_count(3)


def test_message_state_moves_from_sent_to_delivered_to_read(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    two.ana.goto("/kontak/")

    people.say(two.bo, "Sudah sampai?")
    sent = people.message(two.bo, "Sudah sampai?")
    expect(sent).to_have_attribute("data-state", "sent")
    two.ana.goto("/obrolan/")
    expect(sent).to_have_attribute("data-state", "delivered")
    row = two.ana.locator("[data-conversation]")
    expect(row).to_have_attribute("data-unread", "1")
    expect(two.ana).to_have_title(re.compile(r"^\(1\) "))
    row.locator("[data-part=link]").click()

    expect(sent).to_have_attribute("data-state", "read")
    expect(two.ana).not_to_have_title(re.compile(r"^\("))


def test_typing_is_shown_to_the_other_person(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)

    two.bo.locator("[data-part=body]").first.press_sequentially("sebentar")

    expect(two.ana.locator("nusa-timeline [data-part=typing]")).to_be_visible()
    people.send(two.bo)
    expect(two.ana.locator("nusa-timeline [data-part=typing]")).to_be_hidden()


def test_draft_survives_a_reload_and_is_cleared_by_sending(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)

    people.write(two.ana, "Nanti aku")
    two.ana.reload()
    people.wait_for_line(two.ana)
    expect(two.ana.locator("nusa-composer [data-part=body]")).to_have_value("Nanti aku")
    people.send(two.ana)
    people.expect_said(two.bo, ["Nanti aku"])
    two.ana.reload()

    expect(two.ana.locator("nusa-composer [data-part=body]")).to_have_value("")


def test_list_and_conversation_use_browser_navigation(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    people.say(two.bo, "Halo")
    ana = two.ana
    ana.goto("/obrolan/")
    people.wait_for_line(ana)
    ana.evaluate("window.stayed = true")

    ana.locator("[data-conversation] [data-part=link]").click()
    expect(ana.locator("body")).to_have_attribute("data-view", "conversation")
    expect(ana).to_have_url(re.compile(r"/obrolan/[0-9a-f-]{36}/$"))
    ana.locator("[data-part=back]").click()
    expect(ana.locator("body")).to_have_attribute("data-view", "list")
    ana.go_forward()
    expect(ana.locator("body")).to_have_attribute("data-view", "conversation")
    people.expect_said(ana, ["Halo"])
    assert ana.evaluate("window.stayed") is True

    ana.reload()
    people.expect_said(ana, ["Halo"])


def test_archived_conversation_moves_on_every_device_and_stays_archived(
    site: Site, two_who_talk: Callable[..., Two]
) -> None:
    two = two_who_talk(site)
    people.say(two.bo, "Besok jadi?")
    people.expect_said(two.ana, ["Besok jadi?"])
    two.ana.goto("/obrolan/")
    people.wait_for_line(two.ana)
    other_device = two.ana.context.new_page()
    other_device.goto("/obrolan/")
    people.wait_for_line(other_device)
    row = "nusa-conversation-list li[data-conversation]"

    # By keys alone, as somebody does who cannot see the screen.
    two.ana.locator(f"{row} a").focus()
    two.ana.locator(f"{row} a").dispatch_event("contextmenu")
    two.ana.locator("#row-menu").get_by_role("menuitem", name="Arsipkan").press("Enter")

    expect(two.ana.locator("#rows")).to_be_focused()
    for page in (two.ana, other_device):
        expect(page.locator(row)).to_have_count(0, timeout=2_000)
        expect(page.get_by_role("link", name="Diarsipkan")).to_be_visible()
        expect(page.locator("[data-part=empty]")).to_be_hidden()
    people.say(two.bo, "Halo?")
    expect(other_device.get_by_role("link", name="Diarsipkan 1 belum dibaca")).to_be_visible()
    expect(other_device).not_to_have_title(re.compile(r"^\("))
    expect(other_device.locator(row)).to_have_count(0)

    other_device.get_by_role("link", name="Diarsipkan").click()
    other_device.locator(f"{row} a").click()
    people.expect_said(other_device, ["Besok jadi?", "Halo?"])
    other_device.locator("[data-part=back]").click()
    expect(other_device).to_have_url(re.compile(r"/obrolan/arsip/$"))
    expect(other_device.locator("#list-title")).to_be_visible()
    other_device.locator(row).dispatch_event("contextmenu")
    other_device.get_by_role("menuitem", name="Keluarkan dari arsip").click()

    expect(other_device.locator("[data-part=empty]")).to_be_visible()
    expect(two.ana.locator(row)).to_have_count(1)
    expect(two.ana.get_by_role("link", name="Diarsipkan")).to_be_hidden()


def test_conversation_marked_as_unread_shows_a_dot_until_it_is_opened(
    site: Site, two_who_talk: Callable[..., Two]
) -> None:
    two = two_who_talk(site)
    people.say(two.bo, "Besok jadi?")
    people.expect_said(two.ana, ["Besok jadi?"])
    two.ana.goto("/obrolan/")
    people.wait_for_line(two.ana)
    row = two.ana.locator("nusa-conversation-list li[data-conversation]")
    dot = row.locator("[data-part=unread]")
    for _ in range(3):
        row.locator("a").click()
        people.expect_said(two.ana, ["Besok jadi?"])
        expect(two.ana).not_to_have_title(re.compile(r"^\("))
        two.ana.locator("[data-part=back]").click()
        expect(dot).to_be_hidden()

        row.dispatch_event("contextmenu")
        two.ana.get_by_role("menuitem", name="Tandai belum dibaca").click()
        expect(dot).to_be_visible()
        expect(dot).to_have_text("")
        expect(two.ana).to_have_title(re.compile(r"^\(1\)"))
