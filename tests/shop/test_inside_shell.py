"""Shop pages for people who are logged in stand in the shell; those for strangers need no script and may be kept."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.shop.html_clients import browser_of

PAGES = ("/toko/", "/toko/manik-bo/", "/toko/manik-bo/gelang-manik/")


@pytest.mark.parametrize("path", PAGES)
def test_shop_page_for_a_logged_in_person_has_the_shell(ana, product, path):
    answer = browser_of(ana).get(path)

    page = answer.content.decode()
    assert 'class="places"' in page
    assert re.search(r'href="/toko/" aria-current="page">\s*<span class="place__icon" aria-hidden="true">', page)
    assert "/masuk/?next=" not in page
    assert 'type="importmap"' in page
    assert set(answer.headers["Cache-Control"].split(", ")) == {"private", "no-cache"}
    assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize("path", PAGES)
def test_shop_page_for_a_stranger_has_no_shell_and_is_cacheable(product, path):
    answer = Client().get(path)

    page = answer.content.decode()
    assert 'class="places"' not in page
    scripts = re.findall(r"<script[^>]*>", page.replace('<script type="application/ld+json">', ""))
    # The button that shares a product has a script of its own, which needs no shell.
    assert all("/shop/js/share_page." in tag for tag in scripts)
    assert f"/masuk/?next={path}" in page
    assert set(answer.headers["Cache-Control"].split(", ")) == {"public", "max-age=30"}
    assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("path", "back"), [("/toko/manik-bo/", "/toko/"), ("/toko/manik-bo/gelang-manik/", "/toko/manik-bo/")]
)
def test_back_link_goes_one_level_up(ana, product, path, back):
    page = browser_of(ana).get(path).content.decode()

    assert f'class="icon-button bar__back" href="{back}"' in page


def test_shopping_tab_opens_products_with_a_link_to_orders(ana, shop):
    browser = browser_of(ana)
    page = browser.get("/toko/").content.decode()

    places = page.split('class="places"')[1]
    assert re.search(r'<a class="place" href="(/[^"]+)" aria-current="page">', places)[1] == "/toko/"
    sides = page.split('class="sides"')[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', sides) == ["/toko/", "/pesanan/", "/tokoku/"]
    for path in ("/pesanan/", "/tokoku/"):
        assert re.search(r'href="/toko/" aria-current="page"', browser.get(path).content.decode()), path
