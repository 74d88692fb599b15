"""Encoding of photos: the job for an uploaded medium, which may run twice or be killed at any moment."""

from __future__ import annotations

import hashlib
import io
import threading
from datetime import datetime
from typing import IO
from uuid import UUID

import structlog
from django.db import transaction

from superapp.core import clock
from superapp.core.errors import DomainError, Unavailable
from superapp.core.freed_memory import return_freed_memory
from superapp.core.jobs import JobRun, Json, register_handler
from superapp.media import push, queries
from superapp.media.actions import pictures
from superapp.media.actions.uploads import ENCODING_JOB, start_encoding, start_next_encoding
from superapp.media.adapters import object_names, storage
from superapp.media.adapters.joined_file import open_joined_file
from superapp.media.domain.enums import MediaKind, MediaState, PhotoFile
from superapp.media.domain.photo_encoding import EncodedPhoto, encode_photo
from superapp.media.domain.pictures import EncodedPicture, encode_picture
from superapp.media.errors import EncodingFailed, StorageFull, StorageUnavailable
from superapp.media.models import Media

# A large photo takes 200 MB while it is encoded: one at a time in each process.
_one_at_a_time = threading.Lock()
# How many jobs are started for one medium, each with several attempts, before it is refused.
ENCODINGS_MAX = 3
_STORAGE_CODES = (StorageUnavailable.code, StorageFull.code)
log = structlog.get_logger(__name__)


@register_handler(ENCODING_JOB)
def encode(run: JobRun, *, media_id: int) -> Json | None:
    """Encode an uploaded medium, store its files, and make it ready, or refuse it; then start its owner's next one."""
    with _one_at_a_time:
        # Read once it is its turn: it may have been deleted while it waited.
        media = Media.objects.filter(pk=media_id, state=MediaState.PROCESSING).first()
        encoded = None if media is None else _encode_or_refuse(media)
    if media is not None:
        if encoded is not None:
            _store_picture(media, encoded) if isinstance(encoded, EncodedPicture) else _store(media, encoded)
        storage.delete_folder(object_names.chunk_folder(media.public_id))
    if run.owner_id is not None:
        _start_next(run.owner_id, now=clock.now())
    return None


def _start_next(owner_id: int, *, now: datetime) -> None:
    with transaction.atomic():
        queries.lock_owner(owner_id)
        start_next_encoding(owner_id, now=now)


def _encode_or_refuse(media: Media) -> EncodedPhoto | EncodedPicture | None:
    """
    Encode an uploaded medium, or refuse it and return None.

    :raises Unavailable: if its chunks cannot be read now, or there is no room to join them
    """
    try:
        with open_joined_file() as joined:
            _join_chunks(media, joined)
            return _encode(media, joined)
    except Unavailable:
        raise
    except DomainError as refusal:
        settle_refused(media.pk, refusal)
        return None


def _encode(media: Media, joined: IO[bytes]) -> EncodedPhoto | EncodedPicture:
    try:
        if media.kind == MediaKind.PHOTO:
            return encode_photo(joined)
        return encode_picture(joined.read(), kind=media.kind, is_square=True)
    finally:
        return_freed_memory()


def settle_refused(media_id: int, refusal: DomainError) -> None:
    """Refuse a medium that is being processed, and notify its owner."""
    with transaction.atomic():
        media = queries.lock_media(media_id)
        if media is None or media.state != MediaState.PROCESSING:
            return
        media.state, media.code = MediaState.REFUSED, refusal.code
        media.save(update_fields=["state", "code"])
        push.media_changed(media.owner_id, queries.media_row(media))
    log.info("media_refused", media=str(media.public_id), code=refusal.code)


def _join_chunks(media: Media, joined: IO[bytes]) -> None:
    for chunk in queries.list_chunks(media.pk):
        try:
            content = storage.read_object(chunk.name)
        except FileNotFoundError as error:
            if not Media.objects.filter(pk=media.pk, state=MediaState.PROCESSING).exists():
                raise EncodingFailed from error  # Another attempt has settled it meanwhile, and nothing is changed.
            log.error("media_chunk_missing", media=str(media.public_id), name=chunk.name)
            # Not StorageUnavailable, which is retried for ever: the chunk may be lost.
            raise Unavailable from error
        joined.write(content)
    joined.seek(0)


