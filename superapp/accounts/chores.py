"""What accounts tidy up by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from superapp.accounts import limits, pictures, queries
from superapp.accounts.actions import login
from superapp.core import work

HOUR_SECONDS = 3_600
# A picture is stored before it is shown: what nobody shows is only left over when it is this old.
LEFT_OVER_AFTER = timedelta(days=1)


@work.every(seconds=HOUR_SECONDS)
def forget_old_traces(now: datetime) -> int:
    """Delete codes and counts of long ago: they are of use to nobody but a thief."""
    return login.forget_old_codes(now) + limits.forget_old(now)


@work.every(seconds=6 * HOUR_SECONDS)
def delete_left_over_pictures(now: datetime) -> int:
    """Delete files of pictures that nobody shows."""
    stored = pictures.stored_before(now - LEFT_OVER_AFTER)
    left_over = stored.keys() - queries.avatars_shown(stored)
    for digest in left_over:
        for path in stored[digest]:
            path.unlink(missing_ok=True)
    return len(left_over)
