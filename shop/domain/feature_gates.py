"""
Shops and checkout by the operator's legal profile (see ``superapp.core.feature_gates``).

Where they are disabled, orders that exist are still listed, moved and paid out or refunded.
"""

from __future__ import annotations

from shop.errors import NotOffered
from superapp.core import feature_gates


def is_storefront_enabled() -> bool:
    """Return whether the legal profile has shops, to run and to look at."""
    return feature_gates.is_enabled("storefronts")


def is_checkout_enabled() -> bool:
    """Return whether the legal profile lets products be bought: where they can be paid for."""
    return feature_gates.is_enabled("payments")


require_storefront = feature_gates.require("storefronts", NotOffered)
require_checkout = feature_gates.require("payments", NotOffered)