def add_photo(*, owner_id: int, content: bytes, now: datetime) -> UUID:
    """
    Encode and store a photo that the server has itself, as the demo data does, and return the number of its medium.

    Like an uploaded one it is deleted after a day unless something shows it.

    :raises DomainError: those of ``encode_photo``
    :raises StorageFull, StorageUnavailable: if it could not be stored
    """
    photo = encode_photo(io.BytesIO(content))
    media = Media(owner_id=owner_id, kind=MediaKind.PHOTO, created_at=now)
    _fill(media, photo, _write_files(media, photo))
    media.save()
    return media.public_id


def _write_files(media: Media, photo: EncodedPhoto) -> int:
    """Write the files of a photo, and return how many bytes they take."""
    files = {PhotoFile.SMALL: photo.small, PhotoFile.LARGE: photo.large, PhotoFile.ORIGINAL: photo.original}
    for file, content in files.items():
        storage.write_object(object_names.file_name(media.public_id, file.value), content)
    return sum(map(len, files.values()))


def _fill(media: Media, photo: EncodedPhoto, size: int) -> None:
    media.state, media.bytes = MediaState.READY, size
    media.sha256 = hashlib.sha256(photo.original).hexdigest()
    media.original_type, media.placeholder = photo.original_type, photo.placeholder
    media.width, media.height = photo.width, photo.height


def _store(media: Media, photo: EncodedPhoto) -> None:
    size = _write_files(media, photo)
    if not _settle_ready(media.pk, photo, size):
        # It was deleted meanwhile, and its folder perhaps removed before these files were written.
        _remove_if_deleted(media)


def _settle_ready(media_id: int, photo: EncodedPhoto, byte_count: int) -> bool:
    """Make a medium ready with these files; return False if it is no longer in processing."""
    with transaction.atomic():
        media = queries.lock_media(media_id)
        if media is None or media.state != MediaState.PROCESSING:
            return False
        _fill(media, photo, byte_count)
        media.save()
        push.media_changed(media.owner_id, queries.media_row(media))
    return True


def _store_picture(media: Media, picture: EncodedPicture) -> None:
    with transaction.atomic():
        # After those whose files it shares, which are being removed perhaps.
        queries.lock_same_pictures(media.kind, picture.sha256)
        locked = queries.lock_media(media.pk)
        if locked is None or locked.state != MediaState.PROCESSING:
            return
        pictures.describe(locked, picture)
        locked.save()
    pictures.write_files(media.kind, picture)
    with transaction.atomic():
        locked = queries.lock_media(media.pk)
        if locked is not None and locked.state == MediaState.PROCESSING:
            locked.state = MediaState.READY
            locked.save(update_fields=["state"])
            push.media_changed(locked.owner_id, queries.media_row(locked))
            return
    # It was deleted meanwhile, and its files perhaps removed before these were written.
    media.sha256 = picture.sha256
    pictures.remove_files(media)


def _remove_if_deleted(media: Media) -> None:
    current = Media.objects.filter(pk=media.pk).first()
    if current is None or current.state == MediaState.DELETED:
        storage.delete_folder(object_names.file_folder(media.public_id))


def restart_failed(now: datetime) -> int:
    """
    Start another job for each medium whose job has failed.

    After ``ENCODINGS_MAX`` jobs it is refused; jobs that failed because the storage was unavailable or full are not
    counted. Then the next job is started for people who have none, as after a process died between two jobs.
    """
    stuck = queries.list_with_failed_job(at_most=100)
    for found, error_code in stuck:
        is_counted = error_code not in _STORAGE_CODES
        if is_counted and found.encodings >= ENCODINGS_MAX:
            settle_refused(found.pk, EncodingFailed())
            continue
        with transaction.atomic():
            media = queries.lock_media(found.pk)
            if media is None or media.state != MediaState.PROCESSING or media.encoding_job_id != found.encoding_job_id:
                continue
            media.encodings -= 0 if is_counted else 1
            start_encoding(media, now=now)
    for owner_id in queries.list_owners_to_encode(at_most=100):
        _start_next(owner_id, now=now)
    return len(stuck)
