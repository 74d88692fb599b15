"""Periodic tasks that delete unreferenced photos and old share cards."""

from __future__ import annotations

from datetime import datetime, timedelta

from shop.queries import public_catalog, share_cards
from superapp.core import scheduler
from superapp.media import api as media

HOUR_SECONDS = 3_600
# A photo is stored before anything refers to it, so only older files count as unreferenced.
UNREFERENCED_PHOTOS_KEPT = timedelta(days=1)
# Older cards are rarely requested; a deleted card is drawn again on request.
CARDS_KEPT = timedelta(days=60)


@scheduler.every(seconds=6 * HOUR_SECONDS)
def delete_unreferenced_photos(now: datetime) -> int:
    """Delete the photos that no product, shop or order refers to, and return their number."""
    stored_before = now - UNREFERENCED_PHOTOS_KEPT
    names = media.list_public_names_before(stored_before)
    left_over = names - public_catalog.find_referenced_photos(names)
    media.delete_public_pictures(left_over, stored_before=stored_before, now=now)
    return len(left_over)


@scheduler.every(seconds=24 * HOUR_SECONDS)
def delete_old_share_cards(now: datetime) -> int:
    """Delete share cards that were drawn long ago, and return their number."""
    old = share_cards.list_cards_stored_before(now - CARDS_KEPT)
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
