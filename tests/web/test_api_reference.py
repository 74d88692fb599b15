"""The viewer of the API: from our own origin, under the policy of every page."""

from __future__ import annotations

import pytest

from tests.harness.browsers import DESK


def test_api_reference_keeps_the_csp(client, db):
    page = client.get("/api/")

    assert page.status_code == 200
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert f"'nonce-{page.context['CSP_NONCE']}'" in page.headers["Content-Security-Policy"]


@pytest.mark.timeout(120)
def test_every_operation_can_be_read_and_tried_without_a_csp_violation(browser, site, client):
    paths = client.get("/api/v1/schema/").json()["paths"]
    page = browser.person("ana", site.url, size=DESK)

    page.goto("/api/")
    page.wait_for_selector(".opblock", timeout=30_000)
    shown = page.locator(".opblock").count()
    page.locator("#operations-sync-sync").get_by_role("button").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.wait_for_selector(".live-responses-table tbody .response-col_status")

    # The fixture fails on any breach of the policy, any error in the console and any other host.
    assert shown == sum(len(methods) for methods in paths.values())
    assert "401" in page.inner_text(".live-responses-table tbody .response-col_status")
    browser.forgive(r"401 \(Unauthorized\)")
