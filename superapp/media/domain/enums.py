"""Enumerations that media rows store."""

from django.db import models


class MediaKind(models.TextChoices):
    PHOTO = "photo"


class MediaState(models.TextChoices):
    UPLOADING = "uploading"
    PROCESSING = "processing"
    READY = "ready"
    REFUSED = "refused"
    # Nobody sees it any more; its files are removed by a periodic task.
    DELETED = "deleted"


class PhotoFile(models.TextChoices):
    """The files of a photo, by their names in the address."""

    SMALL = "small.webp"
    LARGE = "large.webp"
    ORIGINAL = "original"
