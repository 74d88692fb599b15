"""
Uploads in chunks, resumable at each of them from any process.

A chunk is stored as an object first, and counts once its row is committed: whatever breaks off in between leaves an
object that nothing refers to, which a periodic task removes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from superapp.core import images, jobs
from superapp.core.errors import DomainError
from superapp.media import push, queries
from superapp.media.adapters import object_names, storage
from superapp.media.contracts import UploadState
from superapp.media.domain import tus
from superapp.media.domain.enums import MediaKind, MediaState
from superapp.media.errors import (
    ChunkTooLarge,
    MediaInUse,
    MediaKindUnknown,
    MediaNotFound,
    MediaTooLarge,
    OffsetConflict,
    QuotaExceeded,
    StorageUnavailable,
    TooManyChunks,
    TooManyUploads,
    UploadExpired,
    UploadOverrun,
    UploadUnavailable,
)
from superapp.media.models import Chunk, Media, Upload

MEGABYTE = 1024 * 1024
CHUNK_BYTES_MAX = 4 * MEGABYTE
# Each is a file of its own, however small; a photo of 20 MB in parts of 64 KiB has 320.
CHUNKS_MAX = 400
# Of the kinds that can be uploaded in chunks.
_MEGABYTES_MAX: Mapping[str, Callable[[], int]] = {
    MediaKind.PHOTO: lambda: settings.MEDIA_PHOTO_MEGABYTES,
    MediaKind.AVATAR: lambda: images.UPLOAD_BYTES_MAX // MEGABYTE,
}
ENCODING_JOB = "media.encode"
# Media of one person that nothing shows yet.
WAITING_MAX = 200


def create_upload(
    *, owner_id: int, length: int, fields: Mapping[str, str], metadata: str, now: datetime
) -> UploadState:
    """
    Begin an upload of this many bytes; ``fields`` are those of ``metadata``.

    :raises MediaKindUnknown: if ``fields`` name no kind, or an unknown one
    :raises MediaTooLarge: if it is longer than one of its kind may be
    :raises TooManyUploads, QuotaExceeded: if the person has too many media that nothing shows, or no room left
    """
    kind = fields.get("kind", "")
    megabytes_max = _MEGABYTES_MAX.get(kind, lambda: 0)()
    if not megabytes_max:
        raise MediaKindUnknown
    if length > megabytes_max * MEGABYTE:
        raise MediaTooLarge(megabytes_max=megabytes_max)
    with transaction.atomic():
        queries.lock_owner(owner_id)
        if queries.count_unreferenced(owner_id) >= WAITING_MAX:
            raise TooManyUploads(retry_after=60)
        require_room(owner_id, length)
        media = Media.objects.create(owner_id=owner_id, kind=kind, bytes=length, created_at=now)
        upload = Upload.objects.create(
            media=media,
            length=length,
            metadata=metadata,
            expires_at=now + timedelta(hours=settings.MEDIA_UPLOAD_HOURS),
        )
    return queries.upload_state(upload)


def require_room(owner_id: int, size: int) -> None:
    """
    Check that this many bytes more fit into a person's room. The caller has locked the person.

    :raises QuotaExceeded: if they do not
    """
    if queries.count_used_bytes(owner_id) + size > settings.MEDIA_QUOTA_MEGABYTES * MEGABYTE:
        raise QuotaExceeded(megabytes_max=settings.MEDIA_QUOTA_MEGABYTES)


def append_chunk(
    *, owner_id: int, media: UUID, offset: int, content: bytes, now: datetime, checksum: str | None = None
) -> UploadState:
    """
    Append a chunk that begins at ``offset``; the last one starts the encoding.

    ``checksum`` is what ``Upload-Checksum`` says of the chunk. It is computed only for a chunk that may be stored.

    Of several chunks for one offset that arrive at once, one is stored and the others are refused.

    :raises MediaNotFound: if the person has no such upload
    :raises UploadExpired: if it was not finished in time
    :raises OffsetConflict: if the stored part ends elsewhere; its parameter ``offset`` says where
    :raises ChunkTooLarge, UploadOverrun: if the chunk is too long, or ends beyond the declared length
    :raises ChecksumUnsupported, ChecksumMismatch: if the chunk is not as ``checksum`` says
    :raises TooManyChunks: if the upload has ``CHUNKS_MAX`` chunks already
    :raises StorageFull, UploadUnavailable: if it could not be stored
    """
    upload = queries.fetch_upload(owner_id, media)
    if offset != upload.offset:
        raise OffsetConflict(offset=upload.offset)
    if len(content) > CHUNK_BYTES_MAX:
        raise ChunkTooLarge(bytes_max=CHUNK_BYTES_MAX)
    if offset + len(content) > upload.length:
        raise UploadOverrun
    if queries.count_received_chunks(upload) >= CHUNKS_MAX:
        raise TooManyChunks(chunks_max=CHUNKS_MAX)
    if checksum is not None:
        tus.require_checksum(checksum, content)
    if not content:
        return queries.upload_state(upload)
    if now >= upload.expires_at:
        raise UploadExpired
    name = object_names.new_chunk_name(media, offset)
    try:
        storage.write_object(name, content)
    except StorageUnavailable as refusal:
        raise UploadUnavailable(retry_after=refusal.retry_after) from refusal
    try:
        return _count_chunk(upload, name, offset, len(content), now)
    except DomainError:
        # Refused, so that no row refers to it. After a fault of the database one may, and the object stays.
        storage.delete_object(name)
        raise


def _count_chunk(upload: Upload, name: str, offset: int, length: int, now: datetime) -> UploadState:
    is_last = offset + length == upload.length
    with transaction.atomic():
        if is_last:
            queries.lock_owner(upload.media.owner_id)  # Always locked before the medium, to avoid deadlocks.
        media = queries.lock_media(upload.pk)
        if media is None or media.state == MediaState.DELETED:
            raise MediaNotFound
        upload.refresh_from_db(fields=["offset"])
        if upload.offset != offset:
            raise OffsetConflict(offset=upload.offset)
        Chunk.objects.create(upload=upload, offset=offset, length=length, name=name)
        upload.offset += length
        upload.save(update_fields=["offset"])
        if is_last:
            media.state = MediaState.PROCESSING
            media.save(update_fields=["state"])
            push.media_changed(media.owner_id, queries.media_row(media))
            start_next_encoding(media.owner_id, now=now)
    return queries.upload_state(upload)


def start_next_encoding(owner_id: int, *, now: datetime) -> None:
    """
    Start the encoding of the medium of a locked person that has waited longest, unless another of theirs is encoded.

    One at a time per person: somebody with many or slow uploads delays other people's photos and jobs by one of them.
    """
    waiting = queries.find_next_to_encode(owner_id)
    if waiting is not None:
        start_encoding(waiting, now=now)


def start_encoding(media: Media, *, now: datetime) -> None:
    """
    Start the encoding job of a locked medium in state ``processing``, and store its number.

    The caller sees to it that each person has one at a time.
    """
    job = jobs.start(ENCODING_JOB, owner_id=media.owner_id, arguments={"media_id": media.pk}, now=now)
    media.encodings, media.encoding_job_id = media.encodings + 1, job.pk
    media.save(update_fields=["encodings", "encoding_job_id"])


def delete_own(*, owner_id: int, media: UUID, now: datetime) -> None:
    """
    Delete a medium, or an upload at any point, while nothing shows it.

    :raises MediaNotFound: if the person has no such medium, or it was deleted already
    :raises MediaInUse: if something shows it
    """
    with transaction.atomic():
        found = queries.lock_own(owner_id, [media]).get(media)
        if found is None or found.state == MediaState.DELETED:
            raise MediaNotFound
        if found.reference is not None:
            raise MediaInUse
        mark_deleted(found, now=now)


def mark_deleted(media: Media, *, now: datetime) -> None:
    """Mark a locked medium as deleted: nobody sees it from now on, and its files are removed after the commit."""
    media.state, media.deleted_at = MediaState.DELETED, now
    media.save(update_fields=["state", "deleted_at"])
