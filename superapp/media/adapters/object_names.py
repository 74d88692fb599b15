"""Names of the objects of a medium in the storage."""

from __future__ import annotations

import secrets
from uuid import UUID

CHUNKS = "unggahan"
FILES = "berkas"


def chunk_folder(media: UUID) -> str:
    """Return the folder of the chunks of an upload."""
    return f"{CHUNKS}/{media}"


def chunk_name(media: UUID, offset: int) -> str:
    """Return a new name for a chunk: two attempts at one chunk never share an object."""
    return f"{chunk_folder(media)}/{offset:012}-{secrets.token_hex(8)}"


def file_folder(media: UUID) -> str:
    """Return the folder of the files of a medium. The end of a UUIDv7 is random, which spreads folders evenly."""
    return f"{FILES}/{media.hex[-2:]}/{media}"


def file_name(media: UUID, file: str) -> str:
    """Return the name of one file of a medium."""
    return f"{file_folder(media)}/{file}"
