"""Pictures of people: read with suspicion, made anew from their pixels, kept under the hash of their bytes."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import tempfile
import threading
from datetime import datetime
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageOps

from superapp.accounts.errors import PictureTooLarge, PictureTooManyPixels, PictureUnreadable
from superapp.accounts.rows import AVATAR_PIXELS

UPLOAD_BYTES_MAX = 8 * 1024 * 1024
PIXELS_MAX = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
WEBP_QUALITY = 82
PAPER = (255, 255, 255)
# Whatever Pillow's readers let out about a file that is not what it says.
UNREADABLE = (
    *(OSError, EOFError, SyntaxError, ValueError, TypeError),
    *(IndexError, KeyError, struct.error, ZeroDivisionError),
)

# Opened, a picture may take 200 MB for a moment: one at a time.
_one_at_a_time = threading.Lock()


def store_avatar(upload: bytes) -> str:
    """
    Keep the picture as squares of our sizes, and return its name. Nothing but pixels of what was sent survives.

    :raises PictureTooLarge: if it has too many bytes
    :raises PictureTooManyPixels: if it would be too large once opened
    :raises PictureUnreadable: if it is no JPEG, PNG or WebP by its content
    """
    if len(upload) > UPLOAD_BYTES_MAX:
        raise PictureTooLarge(megabytes_max=UPLOAD_BYTES_MAX // 1024 // 1024)
    with _one_at_a_time:
        square = _square(upload)
    encoded = {size: _webp(square, size) for size in AVATAR_PIXELS}
    digest = hashlib.sha256(encoded[AVATAR_PIXELS[0]]).hexdigest()
    for size, content in encoded.items():
        _write(avatar_file(digest, size), content)
    return digest


def avatar_file(digest: str, size: int) -> Path:
    """Where a picture of this size is kept, below the private storage."""
    return Path(settings.MEDIA_ROOT) / "avatar" / digest[:2] / f"{digest}-{size}.webp"


def stored_before(moment: datetime) -> dict[str, list[Path]]:
    """Files of pictures that were stored before this moment, by name of the picture."""
    found: dict[str, list[Path]] = {}
    for path in sorted((Path(settings.MEDIA_ROOT) / "avatar").glob("??/*.webp")):
        if path.stat().st_mtime < moment.timestamp():
            found.setdefault(path.name.split("-")[0], []).append(path)
    return found


def _square(upload: bytes) -> Image.Image:
    largest = AVATAR_PIXELS[0]
    try:
        with Image.open(io.BytesIO(upload), formats=FORMATS) as image:
            # The header alone has been read so far: what says it is huge is never opened.
            if image.width * image.height > PIXELS_MAX:
                raise PictureTooManyPixels(megapixels_max=PIXELS_MAX // 1_000_000)
            # A JPEG can be opened at a fraction of its size.
            image.draft("RGB", (largest * 2, largest * 2))
            upright = ImageOps.exif_transpose(image)
            return ImageOps.fit(_on_paper(upright), (largest, largest), Image.Resampling.LANCZOS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooManyPixels(megapixels_max=PIXELS_MAX // 1_000_000) from None
    except UNREADABLE:
        raise PictureUnreadable from None


def _on_paper(image: Image.Image) -> Image.Image:
    """Without transparency, which would be black in places that know none."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, PAPER)
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    return image.convert("RGB")


def _webp(square: Image.Image, size: int) -> bytes:
    buffer = io.BytesIO()
    square.resize((size, size), Image.Resampling.LANCZOS).save(buffer, "WEBP", quality=WEBP_QUALITY, method=4)
    return buffer.getvalue()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all, whoever reads or stores the same at the same time.
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o640)
    Path(file.name).replace(path)
