"""Online and last seen: in the conversation and among contacts, until one of the two shows it to nobody."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import BO_PHONE, Two

ONLINE = "online"


def test_contact_is_shown_online_then_last_seen_then_unknown(site: Site, two_strangers: Callable[..., Two]) -> None:
    two = two_strangers(site)
    people.invite(two.ana, BO_PHONE)
    people.accept_invitation(two.bo)
    people.wait_for_line(two.bo)

    people.write_to_first_contact(two.ana)

    head = two.ana.locator("[data-part=conversation] [data-part=presence]")
    expect(head).to_have_text(ONLINE, timeout=30_000)
    two.ana.goto("/kontak/")
    expect(two.ana.locator("[data-presence]").first).to_have_text(ONLINE, timeout=30_000)

    # Bo closes the app; whoever looks on hears of it by themselves.
    two.bo.goto("about:blank")
    expect(two.ana.locator("[data-presence]").first).to_have_text(
        re.compile(r"terakhir dilihat \d\d\.\d\d"), timeout=45_000
    )

    # Who shows it to nobody sees it of nobody.
    two.ana.goto("/saya/notifikasi/")
    people.wait_for_line(two.ana)
    with two.ana.expect_navigation():
        two.ana.locator("label:has([name=presence][value=nobody])").click()
    two.bo.goto("/kontak/")
    people.wait_for_line(two.bo)
    people.write_to_first_contact(two.ana)
    for page in (two.ana, two.bo):
        page.wait_for_timeout(1_500)
        expect(page.locator("[data-presence]").first).to_have_text("")
