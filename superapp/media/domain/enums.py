"""Enumerations that media rows store."""

from django.db import models


class MediaKind(models.TextChoices):
    # A photo in a message.
    PHOTO = "photo"
    # The picture of a person or of a group, a square.
    AVATAR = "avatar"
    # A picture that everybody may see who knows its name, such as one in a shop.
    PUBLIC = "public"


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
