"""Fixtures of the attacks: the running product, raw sockets to it, and shops, buyers and money to attack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import translation

from superapp.accounts import slowing
from tests.harness.databases import Clone
from tests.harness.site import Site
from tests.shop.conftest import ana, bo, buy, make_product, make_shop, product, shop

__all__ = ["ana", "bo", "buy", "make_product", "make_shop", "make_site", "product", "shop"]


@pytest.fixture
def make_site(real_db: Clone) -> Iterator[Callable[..., Site]]:
    """Start the product on this test's database."""
    sites: list[Site] = []

    def make(**options: Any) -> Site:
        sites.append(Site(real_db, **options))
        sites[-1].start()
        return sites[-1]

    yield make
    for site in sites:
        site.stop()


@pytest.fixture
def login_ground(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The log-in as in life, but that what takes a phone seconds takes a test no time."""
    settings.SMS_URL, settings.SMS_INBOX = "", True
    monkeypatch.setattr(slowing, "WORK_MIN", 20)
    monkeypatch.setattr(slowing, "WORK_MAX", 400)
    with translation.override("en"):
        yield


@pytest.fixture
def midday(now: datetime) -> datetime:
    return now.replace(hour=12, minute=0, second=0, microsecond=0)
