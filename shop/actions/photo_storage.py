"""Storing product photos and logos: public pictures of ``superapp.media``, named by the hash of their content."""

from __future__ import annotations

from datetime import datetime, timedelta

from shop.contracts.values import StoredPhoto
from shop.errors import PhotoTooLarge, PhotoTooManyPixels, PhotoUnreadable
from superapp.accounts import api as accounts
from superapp.core import images
from superapp.media import api as media

# Enough to add fifty products with six photos each at once.
UPLOADS = accounts.RateLimit("shop.photo", 300, timedelta(hours=1))
UPLOADS_A_DAY = accounts.RateLimit("shop.photo.day", 600, timedelta(days=1))
REFUSALS = images.ImageErrors(PhotoTooLarge, PhotoTooManyPixels, PhotoUnreadable)
REFERENCE_KIND = "shop.photo"


def count_upload(owner_id: int, *, now: datetime) -> None:
    """
    Count an upload against the person's rate limits. Call it before the photo is decoded, which takes about a second.

    :raises RateLimited: after too many uploads in an hour or in a day
    """
    accounts.consume_rate_limits([(limit, f"user:{owner_id}") for limit in (UPLOADS, UPLOADS_A_DAY)], now=now)


def store_photo(upload: bytes, *, owner_id: int, now: datetime) -> StoredPhoto:
    """
    Store a photo in all sizes, in its own aspect ratio, and return its name and size.

    Metadata is dropped. The files of equal photos are stored once.

    :raises PhotoTooLarge: if the upload has too many bytes
    :raises PhotoTooManyPixels: if it would be too large once decoded
    :raises PhotoUnreadable: if its content is no JPEG, PNG or WebP, or its ratio is extreme
    :raises Busy: if too many photos are being decoded
    :raises StorageFull, StorageUnavailable: if it could not be stored
    """
    return _store(upload, owner_id=owner_id, is_square=False, now=now)


def store_logo(upload: bytes, *, owner_id: int, now: datetime) -> StoredPhoto:
    """
    Store a logo, cropped to a square, and return its name and size.

    :raises PhotoTooLarge: if the upload has too many bytes
    :raises PhotoTooManyPixels: if it would be too large once decoded
    :raises PhotoUnreadable: if its content is no JPEG, PNG or WebP
    :raises Busy: if too many photos are being decoded
    :raises StorageFull, StorageUnavailable: if it could not be stored
    """
    return _store(upload, owner_id=owner_id, is_square=True, now=now)


def _store(upload: bytes, *, owner_id: int, is_square: bool, now: datetime) -> StoredPhoto:
    # Every photo has the same reference: the shop keeps it while any product, shop or order has its name.
    stored = media.store_picture(
        upload,
        owner_id=owner_id,
        kind=media.MediaKind.PUBLIC,
        is_square=is_square,
        reference=media.make_reference(REFERENCE_KIND, "public"),
        refusals=REFUSALS,
        now=now,
    )
    return StoredPhoto(stored.sha256, stored.width, stored.height, stored.average_colour)


def _may_view(key: str, user_id: int) -> bool:
    return True  # Everybody sees it under its public address.


media.register_permission(REFERENCE_KIND, _may_view)
