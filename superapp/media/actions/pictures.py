"""
Storing pictures: avatars and public pictures, whose files are shared by all rows of one kind with the same content.

The row is committed before its files are written, and files are removed under the locks of all rows that share them:
so a picture that is stored while an equal one is being removed has its files afterwards.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from superapp.core import images
from superapp.media import queries
from superapp.media.adapters import object_names, storage
from superapp.media.contracts import StoredPicture
from superapp.media.domain import pictures
from superapp.media.domain.enums import MediaKind, MediaState
from superapp.media.domain.pictures import EncodedPicture
from superapp.media.errors import MediaKindUnknown, MediaNotFound, MediaNotReady
from superapp.media.models import Media


def store_picture(
    upload: bytes,
    *,
    owner_id: int,
    kind: MediaKind,
    now: datetime,
    is_square: bool = True,
    reference: str | None = None,
    refusals: images.ImageErrors = pictures.REFUSALS,
) -> StoredPicture:
    """
    Encode and store an avatar or a public picture at once, and return its numbers.

    It is ready, and shown by ``reference``; without one it is its owner's alone, until something takes it. What has
    too many bytes or pixels, or is no JPEG, PNG or WebP by its content, is refused with one of the refusals.

    :raises Busy: if too many pictures are being encoded
    :raises StorageFull, StorageUnavailable: if it could not be stored
    """
    # Held while it is written, too, so that a slow disk does not gather encoded pictures in memory.
    with images.decoding_slot():
        picture = pictures.encode_picture(upload, kind=kind, is_square=is_square, refusals=refusals)
        media = _get_or_create_row(picture, owner_id=owner_id, kind=kind, reference=reference, now=now)
        write_files(kind, picture)
    if media.state != MediaState.READY:
        media.state, media.reference = MediaState.READY, reference
        Media.objects.filter(pk=media.pk, state=MediaState.PROCESSING).update(
            state=MediaState.READY, reference=reference
        )
    return StoredPicture(
        id=media.public_id,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
        placeholder=picture.placeholder,
        average_colour=picture.average_colour,
    )


def _get_or_create_row(
    picture: EncodedPicture, *, owner_id: int, kind: str, reference: str | None, now: datetime
) -> Media:
    """Commit a row for the files about to be written, or return the row of the same public picture of this person."""
    with transaction.atomic():
        standing = queries.lock_same_pictures(kind, picture.sha256)
        if kind == MediaKind.PUBLIC:
            for media in standing:
                if (media.owner_id, media.state, media.reference) == (owner_id, MediaState.READY, reference):
                    # As good as new for whoever deletes what nothing shows.
                    media.created_at = now
                    media.save(update_fields=["created_at"])
                    return media
        media = Media(owner_id=owner_id, kind=kind, state=MediaState.PROCESSING, created_at=now, bytes=0)
        describe(media, picture)
        media.save()
    return media


def describe(media: Media, picture: EncodedPicture) -> None:
    """Set the numbers of a picture's files in its row."""
    media.sha256, media.bytes = picture.sha256, sum(map(len, picture.files.values()))
    media.original_type, media.placeholder = "image/webp", picture.placeholder
    media.width, media.height = picture.width, picture.height


def write_files(kind: str, picture: EncodedPicture) -> None:
    """Write the files of a picture. The largest is written last: if it exists, the others exist, too."""
    for size in sorted(picture.files):
        storage.write_object(object_names.picture_name(kind, picture.sha256, size), picture.files[size])


def take_avatar(*, owner_id: int, media: UUID, reference: str) -> None:
    """
    Take a ready avatar of this person for what the reference names, inside the caller's transaction.

    :raises MediaNotFound: if it is not theirs, or something else shows it
    :raises MediaKindUnknown: if it is no avatar
    :raises MediaNotReady: if it is not ready
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an avatar is taken inside the transaction that shows it")
    picture = queries.lock_own(owner_id, [media]).get(media)
    if picture is None or picture.state == MediaState.DELETED or picture.reference is not None:
        raise MediaNotFound
    if picture.kind != MediaKind.AVATAR:
        raise MediaKindUnknown
    if picture.state != MediaState.READY:
        raise MediaNotReady
    picture.reference = reference
    picture.save(update_fields=["reference"])


def delete_public_pictures(names: Collection[str], *, stored_before: datetime, now: datetime) -> int:
    """
    Delete the public pictures of these names that nobody has stored since, and return how many rows.

    Their files are removed soon after.
    """
    rows = Media.objects.filter(kind=MediaKind.PUBLIC, sha256__in=names, state=MediaState.READY)
    rows = rows.filter(created_at__lt=stored_before)
    return rows.update(state=MediaState.DELETED, deleted_at=now)


def remove_files(media: Media) -> None:
    """Remove the files of a deleted picture, unless another row shows them."""
    with transaction.atomic():
        same = queries.lock_same_pictures(media.kind, media.sha256)
        if all(one.state == MediaState.DELETED for one in same):
            for size in pictures.SIZES[media.kind]:
                storage.delete_object(object_names.picture_name(media.kind, media.sha256, size))
