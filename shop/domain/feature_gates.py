"""
Feature gates of shops and checkout, by the operator's legal profile (see ``superapp.core.feature_gates``).

Where they are disabled, existing orders can still be listed, processed, and paid out or refunded.
"""

from __future__ import annotations

from shop.errors import NotOffered
from superapp.core import feature_gates


def is_storefront_enabled() -> bool:
    """Return whether the legal profile has shops."""
    return feature_gates.is_enabled("storefronts")


def is_checkout_enabled() -> bool:
    """Return whether the legal profile has checkout, which it has where it has payments."""
    return feature_gates.is_enabled("payments")


require_storefront = feature_gates.require("storefronts", NotOffered)
require_checkout = feature_gates.require("payments", NotOffered)
