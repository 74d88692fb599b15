"""Names of the objects of a medium in the storage."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from uuid import UUID

from superapp.media.domain.enums import MediaKind

CHUNKS = "unggahan"
FILES = "berkas"
PICTURES: Mapping[str, str] = {MediaKind.AVATAR: "avatar", MediaKind.PUBLIC: "photo"}


def chunk_folder(media: UUID) -> str:
    """Return the folder of the chunks of an upload."""
    return f"{CHUNKS}/{media}"


def new_chunk_name(media: UUID, offset: int) -> str:
    """Return a new name for a chunk: two attempts at one chunk never share an object."""
    return f"{chunk_folder(media)}/{offset:012}-{secrets.token_hex(8)}"


def file_folder(media: UUID) -> str:
    """Return the folder of the files of a medium. The end of a UUIDv7 is random, which spreads folders evenly."""
    return f"{FILES}/{media.hex[-2:]}/{media}"


def file_name(media: UUID, file: str) -> str:
    """Return the name of one file of a medium."""
    return f"{file_folder(media)}/{file}"


def picture_name(kind: str, sha256: str, size: int) -> str:
    """Return the name of the file of a picture with this longest side. Equal pictures of a kind share it."""
    return f"{PICTURES[kind]}/{sha256[:2]}/{sha256}-{size}.webp"
