"""A mention in a group that its member muted."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two

# On SQLite the same is posted and counted in chat/test_mentions.py.
pytestmark = [pytest.mark.served_only, pytest.mark.timeout(180)]

FOUND_GROUP = """async () => {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": document.cookie.match(/csrftoken=(\\w+)/)[1] }
  const me = JSON.parse(document.getElementById("boot").textContent).me.id
  const contacts = (await (await fetch("/api/v1/sync")).json()).parts.contacts.rows
  const users = contacts.map((one) => one.user).filter((user) => user !== me)
  const body = JSON.stringify({ title: "Arisan RT 04", users, idempotency_key: "journey" })
  const answer = await fetch("/api/v1/groups", { method: "POST", headers, body })
  return (await answer.json()).conversation.id
}"""


def open_group(page: Page, group: str) -> None:
    page.goto(f"/obrolan/{group}/")
    people.wait_for_line(page)


def test_mention_is_autocompleted_and_notifies_in_a_muted_group(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    group = two.bo.evaluate(FOUND_GROUP)
    open_group(two.ana, group)
    two.ana.goto("/obrolan/")
    people.wait_for_line(two.ana)
    row = two.ana.locator(f"nusa-conversation-list li[data-conversation='{group}']")
    row.dispatch_event("contextmenu")
    two.ana.get_by_role("menuitem", name=re.compile("Bisukan|Senyapkan")).click()
    two.ana.locator("#mute-dialog [data-part=send]").click()
    expect(row).to_have_attribute("data-muted", "")
    open_group(two.bo, group)
    names = two.bo.locator("nusa-composer [data-part=names]")

    two.bo.locator("nusa-composer [data-part=body]").focus()
    two.bo.keyboard.type("Kas bulan ini @wul")
    expect(names.get_by_role("option", name="Ana Wulandari")).to_have_count(1)
    two.bo.keyboard.press("Enter")
    expect(names).to_be_hidden()
    two.bo.keyboard.type("ya")
    two.bo.keyboard.press("Enter")

    expect(row.locator("[data-part=mentioned]")).to_be_visible()
    expect(two.ana).to_have_title(re.compile(r"^\(1\)"))
    expect(people.message(two.bo, "Kas bulan ini @Ana Wulandari ya").locator("mark")).to_have_text("@Ana Wulandari")
    row.locator("a").click()
    expect(people.message(two.ana, "Kas bulan ini @Ana Wulandari ya").locator("mark")).to_be_visible()
    expect(two.ana.locator(".message[data-of-other] [data-part=face] [data-part=avatar]")).to_be_visible()
    expect(two.bo.locator(".message [data-part=face] [data-part=avatar]")).to_have_count(0)
    # Read, before the page is left.
    expect(two.ana).not_to_have_title(re.compile(r"^\("))
    two.ana.goto("/obrolan/")
    expect(row.locator("[data-part=mentioned]")).to_be_hidden()
    expect(two.ana).not_to_have_title(re.compile(r"^\("))
