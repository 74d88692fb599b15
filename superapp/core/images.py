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
from superapp.core.jpeg_scans import SCANS_MAX, count_scans

UPLOAD_BYTES_MAX = 8 * 1024 * 1024
# The maximum number of pixels of each format. Phones take JPEG photos of fifty million, which are decoded at a
# fraction of their size. The others are decoded whole, which takes a second even for a file of a kilobyte.
PIXELS_MAX = {"JPEG": 50_000_000, "PNG": 24_000_000, "WEBP": 12_000_000}
FORMATS = tuple(PIXELS_MAX)
WEBP_QUALITY = 82
BACKGROUND = (255, 255, 255)
# The exceptions that Pillow's readers raise for damaged or forged files.
DECODING_ERRORS = (
    *(OSError, EOFError, SyntaxError, ValueError, TypeError),
    *(IndexError, KeyError, struct.error, ZeroDivisionError),
)

# Decoding an image may take 200 MB and a second of CPU: one at a time. Fewer wait than there are threads for pages,
# so that some threads are always free for other requests.
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
    Decode a JPEG, PNG or WebP upright, on a white background, and return it in the given shape, without metadata.

    ``pixels_wanted`` is the longest side that is needed. One of the refusals is raised if it has too many bytes or
    pixels, or is not an image of these formats by its content.
    """
    if len(upload) > UPLOAD_BYTES_MAX:
        raise refusals.too_large(megabytes_max=UPLOAD_BYTES_MAX // 1024 // 1024)
    return _read(upload, pixels_wanted, shape, refusals)


@contextmanager
def decoding_slot() -> Iterator[None]:
    """
    Hold the decoding slot of this process, for decoding an image and writing its results.

    :raises Busy: if too many wait already, or the slot was not free in time
    """
    with decoding_slots.acquired(WAIT_SECONDS_MAX, timeout_error=Busy):
        yield


def format_of(image: Image.Image) -> str:
    """Return the format of an opened image. A JPEG with further pictures, as phones take them, is a JPEG, too."""
    return "JPEG" if image.format == "MPO" else str(image.format)


def encode_webp(image: Image.Image) -> bytes:
    """Encode an image as WebP, the format in which images are stored."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=WEBP_QUALITY, method=4)
    return buffer.getvalue()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file atomically: concurrent readers and writers see it complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        fresh = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            fresh.unlink()  # A partial file would take space that a full disk needs.
            raise
    fresh.chmod(0o640)
    fresh.replace(path)


def list_stored_before(folder: Path, moment: datetime) -> dict[str, list[Path]]:
    """List the image files below a folder that were stored before this moment, by the name of the image."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("??/*.webp")):
        if path.stat().st_mtime < moment.timestamp():
            found.setdefault(path.name.split("-")[0], []).append(path)
    return found


def _read(
    upload: bytes, pixels_wanted: int, shape: Callable[[Image.Image], Image.Image], refusals: ImageErrors
) -> Image.Image:
    if count_scans(upload) > SCANS_MAX:
        raise refusals.unreadable
    try:
        with Image.open(io.BytesIO(upload), formats=FORMATS) as image:
            # Only the header has been read so far: an image that declares too many pixels is never decoded.
            pixels_max = PIXELS_MAX[format_of(image)]
            if image.width * image.height > pixels_max:
                raise refusals.too_many_pixels(megapixels_max=pixels_max // 1_000_000)
            # A JPEG can be decoded at a fraction of its size.
            image.draft("RGB", (pixels_wanted * 2, pixels_wanted * 2))
            return shape(_without_transparency(ImageOps.exif_transpose(_reduced(image, pixels_wanted * 2))))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise refusals.too_many_pixels(megapixels_max=min(PIXELS_MAX.values()) // 1_000_000) from None
    except DECODING_ERRORS:
        raise refusals.unreadable from None


def _reduced(image: Image.Image, pixels_max: int) -> Image.Image:
    """
    Reduce an image towards the wanted size before it is copied, so that later steps need a fraction of the memory.

    The short side stays large enough to crop a square of the wanted size.
    """
    factor = min(max(image.size) // pixels_max, min(image.size) * 2 // pixels_max)
    if factor < 2:
        return image
    if image.mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image.reduce(factor)


def _without_transparency(image: Image.Image) -> Image.Image:
    """Replace transparency by a white background; it would become black in formats without transparency."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, BACKGROUND)
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    return image.convert("RGB")
