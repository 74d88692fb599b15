"""References: the only thing that shows a medium, such as a message, takes it, and lets it go when it is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from superapp.media import queries
from superapp.media.actions.uploads import require_room
from superapp.media.contracts import ShownPhoto
from superapp.media.domain.enums import MediaKind, MediaState
from superapp.media.errors import MediaInUse, MediaNotFound, MediaNotReady
from superapp.media.models import Media


def take_photos(*, owner_id: int, media: Sequence[UUID], reference: str) -> list[ShownPhoto]:
    """
    Take ready photos of this person for what the reference names, inside the caller's transaction.

    Taking them again for the same reference returns the same, even after they were deleted, so that a retry finds
    what it did.

    :raises MediaNotFound: if one is not theirs
    :raises MediaNotReady: if one is not ready
    :raises MediaInUse: if something else has taken one
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("photos are taken inside the transaction that shows them")
    if len(set(media)) != len(media):
        raise MediaInUse
    locked = queries.lock_own(owner_id, media)
    shown = []
    for public_id in media:
        photo = locked.get(public_id)
        if (
            photo is None
            or photo.kind != MediaKind.PHOTO
            or (photo.state == MediaState.DELETED and photo.reference != reference)
        ):
            raise MediaNotFound
        if photo.reference not in (None, reference):
            raise MediaInUse
        if photo.width is None or photo.height is None:
            raise MediaNotReady
        shown.append(ShownPhoto(str(public_id), photo.width, photo.height, photo.placeholder))
    Media.objects.filter(pk__in=[photo.pk for photo in locked.values()]).update(reference=reference)
    return shown


def copy_photos(*, owner_id: int, media: Sequence[UUID], reference: str, now: datetime) -> list[ShownPhoto]:
    """
    Show photos once more, by what the reference names, inside the caller's transaction.

    The caller has checked that this person may see them. The copies are theirs, have numbers of their own, and share
    the files, which stay until the last of them is deleted.

    :raises MediaNotFound: if one is not ready, such as one that was deleted meanwhile
    :raises QuotaExceeded: if the person has no room for them
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("photos are copied inside the transaction that shows them")
    queries.lock_owner(owner_id)
    locked = queries.lock_ready(media)
    if len(locked) != len(set(media)):
        raise MediaNotFound
    require_room(owner_id, sum(photo.bytes for photo in locked.values()))
    copies = Media.objects.bulk_create([_copy(locked[public_id], owner_id, reference, now) for public_id in media])
    return [ShownPhoto(str(copy.public_id), copy.width or 1, copy.height or 1, copy.placeholder) for copy in copies]


def _copy(photo: Media, owner_id: int, reference: str, now: datetime) -> Media:
    return Media(
        owner_id=owner_id,
        kind=photo.kind,
        state=MediaState.READY,
        bytes=photo.bytes,
        sha256=photo.sha256,
        original_type=photo.original_type,
        width=photo.width,
        height=photo.height,
        placeholder=photo.placeholder,
        files_of=photo.files_id,
        reference=reference,
        created_at=now,
    )


def release(reference: str, *, now: datetime) -> int:
    """
    Delete the media that something shows, inside the transaction that deletes it, and return how many.

    Nobody sees them after the commit; their files are removed soon after.
    """
    shown = [media.pk for media in queries.lock_referenced(reference) if media.state != MediaState.DELETED]
    return Media.objects.filter(pk__in=shown).update(state=MediaState.DELETED, deleted_at=now)
