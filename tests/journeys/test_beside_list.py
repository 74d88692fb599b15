"""Pages of a conversation beside the list, on a desk."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two

# What a browser does with pages that are the same on both databases.
pytestmark = [pytest.mark.embedded_only, pytest.mark.timeout(180)]


def test_list_beside_a_page_lives_and_leads_to_conversations_and_back(
    site: Site, two_who_talk: Callable[..., Two]
) -> None:
    two = two_who_talk(site)
    ana, bo = two.ana, two.bo
    ana.set_viewport_size({"width": 1440, "height": 900})
    ana.goto("/obrolan/grup/")
    people.wait_for_line(ana)
    row = ana.locator("#rows > li")
    people.say(bo, "Sudah sampai rumah")

    expect(row.locator("[data-part=text]")).to_have_text("Sudah sampai rumah")
    row.locator("[data-part=link]").click()
    expect(people.message(ana, "Sudah sampai rumah")).to_be_visible()
    expect(ana.locator("[data-part=beside]")).to_have_count(0)
    ana.go_back()

    expect(ana).to_have_url(re.compile("/obrolan/grup/$"))
    expect(ana.locator("#title")).to_be_visible()
