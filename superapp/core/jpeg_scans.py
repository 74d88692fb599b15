"""
Scans of JPEG files, counted without decoding any.

A JPEG brings its pixels in one scan or several. A scan that changes nothing takes a few bytes, and decoding it takes
time for every block of the picture: a file of a few megabytes could keep a processor busy for hours.
"""

from __future__ import annotations

import re

# Progressive files have about ten. 32 scans of the largest accepted picture decode in about two seconds.
SCANS_MAX = 32
_START = b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff([\x01-\xfe])", re.DOTALL)
_START_OF_SCAN = 0xDA
_ENDS = frozenset({0xD8, 0xD9})
# Markers without a length: TEM, and the restart markers inside scans.
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_LENGTH_BYTES = 2


def count_scans(content: bytes) -> int:
    """
    Count the scans of the first picture in a JPEG as a decoder finds them; 0 for a file of another format.

    Thumbnails in metadata, and data after the picture, are not counted.
    """
    if not content.startswith(_START):
        return 0
    scans, position = 0, _LENGTH_BYTES
    while (found := _MARKER.search(content, position)) is not None:
        marker, position = found[1][0], found.end()
        if marker in _BARE:
            continue
        if marker in _ENDS:
            break
        scans += marker == _START_OF_SCAN
        length = int.from_bytes(content[position : position + _LENGTH_BYTES], "big")
        if length < _LENGTH_BYTES:
            break
        position += length
    return scans
