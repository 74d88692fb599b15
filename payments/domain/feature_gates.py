"""
Feature gate of payments by the operator's legal profile (see ``superapp.core.feature_gates``).

Where payments are disabled, an existing ledger stays: it is checked every night and can be exported, holds are
released, and escrow is refunded or released.
"""

from __future__ import annotations

from payments.errors import NotOffered
from superapp.core import feature_gates


def is_enabled() -> bool:
    """Return whether wallets are enabled on this installation."""
    return feature_gates.is_enabled("payments")


requires_payments = feature_gates.require("payments", NotOffered)
