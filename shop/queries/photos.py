"""Product photos and logos: their sizes, their public addresses, and their files."""

from __future__ import annotations

from shop.contracts.values import ShopDetails
from superapp.core import images
from superapp.media import api as media

UPLOAD_BYTES_MAX = images.UPLOAD_BYTES_MAX
# The longest side in pixels, largest first: full screen, half a screen, and half the width of a phone.
SIZES = media.SIZES[media.MediaKind.PUBLIC]


def photo_url(name: str, size: int) -> str:
    """
    Return the public URL of a photo in one of ``SIZES``, its longest side in pixels.

    It is permanent, since the name is the hash of the content.
    """
    return f"/media/photo/{name}-{size}.webp"


def jpeg_url(name: str) -> str:
    """Return the public URL of a photo as JPEG, in its largest size."""
    return f"/media/photo/{name}.jpg"


def logo_url(of: ShopDetails) -> str:
    """Return the URL of a shop's logo; empty if it has none."""
    return photo_url(of.logo, SIZES[-1]) if of.logo else ""


def width_at(size: int, *, width: int, height: int) -> int:
    """Return the width in pixels of a photo's file in this size, given the dimensions of its largest file."""
    return max(1, round(width * media.scale_at(size, width=width, height=height)))


def read_photo(name: str, size: int) -> bytes | None:
    """
    Read the file of a photo in this size; None if it is not stored.

    :raises StorageUnavailable: if the storage cannot be reached
    """
    return media.read_picture(kind=media.MediaKind.PUBLIC, sha256=name, size=size)


def count_photo_bytes(name: str, size: int) -> int | None:
    """
    Return how many bytes the file of a photo in this size has; None if it is not stored.

    :raises StorageUnavailable: if the storage cannot be reached
    """
    return media.count_picture_bytes(kind=media.MediaKind.PUBLIC, sha256=name, size=size)
