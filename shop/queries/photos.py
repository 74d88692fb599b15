"""Storage of product photos and logos: public files in three sizes, named by the hash of their content."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageOps

from shop.contracts.values import ShopDetails, StoredPhoto
from shop.errors import PhotoTooLarge, PhotoTooManyPixels, PhotoUnreadable
from superapp.accounts import api as accounts
from superapp.core import images

UPLOAD_BYTES_MAX = images.UPLOAD_BYTES_MAX
# The longest side in pixels, largest first: full screen, half a screen, and half the width of a phone.
SIZES = (1280, 840, 420)
LOGO_PIXELS = SIZES[0]
# Photos with a more extreme aspect ratio would be shown as a thin line, and are refused.
RATIO_MAX = 4
# Enough to add fifty products with six photos each at once.
UPLOADS = accounts.RateLimit("shop.photo", 300, timedelta(hours=1))
UPLOADS_A_DAY = accounts.RateLimit("shop.photo.day", 600, timedelta(days=1))
REFUSALS = images.ImageErrors(PhotoTooLarge, PhotoTooManyPixels, PhotoUnreadable)


def count_upload(owner_id: int, *, now: datetime) -> None:
    """
    Count an upload against the person's rate limits. Call it before the photo is decoded, which takes about a second.

    :raises RateLimited: after too many uploads in an hour or in a day
    """
    accounts.consume_rate_limits([(limit, f"user:{owner_id}") for limit in (UPLOADS, UPLOADS_A_DAY)], now=now)


def store_photo(upload: bytes) -> StoredPhoto:
    """
    Store a photo in all sizes, in its own aspect ratio, and return its name and size.

    Metadata is dropped. Equal photos are stored once.

    :raises PhotoTooLarge: if the upload has too many bytes
    :raises PhotoTooManyPixels: if it would be too large once decoded
    :raises PhotoUnreadable: if its content is no JPEG, PNG or WebP, or its ratio is extreme
    :raises Busy: if too many photos are being decoded
    """
    with images.decoding_slot():
        return _store(images.decode_upload(upload, pixels_wanted=SIZES[0], shape=_shrink_to_fit, refusals=REFUSALS))


def store_logo(upload: bytes) -> StoredPhoto:
    """
    Store a logo, cropped to a square, and return its name and size.

    :raises PhotoTooLarge: if the upload has too many bytes
    :raises PhotoTooManyPixels: if it would be too large once decoded
    :raises PhotoUnreadable: if its content is no JPEG, PNG or WebP
    :raises Busy: if too many photos are being decoded
    """
    with images.decoding_slot():
        return _store(images.decode_upload(upload, pixels_wanted=LOGO_PIXELS, shape=_crop_to_square, refusals=REFUSALS))


def photo_path(name: str, size: int) -> Path:
    """Return the path of a photo's file in this size."""
    return Path(settings.MEDIA_ROOT) / "photo" / name[:2] / f"{name}-{size}.webp"


def is_stored(name: str) -> bool:
    return photo_path(name, SIZES[0]).exists()


def photo_url(name: str, size: int) -> str:
    """Return the public URL of a photo. It is permanent, since the name is the hash of the content."""
    return f"/media/photo/{name}-{size}.webp"


def logo_url(of: ShopDetails) -> str:
    """Return the URL of a shop's logo; empty if it has none."""
    return photo_url(of.logo, SIZES[-1]) if of.logo else ""


def width_at(size: int, *, width: int, height: int) -> int:
    """Return the width in pixels of a photo's file in this size, given the dimensions of its largest file."""
    return max(1, round(width * _scale(size, width, height)))


def list_photos_stored_before(moment: datetime) -> dict[str, list[Path]]:
    """Return the files of photos that were stored before a moment, by photo name."""
    return images.list_stored_before(Path(settings.MEDIA_ROOT) / "photo", moment)


def _store(photo: Image.Image) -> StoredPhoto:
    width, height = photo.size
    if max(width, height) > min(width, height) * RATIO_MAX:
        raise PhotoUnreadable
    encoded = {size: images.encode_webp(_resized(size, photo)) for size in SIZES}
    name = hashlib.sha256(encoded[SIZES[0]]).hexdigest()
    # The largest file is written last: if it exists, the other sizes exist too.
    for size in reversed(SIZES):
        images.write_atomically(photo_path(name, size), encoded[size])
    return StoredPhoto(name, width, height, _average_color(photo))


def _shrink_to_fit(image: Image.Image) -> Image.Image:
    """Shrink an image to the largest size; smaller images keep their size."""
    image.thumbnail((SIZES[0], SIZES[0]), Image.Resampling.LANCZOS)
    return image


def _crop_to_square(image: Image.Image) -> Image.Image:
    side = min(LOGO_PIXELS, image.width, image.height)
    return ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)


def _resized(size: int, photo: Image.Image) -> Image.Image:
    scale = _scale(size, photo.width, photo.height)
    if scale == 1:
        return photo
    wanted = (width_at(size, width=photo.width, height=photo.height), max(1, round(photo.height * scale)))
    return photo.resize(wanted, Image.Resampling.LANCZOS)


def _scale(size: int, width: int, height: int) -> float:
    return min(1.0, size / max(width, height))


def _average_color(photo: Image.Image) -> str:
    only = photo.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    red, green, blue = only  # type: ignore[misc]  # A photo is RGB, whose pixels are three numbers.
    return f"#{red:02x}{green:02x}{blue:02x}"
