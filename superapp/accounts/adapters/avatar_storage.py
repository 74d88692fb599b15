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
    Store a picture as squares of fixed sizes, and return its digest.

    Only the pixels of the upload are kept.

    :raises PictureTooLarge: if the file is too large
    :raises PictureTooManyPixels: if it has too many pixels
    :raises PictureUnreadable: if it is not a JPEG, PNG or WebP by its content
    :raises Busy: if too many pictures are being decoded
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
    """List the files of pictures stored before this moment, by the picture's digest."""
    return images.list_stored_before(Path(settings.MEDIA_ROOT) / "avatar", moment)


def _crop_to_square(image: Image.Image) -> Image.Image:
    return ImageOps.fit(image, (AVATAR_PIXELS[0], AVATAR_PIXELS[0]), Image.Resampling.LANCZOS)
