"""Reads of media. Who asks is an argument."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, Subquery, Sum
from django.utils.http import http_date

from superapp.core.models import Job
from superapp.media.contracts import MediaRow, UploadState
from superapp.media.domain import permissions
from superapp.media.domain.enums import MediaKind, MediaState
from superapp.media.errors import MediaNotFound
from superapp.media.models import Chunk, Media, Upload


def media_row(media: Media) -> MediaRow:
    """Build the row of a medium."""
    return MediaRow(
        id=str(media.public_id),
        state=media.state,
        code=media.code or None,
        kind=media.kind,
        width=media.width,
        height=media.height,
        placeholder=media.placeholder or None,
    )


def fetch_own(owner_id: int, public_id: UUID) -> Media:
    """
    Fetch a medium of this person.

    :raises MediaNotFound: if there is none of theirs
    """
    found = Media.objects.filter(owner_id=owner_id, public_id=public_id).exclude(state=MediaState.DELETED).first()
    if found is None:
        raise MediaNotFound
    return found


def fetch_upload(owner_id: int, public_id: UUID) -> Upload:
    """
    Fetch an upload of this person with its medium.

    :raises MediaNotFound: if there is none of theirs
    """
    found = (
        Upload.objects.select_related("media")
        .filter(media__owner_id=owner_id, media__public_id=public_id)
        .exclude(media__state=MediaState.DELETED)
        .first()
    )
    if found is None:
        raise MediaNotFound
    return found


def upload_state(upload: Upload) -> UploadState:
    """Return an upload as its protocol reports it."""
    return UploadState(
        media=upload.media.public_id,
        length=upload.length,
        offset=upload.offset,
        metadata=upload.metadata,
        expires_http=http_date(upload.expires_at.timestamp()),
    )


def list_chunks(media_id: int) -> list[Chunk]:
    """List the chunks of an upload in their order."""
    return list(Chunk.objects.filter(upload_id=media_id).order_by("offset"))


def find_visible(public_id: UUID, user_id: int) -> Media | None:
    """Return a ready medium if this person may see it: its owner while nothing shows it, then whoever may see that."""
    media = Media.objects.filter(public_id=public_id, state=MediaState.READY).first()
    if media is None:
        return None
    is_visible = (
        media.owner_id == user_id if media.reference is None else permissions.may_view(media.reference, user_id)
    )
    return media if is_visible else None


def count_received_chunks(upload: Upload) -> int:
    """Return how many chunks of an upload have been received."""
    return Chunk.objects.filter(upload=upload).count()


def count_used_bytes(owner_id: int) -> int:
    """Return how many bytes of a person's quota are used: copies count, public pictures do not."""
    own = Media.objects.filter(owner_id=owner_id).exclude(kind=MediaKind.PUBLIC)
    return own.aggregate(total=Sum("bytes"))["total"] or 0


def count_unreferenced(owner_id: int) -> int:
    """Count the media of a person without a reference: uploads that no message or product uses yet."""
    return Media.objects.filter(owner_id=owner_id, reference=None).exclude(state=MediaState.DELETED).count()


def list_forgotten(now: datetime, *, kept: timedelta, at_most: int) -> list[Media]:
    """List media that nothing has shown for so long, and uploads that were not finished in time."""
    due = Q(created_at__lt=now - kept) | Q(state=MediaState.UPLOADING, upload__expires_at__lte=now)
    return list(
        Media.objects.filter(due, reference=None).exclude(state=MediaState.DELETED).order_by("created_at")[:at_most]
    )


def find_next_to_encode(owner_id: int) -> Media | None:
    """Lock and return the next medium of a person to encode; None if one is being encoded or none is waiting."""
    processing = Media.objects.filter(owner_id=owner_id, state=MediaState.PROCESSING)
    if processing.filter(_has_unended_job()).exists():
        return None
    # Pictures that were not uploaded in chunks are encoded by the request that brought them.
    waiting = processing.filter(upload__isnull=False, encoding_job_id=None)
    waiting = waiting.select_for_update(no_key=True, of=("self",))
    return waiting.order_by("pk").first()


def list_owners_to_encode(*, at_most: int) -> list[int]:
    """List the user ids of people who have media waiting to be encoded and none being encoded."""
    processing = Media.objects.filter(state=MediaState.PROCESSING)
    own = processing.filter(_has_unended_job(), owner_id=OuterRef("owner_id"))
    waiting = processing.filter(~Exists(own), upload__isnull=False, encoding_job_id=None)
    return list(waiting.order_by("owner_id").values_list("owner_id", flat=True).distinct()[:at_most])


