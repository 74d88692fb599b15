"""Uploaded images: decoded with limits, re-encoded from their pixels, written atomically."""

from __future__ import annotations

import io
import os
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageOps

from superapp.core.errors import Busy, DomainError
from superapp.core.fair_semaphore import FairSemaphore

UPLOAD_BYTES_MAX = 8 * 1024 * 1024
# The most pixels of each format that is read. Phones take photos of fifty million as JPEG, opened at a fraction
# of its size. The others are opened whole: a second of work, which a file of a kilobyte can ask for.
PIXELS_MAX = {"JPEG": 50_000_000, "PNG": 24_000_000, "WEBP": 12_000_000}
FORMATS = tuple(PIXELS_MAX)
WEBP_QUALITY = 82
BACKGROUND = (255, 255, 255)
# Whatever Pillow's readers let out about a file that is not what it says.
DECODING_ERRORS = (
    *(OSError, EOFError, SyntaxError, ValueError, TypeError),
    *(IndexError, KeyError, struct.error, ZeroDivisionError),
)

# Opened, a picture may take 200 MB and a second of a processor: one at a time. Fewer wait than there are threads that
# answer pages, so that some of them are always free for everybody else.
WAITING_MAX = 2
WAIT_SECONDS_MAX = 5
decoding_slots = FairSemaphore(1, waiting_max=WAITING_MAX)


@dataclass(frozen=True, slots=True)
class ImageErrors:
    """The error types an app raises for an image with too many bytes, too many pixels, or that cannot be decoded."""

    too_large: type[DomainError]
    too_many_pixels: type[DomainError]
    unreadable: type[DomainError]


def decode_upload(
    upload: bytes, *, pixels_wanted: int, shape: Callable[[Image.Image], Image.Image], refusals: ImageErrors
) -> Image.Image:
    """
    Return the pixels of a JPEG, PNG or WebP, upright, on paper, in the shape made of them; nothing else survives.

    ``pixels_wanted`` is the longest side that is needed. One of the refusals is raised if it has too many bytes, would
    be too large once opened, or is no picture of these by its content.
    """
    if len(upload) > UPLOAD_BYTES_MAX:
        raise refusals.too_large(megabytes_max=UPLOAD_BYTES_MAX // 1024 // 1024)
    return _read(upload, pixels_wanted, shape, refusals)


@contextmanager
def decoding_slot() -> Iterator[None]:
    """
    Have this process to oneself for opening one picture and for writing what is made of it.

    :raises Busy: if a few wait already, or no turn came in time
    """
    with decoding_slots.acquired(WAIT_SECONDS_MAX, timeout_error=Busy):
        yield


def encode_webp(image: Image.Image) -> bytes:
    """The picture as it is kept."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=WEBP_QUALITY, method=4)
    return buffer.getvalue()


def write_atomically(path: Path, content: bytes) -> None:
    """Put a file there, whole or not at all, whoever reads or stores the same at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        fresh = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            fresh.unlink()  # Half a picture would take what little room a full disk has.
            raise
    fresh.chmod(0o640)
    fresh.replace(path)


def list_stored_before(folder: Path, moment: datetime) -> dict[str, list[Path]]:
    """Files of pictures below a folder that were stored before this moment, by name of the picture."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("??/*.webp")):
        if path.stat().st_mtime < moment.timestamp():
            found.setdefault(path.name.split("-")[0], []).append(path)
    return found


def _read(
    upload: bytes, pixels_wanted: int, shape: Callable[[Image.Image], Image.Image], refusals: ImageErrors
) -> Image.Image:
    try:
        with Image.open(io.BytesIO(upload), formats=FORMATS) as image:
            # The header alone has been read so far: what says it is huge is never opened.
            pixels_max = PIXELS_MAX[str(image.format)]
            if image.width * image.height > pixels_max:
                raise refusals.too_many_pixels(megapixels_max=pixels_max // 1_000_000)
            # A JPEG can be opened at a fraction of its size.
            image.draft("RGB", (pixels_wanted * 2, pixels_wanted * 2))
            return shape(_without_transparency(ImageOps.exif_transpose(_reduced(image, pixels_wanted * 2))))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise refusals.too_many_pixels(megapixels_max=min(PIXELS_MAX.values()) // 1_000_000) from None
    except DECODING_ERRORS:
        raise refusals.unreadable from None


def _reduced(image: Image.Image, pixels_max: int) -> Image.Image:
    """
    Nearer to what is wanted, before anything is copied: whatever comes after costs a fraction of the memory. The short
    side stays large enough to be cut square of it.
    """
    factor = min(max(image.size) // pixels_max, min(image.size) * 2 // pixels_max)
    if factor < 2:
        return image
    if image.mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image.reduce(factor)


def _without_transparency(image: Image.Image) -> Image.Image:
    """Without transparency, which would be black in places that know none."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, BACKGROUND)
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    return image.convert("RGB")
