"""Periodic tasks of media: remove files of deleted media, forget what nothing shows, and go on with stuck encodings."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from superapp.core import ids, scheduler
from superapp.media import queries
from superapp.media.actions import pictures
from superapp.media.actions.encoding import restart_failed
from superapp.media.actions.uploads import mark_deleted
from superapp.media.adapters import object_names, storage
from superapp.media.domain.enums import MediaKind, MediaState
from superapp.media.errors import StorageUnavailable
from superapp.media.models import Media

HOUR_SECONDS = 3_600
AT_ONCE_MAX = 100
UNREFERENCED_KEPT = timedelta(days=1)
# A message may be sent again after it was recalled, and must find what it had shown.
DELETED_KEPT = timedelta(days=30)


@scheduler.every(seconds=2)
def remove_deleted_files(now: datetime) -> int:
    """Remove the files of deleted media."""
    count = 0
    for media in queries.list_with_files_left(at_most=AT_ONCE_MAX):
        try:
            if media.kind != MediaKind.PHOTO:
                if media.sha256:
                    pictures.remove_files(media)
            elif not queries.are_files_shown(media.files_id):
                storage.delete_folder(object_names.file_folder(media.files_id))
            storage.delete_folder(object_names.chunk_folder(media.public_id))
        except StorageUnavailable:
            # The storage has logged why; the next run tries again.
            break
        count += Media.objects.filter(pk=media.pk).update(bytes=0)
    return count


@scheduler.every(seconds=30)
def restart_failed_encodings(now: datetime) -> int:
    """Go on with media whose job has failed, as when the storage was away."""
    return restart_failed(now)


@scheduler.every(seconds=300)
def delete_unreferenced(now: datetime) -> int:
    """Delete media that nothing has shown for a day, and uploads that were not finished in time."""
    forgotten = queries.list_forgotten(now, kept=UNREFERENCED_KEPT, at_most=AT_ONCE_MAX)
    count = 0
    for found in forgotten:
        with transaction.atomic():
            media = queries.lock_media(found.pk)
            if media is not None and media.reference is None and media.state != MediaState.DELETED:
                mark_deleted(media, now=now)
                count += 1
    return count


@scheduler.every(seconds=HOUR_SECONDS)
def delete_old_rows(now: datetime) -> int:
    """Delete the rows of media whose files are gone: at once where nothing showed them, else after a month."""
    gone = Media.objects.filter(state=MediaState.DELETED, bytes=0)
    never_shown, _by_table = gone.filter(reference=None).delete()
    long_ago, _by_table = gone.filter(deleted_at__lt=now - DELETED_KEPT).delete()
    return never_shown + long_ago


@scheduler.every(seconds=HOUR_SECONDS)
def sweep_chunks(now: datetime) -> int:
    """
    Delete the chunks of uploads that are finished or gone, and return of how many uploads.

    A process may have died between storing a chunk and counting it.
    """
    folders = [media for name in storage.list_folders(object_names.CHUNKS) if (media := ids.parse_id(name))]
    closed: set[UUID] = queries.filter_closed(folders) if folders else set()
    for media in closed:
        storage.delete_folder(object_names.chunk_folder(media))
    return len(closed)
