"""Models of media: a medium, its upload, and the chunks of that."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import models

from superapp.core import ids
from superapp.media.domain.enums import MediaKind, MediaState


class Media(models.Model):
    """
    A medium that a person has uploaded: its state, and the numbers of its files.

    The files of a photo are named by ``public_id``; those of an avatar or a public picture by ``sha256``, and equal
    ones share them.

    ``reference`` names the only thing that shows it, such as a message, as ``kind:key``; whoever may see that, may
    see the medium. A medium without one is its owner's alone, and is deleted after a day.
    """

    REFERENCE_CHARS_MAX = 200

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=MediaKind)
    state = models.CharField(max_length=12, choices=MediaState, default=MediaState.UPLOADING)
    # The code of the error for which it was refused.
    code = models.CharField(max_length=64, default="", blank=True)
    # What it takes of its owner's room: the declared length, and later that of the stored files. 0 once they are gone.
    bytes = models.BigIntegerField()
    # Of the file ``original``, or of the largest one.
    sha256 = models.CharField(max_length=64, default="", blank=True)
    original_type = models.CharField(max_length=32, default="", blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    # How long a recording is. No kind that can be uploaded has one.
    seconds = models.PositiveIntegerField(null=True)
    # A ThumbHash in Base64.
    placeholder = models.CharField(max_length=64, default="", blank=True)
    # The medium whose files this one shows, a copy of it; null for its own.
    files_of = models.UUIDField(null=True)
    reference = models.CharField(max_length=REFERENCE_CHARS_MAX, null=True)
    # The jobs that were started for it, one after the other; the last one's number.
    encodings = models.PositiveSmallIntegerField(default=0)
    encoding_job_id = models.PositiveBigIntegerField(null=True)
    created_at = models.DateTimeField()
    # When it was deleted; its files go shortly afterwards.
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=("uploading", "processing", "refused", "deleted"))
                | models.Q(state="ready", width__gt=0, height__gt=0, bytes__gt=0) & ~models.Q(sha256=""),
                name="media_ready_has_files",
            ),
            models.CheckConstraint(
                condition=models.Q(state="deleted", deleted_at__isnull=False)
                | ~models.Q(state="deleted") & models.Q(deleted_at=None),
                name="media_deleted_has_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(code=""), name="media_refused_has_a_code"
            ),
            models.CheckConstraint(
                condition=models.Q(reference=None) | models.Q(state__in=("ready", "deleted")),
                name="media_shown_when_ready",
            ),
        )
        indexes = (
            models.Index(fields=["reference"], name="media_by_reference", condition=models.Q(reference__isnull=False)),
            models.Index(fields=["sha256"], name="media_by_content"),
            models.Index(fields=["files_of"], name="media_copies", condition=models.Q(files_of__isnull=False)),
            models.Index(fields=["created_at"], name="media_unreferenced", condition=models.Q(reference=None)),
            models.Index(
                fields=["state"],
                name="media_with_work_left",
                condition=models.Q(state="processing") | models.Q(state="deleted", bytes__gt=0),
            ),
        )

    @property
    def files_id(self) -> UUID:
        """The number by which its files are named."""
        return self.files_of or self.public_id


class Upload(models.Model):
    """The upload of a medium: ``offset`` bytes of ``length`` are stored."""

    media = models.OneToOneField(Media, on_delete=models.CASCADE, primary_key=True, related_name="upload")
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    # As the client wrote it; the protocol has it returned.
    metadata = models.TextField(default="", blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(length__gt=0, offset__gte=0, offset__lte=models.F("length")),
                name="media_upload_within_length",
            ),
        )


class Chunk(models.Model):
    """A chunk of an upload: an object of the storage, by its name."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="chunks")
    offset = models.BigIntegerField()
    length = models.PositiveIntegerField()
    name = models.CharField(max_length=200)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["upload", "offset"], name="media_chunk_once"),)
