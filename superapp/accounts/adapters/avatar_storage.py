"""Storage of avatars: squares of fixed sizes in ``superapp.media``, each shown by the profile of its owner alone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase

from superapp.accounts.errors import PictureTooLarge, PictureTooManyPixels, PictureUnreadable
from superapp.core import images
from superapp.core.media import CACHE_FOREVER
from superapp.media import api as media

UPLOAD_BYTES_MAX = images.UPLOAD_BYTES_MAX
REFUSALS = images.ImageErrors(PictureTooLarge, PictureTooManyPixels, PictureUnreadable)
REFERENCE_KIND = "accounts.avatar"


def store_avatar(upload: bytes, *, owner_id: int, now: datetime) -> media.StoredPicture:
    """
    Store a picture as squares of fixed sizes, and return its numbers; ``show_avatar`` takes it.

    Only the pixels of the upload are kept.

    :raises PictureTooLarge: if the file is too large
    :raises PictureTooManyPixels: if it has too many pixels
    :raises PictureUnreadable: if it is not a JPEG, PNG or WebP by its content
    :raises Busy: if too many pictures are being decoded
    :raises StorageFull, StorageUnavailable: if it could not be stored
    """
    return media.store_picture(upload, owner_id=owner_id, kind=media.MediaKind.AVATAR, now=now, refusals=REFUSALS)


def show_avatar(owner_id: int, avatar: UUID | None, *, now: datetime) -> None:
    """Show this stored avatar in the owner's profile, or none; the one before is deleted. Inside a transaction."""
    reference = media.make_reference(REFERENCE_KIND, str(owner_id))
    media.release(reference, now=now)
    if avatar is not None:
        media.take_avatar(owner_id=owner_id, media=avatar, reference=reference)


def respond_with_avatar(request: HttpRequest, digest: str, size: int) -> HttpResponseBase:
    """Serve an avatar in one of its sizes. The caller has checked that somebody shows it."""
    return media.respond_with_picture(
        request,
        kind=media.MediaKind.AVATAR,
        sha256=digest,
        size=size,
        cache_control=f"private, {CACHE_FOREVER}",
    )


def _may_view(key: str, user_id: int) -> bool:
    # Others see it under an address that has the digest, and know no medium.
    return key == str(user_id)


media.register_permission(REFERENCE_KIND, _may_view)