def _has_unended_job() -> Exists:
    unended = Job.objects.filter(pk=OuterRef("encoding_job_id"), state__in=(Job.State.QUEUED, Job.State.RUNNING))
    return Exists(unended)


def list_with_failed_job(*, at_most: int) -> list[tuple[Media, str]]:
    """List media in processing whose last encoding job has ended, each with the error code of that job."""
    ended = Job.objects.filter(pk=OuterRef("encoding_job_id"), state__in=(Job.State.FAILED, Job.State.DONE))
    processing = Media.objects.filter(Exists(ended), state=MediaState.PROCESSING)
    rows = processing.annotate(job_error_code=Subquery(ended.values("error_code"))).order_by("pk")[:at_most]
    return [(media, media.job_error_code) for media in rows]


def list_with_files_left(*, at_most: int) -> list[Media]:
    """List deleted media whose files are still there."""
    return list(Media.objects.filter(state=MediaState.DELETED, bytes__gt=0).order_by("pk")[:at_most])


def iterate_ready() -> Iterator[Media]:
    """Iterate over all ready media, each with its owner."""
    ready = Media.objects.filter(state=MediaState.READY).select_related("owner")
    return ready.order_by("pk").iterator(chunk_size=1_000)


def count_ready() -> int:
    """Count the ready media."""
    return Media.objects.filter(state=MediaState.READY).count()


def are_files_shown(files_id: UUID) -> bool:
    """Return whether files belong to a medium that is not deleted: the one that was uploaded, or a copy of it."""
    shows_them = Q(public_id=files_id) | Q(files_of=files_id)
    return Media.objects.filter(shows_them).exclude(state=MediaState.DELETED).exists()


def lock_ready(public_ids: Collection[UUID]) -> dict[UUID, Media]:
    """Lock those of these media that are ready, whoever owns them, in the order of their keys."""
    rows = Media.objects.select_for_update(no_key=True).filter(public_id__in=public_ids, state=MediaState.READY)
    return {media.public_id: media for media in rows.order_by("pk")}


def filter_closed(public_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these numbers whose upload needs no chunks any more, or that are of no medium at all."""
    open_states = (MediaState.UPLOADING, MediaState.PROCESSING)
    known = Media.objects.filter(public_id__in=public_ids, state__in=open_states).values_list("public_id", flat=True)
    return set(public_ids) - set(known)


def lock_owner(owner_id: int) -> None:
    """Lock a person, so that their uploads are admitted one after the other."""
    get_user_model().objects.select_for_update(no_key=True).filter(pk=owner_id).values_list("pk").first()


def lock_media(media_id: int) -> Media | None:
    """Lock a medium, and return it unless it is gone."""
    return Media.objects.select_for_update(no_key=True).filter(pk=media_id).first()


def lock_own(owner_id: int, public_ids: Collection[UUID]) -> dict[UUID, Media]:
    """Lock those of these media that are this person's, in the order of their keys."""
    rows = Media.objects.select_for_update(no_key=True).filter(owner_id=owner_id, public_id__in=public_ids)
    return {media.public_id: media for media in rows.order_by("pk")}


def lock_same_pictures(kind: str, sha256: str) -> list[Media]:
    """Lock the pictures of a kind that share their files, deleted ones included, in the order of their keys."""
    rows = Media.objects.select_for_update(no_key=True).filter(kind=kind, sha256=sha256)
    return list(rows.order_by("pk"))


def find_avatar_name(public_id: UUID) -> str | None:
    """Return the name of a ready avatar, or None; the caller knows who may see it."""
    ready = Media.objects.filter(public_id=public_id, kind=MediaKind.AVATAR, state=MediaState.READY)
    return ready.values_list("sha256", flat=True).first()


def list_public_names_before(moment: datetime) -> set[str]:
    """Return the names of public pictures that were last stored before this moment, and not since."""
    ready = Media.objects.filter(kind=MediaKind.PUBLIC, state=MediaState.READY)
    old = set(ready.filter(created_at__lt=moment).values_list("sha256", flat=True))
    return old - set(ready.filter(created_at__gte=moment).values_list("sha256", flat=True))


def lock_referenced(reference: str) -> list[Media]:
    """Lock the media that something shows, in the order of their keys."""
    return list(Media.objects.select_for_update(no_key=True).filter(reference=reference).order_by("pk"))
