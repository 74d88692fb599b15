"""Shops, goods and a sale for tests of what connects the apps."""

from __future__ import annotations

import pytest

from superapp.core.models import Fact

# The fixtures of chat and the shop are offered to these tests, too: pytest finds them by their names here.
from tests.chat.conftest import ask as ask
from tests.chat.conftest import make_direct as make_direct
from tests.shop.conftest import buy as buy
from tests.shop.conftest import make_product as make_product
from tests.shop.conftest import make_shop as make_shop


@pytest.fixture
def sale(make_payer, make_shop, make_product, buy, now):
    """ana bought two of bo's; nobody has heard of it yet."""
    ana = make_payer("ana", 500_000_00)
    store = make_shop()
    Fact.objects.all().delete()
    placed = buy(ana, make_product(store), 2)
    return ana, store, placed
