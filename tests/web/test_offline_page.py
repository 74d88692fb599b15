"""The page that a device shows for an address it does not hold while the server cannot be reached."""

from __future__ import annotations

import pytest


@pytest.fixture
def page(client, db):
    return client.get("/luring/", headers={"accept-language": "en"}).content.decode()


def test_offline_page_says_that_the_server_cannot_be_reached(page):
    assert "Nusa cannot be reached right now" in page
    assert "You are offline" not in page.split('id="words"')[0]


def test_offline_page_does_not_promise_sending(page):
    assert "is sent" not in page.split("<main")[1].split("</main>")[0]


def test_offline_page_has_the_navigation(page):
    assert 'class="places"' in page
    assert 'href="/dompet/"' in page
