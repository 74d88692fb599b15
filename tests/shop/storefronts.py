"""Reading public pages as browsers, search engines and messengers do."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from shop import api
from superapp.core import clock, outbox
from superapp.search.maintenance import periodic_tasks

PAGES = ("/toko/", "/toko/manik-bo/", "/toko/manik-bo/gelang-manik/")


def read(client: Client, path: str) -> str:
    """A page in English."""
    answer = client.get(path, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def facts(html: str) -> dict[str, Any]:
    """The JSON-LD of a page, by type."""
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert len(scripts) == 1
    return {one["@type"]: one for one in json.loads(scripts[0])["@graph"]}


def meta(html: str) -> dict[str, str]:
    """Return the meta elements of a page's head, by name."""
    pairs = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', html)
    return {name: unescape(value) for name, value in pairs}


def address_of(shop: api.ShopDetails, product: api.ProductDetails) -> str:
    return f"/toko/{shop.handle}/{product.slug}/"


@pytest.fixture
def index(now: Any) -> Any:
    """Bring the index up to date: ``index()``."""

    def arrive() -> None:
        outbox.deliver_due(now)
        periodic_tasks.build_indexes(clock.now())

    return arrive


def names(html: str) -> list[str]:
    """Return the names of the products that a search has found."""
    results = html.partition('id="found-title"')[2].partition("</section>")[0]
    return re.findall(r'class="goods__name">([^<]+)<', results)
