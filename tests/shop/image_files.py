"""Photos for tests, and what only looks like one."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

EXE = b"MZ\x90\x00\x03" + b"\x00" * 2_000
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def photo(
    kind: str = "JPEG",
    size: tuple[int, int] = (800, 600),
    mode: str = "RGB",
    color: Any = (200, 30, 30),
    **options: Any,
) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, color).save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that says it is this large, in 100 bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
