"""Periodic tasks of accounts: delete old codes and counts."""

from __future__ import annotations

from datetime import datetime

from superapp.accounts.actions import login
from superapp.accounts.writers import rate_limits
from superapp.core import scheduler

HOUR_SECONDS = 3_600


@scheduler.every(seconds=HOUR_SECONDS)
def delete_old_login_data(now: datetime) -> int:
    """Delete old codes and rate limit counts, which only a thief could use."""
    return login.delete_old_codes(now) + rate_limits.delete_expired(now)
