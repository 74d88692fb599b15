"""The check that the storage has the files of all media, for operators: after a restore, and after a move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from superapp.media import queries
from superapp.media.adapters import object_names, storage
from superapp.media.domain.enums import MediaKind, PhotoFile
from superapp.media.domain.pictures import SIZES
from superapp.media.models import Media


@dataclass(frozen=True, slots=True)
class MissingFiles:
    """A medium, and those of its files that the storage lacks."""

    media: Media
    names: tuple[str, ...]

    def __str__(self) -> str:
        shown_by = f", shown by {self.media.reference}" if self.media.reference else ""
        return f"{self.media.kind} {self.media.public_id} of {self.media.owner}{shown_by}: {', '.join(self.names)}"


def find_missing() -> Iterator[MissingFiles]:
    """
    Yield every ready medium that lacks a file.

    :raises StorageUnavailable: if the storage cannot be reached
    """
    for media in queries.iterate_ready():
        missing = tuple(name for name in _file_names(media) if not storage.has_object(name))
        if missing:
            yield MissingFiles(media, missing)


def _file_names(media: Media) -> list[str]:
    if media.kind == MediaKind.PHOTO:
        return [object_names.file_name(media.files_id, file.value) for file in PhotoFile]
    return [object_names.picture_name(media.kind, media.sha256, size) for size in SIZES[media.kind]]
