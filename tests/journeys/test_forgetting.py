"""A device that was signed out from elsewhere keeps nothing of the person who used it."""

from __future__ import annotations

import re

from tests.harness.servers import wait_until
from tests.journeys import people

KEPT = """async () => ({
  databases: (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith("person ")),
  pages: (await caches.keys()).filter((name) => name.startsWith("visited ")),
  person: localStorage.getItem("person"),
})"""
NOTHING = {"databases": [], "pages": [], "person": None}


def test_device_that_was_signed_out_forgets_when_it_shows_the_log_in(make_site, browser):
    site = make_site()
    page = browser.person("ana", site.url)
    people.sign_up(page, phone="+62 812-0000-0001", name="Ana Wulandari")
    page.goto("/dompet/")
    page.goto("/obrolan/")
    wait_until(lambda: len(page.evaluate(KEPT)["databases"]) == 1, "the device to keep something")
    kept = page.evaluate(KEPT)
    # As when another device ends this one: the session is gone, and nobody has pressed anything here.
    page.context.clear_cookies()

    page.goto("/masuk/")

    assert re.fullmatch(r"person [0-9a-f-]{36}", kept["databases"][0])
    wait_until(lambda: page.evaluate(KEPT) == NOTHING, "nothing to be left")


def test_another_person_on_the_same_device_leaves_nothing_of_the_first(make_site, browser):
    site = make_site()
    page = browser.person("ana", site.url)
    people.sign_up(page, phone="+62 812-0000-0001", name="Ana Wulandari")
    wait_until(lambda: len(page.evaluate(KEPT)["databases"]) == 1, "the device to keep something")
    [of_ana] = page.evaluate(KEPT)["databases"]
    page.context.clear_cookies()

    people.sign_up(page, phone="+62 812-0000-0002", name="Bo Santoso")

    wait_until(lambda: of_ana not in page.evaluate(KEPT)["databases"], "ana to be forgotten")
    wait_until(lambda: len(page.evaluate(KEPT)["databases"]) == 1, "bo to be kept")
