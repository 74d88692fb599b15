"""What selling tidies up by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from shop import directory, photos, share_card
from superapp.core import work

HOUR_SECONDS = 3_600
# A photo is stored before it is shown: what nobody shows is only left over when it is this old.
LEFT_OVER_AFTER = timedelta(days=1)
# Nobody looks at most links twice; a card that is wanted again is drawn again.
CARDS_KEPT = timedelta(days=60)


@work.every(seconds=6 * HOUR_SECONDS)
def delete_left_over_photos(now: datetime) -> int:
    """Delete files of photos that no product, no shop and no order shows."""
    stored = photos.stored_before(now - LEFT_OVER_AFTER)
    left_over = stored.keys() - directory.photos_shown(stored.keys())
    for name in left_over:
        for path in stored[name]:
            path.unlink(missing_ok=True)
    return len(left_over)


@work.every(seconds=24 * HOUR_SECONDS)
def delete_old_cards(now: datetime) -> int:
    """Delete cards for sharing that were drawn long ago."""
    old = share_card.drawn_before(now - CARDS_KEPT)
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
