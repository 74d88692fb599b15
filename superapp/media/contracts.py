"""Values that the facade of media takes and returns, and its row on the wire, which ``docs/protocol.md`` defines."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import msgspec


class MediaRow(msgspec.Struct):
    """A medium as its owner sees it; ``code`` says why it was refused."""

    id: str
    state: str
    code: str | None
    kind: str
    width: int | None
    height: int | None
    # A ThumbHash in Base64.
    placeholder: str | None


class ShownPhoto(msgspec.Struct, frozen=True):
    """A photo in something that shows it."""

    id: str
    width: int
    height: int
    placeholder: str


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture that was stored: its medium, its name, the size of its largest file, and what is painted before it."""

    id: UUID
    sha256: str
    width: int
    height: int
    # A ThumbHash in Base64.
    placeholder: str
    # As in CSS.
    average_colour: str


@dataclass(frozen=True, slots=True)
class UploadState:
    """An upload as its protocol reports it."""

    media: UUID
    length: int
    offset: int
    metadata: str
    expires_http: str
