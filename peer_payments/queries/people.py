"""Reads of the two people of a payment."""

from __future__ import annotations

from superapp.accounts import api as accounts


def may_pay(payer_id: int, receiver_id: int) -> bool:
    """Return whether one person may pay another: both have their accounts, and neither has blocked the other."""
    both = (payer_id, receiver_id)
    return all(accounts.get_user_by_id(one).is_active for one in both) and not accounts.is_blocked_between(*both)
