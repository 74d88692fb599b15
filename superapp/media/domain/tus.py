"""Headers of the tus protocol 1.0 for resumable uploads, parsed strictly."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from superapp.media.errors import (
    ChecksumMismatch,
    ChecksumUnsupported,
    MetadataInvalid,
    OffsetInvalid,
    UploadLengthInvalid,
)

VERSION = "1.0.0"
EXTENSIONS = ("creation", "expiration", "checksum", "termination")
CHECKSUM_ALGORITHMS = ("sha1", "sha256")
CHUNK_CONTENT_TYPE = "application/offset+octet-stream"
METADATA_CHARS_MAX = 2_048
_KEY = re.compile(r"[!-+\--~]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)


def parse_length(header: str | None) -> int:
    """
    Parse ``Upload-Length``.

    :raises UploadLengthInvalid: if it is missing, no number, or 0
    """
    if header is None or not _NUMBER.fullmatch(header) or not int(header):
        raise UploadLengthInvalid
    return int(header)


def parse_offset(header: str | None) -> int:
    """
    Parse ``Upload-Offset``.

    :raises OffsetInvalid: if it is missing or no number
    """
    if header is None or not _NUMBER.fullmatch(header):
        raise OffsetInvalid
    return int(header)


def parse_metadata(header: str) -> dict[str, str]:
    """
    Parse ``Upload-Metadata``: pairs of a key and a text in Base64, separated by commas.

    :raises MetadataInvalid: if it is too long or malformed
    """
    if len(header) > METADATA_CHARS_MAX:
        raise MetadataInvalid
    found: dict[str, str] = {}
    for pair in header.split(",") if header else ():
        key, _space, encoded = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise MetadataInvalid
        try:
            found[key] = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, ValueError):
            raise MetadataInvalid from None
    return found


def require_checksum(header: str, content: bytes) -> None:
    """
    Check a chunk against ``Upload-Checksum``.

    :raises ChecksumUnsupported: if the header is malformed or names an algorithm that is not offered
    :raises ChecksumMismatch: if the chunk differs
    """
    algorithm, _space, encoded = header.partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        raise ChecksumUnsupported
    try:
        expected = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ChecksumUnsupported from None
    # The protocol asks for SHA-1; it detects damage and protects nothing.
    if hashlib.new(algorithm, content, usedforsecurity=False).digest() != expected:
        raise ChecksumMismatch
