"""Races are run in the conversations of chat's own tests, and in the shops of shop's."""

from __future__ import annotations

from tests.chat.conftest import commit, hints_sent, make_direct, make_group, post
from tests.payments.purses import make_payer, quick_hashes
from tests.shop.conftest import bo, buy, make_product, make_shop, shop

__all__ = [
    "bo",
    "buy",
    "commit",
    "hints_sent",
    "make_direct",
    "make_group",
    "make_payer",
    "make_product",
    "make_shop",
    "post",
    "quick_hashes",
    "shop",
]
