"""Storage of avatars: square images of fixed sizes, named by their hash."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageOps

from superapp.accounts.contracts import AVATAR_PIXELS
from superapp.accounts.errors import PictureTooLarge, PictureTooManyPixels, PictureUnreadable
from superapp.core import images

UPLOAD_BYTES_MAX = images.UPLOAD_BYTES_MAX
REFUSALS = images.ImageErrors(PictureTooLarge, PictureTooManyPixels, PictureUnreadable)


def store_avatar(upload: bytes) -> str:
    """
    Keep the picture as squares of our sizes, and return its name. Nothing but pixels of what was sent survives.

    :raises PictureTooLarge: if it has too many bytes
    :raises PictureTooManyPixels: if it would be too large once opened
    :raises PictureUnreadable: if it is no JPEG, PNG or WebP by its content
    :raises Busy: if others' pictures are being opened
    """
    with images.decoding_slot():
        square = images.decode_upload(upload, pixels_wanted=AVATAR_PIXELS[0], shape=_crop_to_square, refusals=REFUSALS)
        encoded = {
            size: images.encode_webp(square.resize((size, size), Image.Resampling.LANCZOS)) for size in AVATAR_PIXELS
        }
    digest = hashlib.sha256(encoded[AVATAR_PIXELS[0]]).hexdigest()
    for size, content in encoded.items():
        images.write_atomically(avatar_file(digest, size), content)
    return digest


def avatar_file(digest: str, size: int) -> Path:
    """Return the path of an avatar in this size, within the private storage."""
    return Path(settings.MEDIA_ROOT) / "avatar" / digest[:2] / f"{digest}-{size}.webp"


def list_stored_before(moment: datetime) -> dict[str, list[Path]]:
    """Files of pictures that were stored before this moment, by name of the picture."""
    return images.list_stored_before(Path(settings.MEDIA_ROOT) / "avatar", moment)


def _crop_to_square(image: Image.Image) -> Image.Image:
    return ImageOps.fit(image, (AVATAR_PIXELS[0], AVATAR_PIXELS[0]), Image.Resampling.LANCZOS)
