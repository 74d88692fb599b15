"""
Payments by the operator's legal profile (see ``superapp.core.feature_gates``).

Where they are disabled, what lies in the ledger from before stays there: it is proved every night and can be exported,
and what was set aside or lies in escrow goes back or on.
"""

from __future__ import annotations

from payments.errors import NotOffered
from superapp.core import feature_gates


def is_enabled() -> bool:
    """Return whether wallets are enabled on this installation."""
    return feature_gates.is_enabled("payments")


requires_payments = feature_gates.require("payments", NotOffered)
