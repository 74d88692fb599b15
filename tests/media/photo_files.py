"""Photos of the tests, drawn and never fetched."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image


def picture(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """A picture with its left half red and its right half blue, so that a turn shows."""
    image = Image.new("RGB", (width, height), (220, 30, 30))
    image.paste((30, 30, 220), (width // 2, 0, width, height))
    return image.convert(mode)


def photo(width: int = 640, height: int = 480, kind: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    """The bytes of a picture in this format."""
    buffer = io.BytesIO()
    picture(width, height, mode).save(buffer, kind, **options)
    return buffer.getvalue()


def camera_photo(width: int, height: int) -> bytes:
    """A JPEG with as much detail as a camera sees: noise over a slope."""
    noise = Image.effect_noise((width // 4, height // 4), 60).resize((width, height), Image.Resampling.BICUBIC)
    slope = Image.linear_gradient("L").resize((width, height))
    buffer = io.BytesIO()
    Image.merge("RGB", (noise, slope, Image.blend(noise, slope, 0.5))).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def png_that_declares(width: int, height: int) -> bytes:
    """A PNG of a few bytes that declares this many pixels."""

    def part(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0" * 1_000)) + part(b"IEND", b"")


def gif_of_frames(count: int) -> bytes:
    """A GIF of one red pixel, which has this many frames of fifteen bytes."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes((220, 30, 30, 30, 30, 220))
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * count + b";"


def jpeg_of_scans(extra: int, width: int = 64, height: int = 48) -> bytes:
    """A progressive JPEG whose last scan comes so many times more, which changes nothing of the picture."""
    whole = photo(width, height, progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * extra + whole[-2:]


def jpeg_of_several_pictures() -> bytes:
    """A JPEG that carries a second picture behind the first one, as phones write it for depth or brightness."""
    buffer = io.BytesIO()
    picture().save(buffer, "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40), (0, 200, 0))])
    return buffer.getvalue()
