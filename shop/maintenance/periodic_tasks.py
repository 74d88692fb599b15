"""Periodic tasks that delete unreferenced files."""

from __future__ import annotations

from datetime import datetime, timedelta

from shop.queries import photos, public_catalog, share_cards
from superapp.core import scheduler

HOUR_SECONDS = 3_600
# A photo is stored before anything refers to it, so only older files count as unreferenced.
UNREFERENCED_PHOTOS_KEPT = timedelta(days=1)
# Older cards are rarely requested; a deleted card is drawn again on request.
CARDS_KEPT = timedelta(days=60)


@scheduler.every(seconds=6 * HOUR_SECONDS)
def delete_unreferenced_photos(now: datetime) -> int:
    """Delete the files of photos that no product, shop or order refers to, and return the number of photos."""
    stored = photos.list_photos_stored_before(now - UNREFERENCED_PHOTOS_KEPT)
    left_over = stored.keys() - public_catalog.find_referenced_photos(stored.keys())
    for name in left_over:
        for path in stored[name]:
            path.unlink(missing_ok=True)
    return len(left_over)


@scheduler.every(seconds=24 * HOUR_SECONDS)
def delete_old_share_cards(now: datetime) -> int:
    """Delete share cards that were drawn long ago, and return their number."""
    old = share_cards.list_cards_stored_before(now - CARDS_KEPT)
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
