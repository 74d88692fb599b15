"""Fixtures of the attacks: the running product, raw sockets to it, and shops, buyers and money to attack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

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
