"""A device that was signed out from elsewhere keeps nothing of the person who used it."""

from __future__ import annotations

import re

import pytest

from tests.harness.servers import wait_until
from tests.journeys import people

KEPT = """async () => ({
  databases: (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith("person ")),
  pages: (await caches.keys()).filter((name) => name.startsWith("visited ")),
  person: localStorage.getItem("person"),
})"""
VISITED = """async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("visited "))
  const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
  return kept.flat().map(({ url }) => new URL(url).pathname)
}"""
NOTHING = {"databases": [], "pages": [], "person": None}


@pytest.fixture
def used_by_ana(make_site, browser):
    """A site, and a page on the device of ana, which keeps her conversations and her wallet."""
    site = make_site()
    page = browser.person("ana", site.url)
    people.sign_up(page, phone="+62 812-0000-0001", name="Ana Wulandari")
    page.goto("/dompet/")
    page.goto("/obrolan/")
    wait_until(lambda: len(page.evaluate(KEPT)["databases"]) == 1, "the device to keep something")
    return site, page


def end_session_elsewhere(page, site):
    """The session is over on the server, and the device has not heard of it: its cookie is still there."""
    cookies = page.context.cookies()
    token = next(cookie["value"] for cookie in cookies if cookie["name"] == "csrftoken")
    answer = page.context.request.post(
        f"{site.url}/keluar/", headers={"Origin": site.url, "X-CSRFToken": token}, max_redirects=0
    )
    assert answer.status == 302
    page.context.clear_cookies()
    page.context.add_cookies(cookies)


def test_signed_out_device_clears_its_data_on_the_login_page(used_by_ana):
    _site, page = used_by_ana
    kept = page.evaluate(KEPT)
    # As when another device ends this one: the session is gone, and nobody has pressed anything here.
    page.context.clear_cookies()

    page.goto("/masuk/")

    assert re.fullmatch(r"person [0-9a-f-]{36}", kept["databases"][0])
    wait_until(lambda: page.evaluate(KEPT) == NOTHING, "nothing to be left")
    # Whoever only looks for a page that was kept makes no place for pages again.
    page.goto("/masuk/")
    assert page.evaluate(KEPT) == NOTHING


def test_signed_out_device_clears_its_data_on_a_page_without_javascript(used_by_ana):
    site, page = used_by_ana
    # No page of the product is open when it happens: an open one would hear of it.
    page.goto("about:blank")
    end_session_elsewhere(page, site)

    page.goto("/toko/")

    wait_until(lambda: page.evaluate(KEPT)["databases"] == [], "the conversations to be forgotten")
    assert page.evaluate(KEPT)["person"] is None
    # That page itself may stay: it is the same for everybody.
    assert set(page.evaluate(VISITED)) <= {"/toko/"}
    page.reload()
    assert page.locator("script[type=module]").count() == 0


def test_open_conversation_is_cleared_when_its_socket_is_signed_out(used_by_ana):
    site, page = used_by_ana

    end_session_elsewhere(page, site)

    page.wait_for_url("**/masuk/**")
    wait_until(lambda: page.evaluate(KEPT) == NOTHING, "nothing to be left")


def test_login_of_another_person_clears_the_data_of_the_first(make_site, browser):
    site = make_site()
    page = browser.person("ana", site.url)
    people.sign_up(page, phone="+62 812-0000-0001", name="Ana Wulandari")
    wait_until(lambda: len(page.evaluate(KEPT)["databases"]) == 1, "the device to keep something")
    [of_ana] = page.evaluate(KEPT)["databases"]
    page.context.clear_cookies()

    people.sign_up(page, phone="+62 812-0000-0002", name="Bo Santoso")

    wait_until(lambda: of_ana not in page.evaluate(KEPT)["databases"], "ana to be forgotten")
    wait_until(lambda: len(page.evaluate(KEPT)["databases"]) == 1, "bo to be kept")
