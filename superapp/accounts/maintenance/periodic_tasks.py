"""Periodic tasks of accounts: delete old codes, counts and orphaned avatars."""

from __future__ import annotations

from datetime import datetime, timedelta

from superapp.accounts import queries
from superapp.accounts.actions import login
from superapp.accounts.adapters import avatar_storage
from superapp.accounts.writers import rate_limits
from superapp.core import scheduler

HOUR_SECONDS = 3_600
# A picture is stored before its profile refers to it, so a younger file may still come into use.
ORPHANED_AFTER = timedelta(days=1)


@scheduler.every(seconds=HOUR_SECONDS)
def delete_old_login_data(now: datetime) -> int:
    """Delete old codes and rate limit counts, which only a thief could use."""
    return login.delete_old_codes(now) + rate_limits.delete_expired(now)


@scheduler.every(seconds=6 * HOUR_SECONDS)
def delete_orphaned_avatars(now: datetime) -> int:
    """Delete avatar files that no profile shows."""
    stored = avatar_storage.list_stored_before(now - ORPHANED_AFTER)
    left_over = stored.keys() - queries.filter_shown_avatars(stored)
    for digest in left_over:
        for path in stored[digest]:
            path.unlink(missing_ok=True)
    return len(left_over)
