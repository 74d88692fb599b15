"""Channels of sale, by which fees differ."""

from __future__ import annotations

from enum import StrEnum


class FeeChannel(StrEnum):
    """A way in which a merchant sells."""

    ORDER = "order"
    QRIS = "qris"
