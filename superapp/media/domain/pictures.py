"""
Pictures: avatars and public pictures, encoded in fixed sizes from their pixels and named by their content.

The name of a picture is the SHA-256 of its largest file, so that an address never shows anything else, and equal
pictures share their files.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image, ImageOps

from superapp.core import images
from superapp.media.domain.enums import MediaKind, PhotoFile
from superapp.media.domain.thumbhash import encode_thumbhash
from superapp.media.errors import MediaTooLarge, MediaUnreadable, TooManyPixels

# The longest side of each file in pixels, the largest first.
SIZES: Mapping[str, tuple[int, ...]] = {MediaKind.AVATAR: (512, 128), MediaKind.PUBLIC: (1280, 840, 420)}
# Which of these the addresses of media name; of a picture nothing but its files is kept.
FILE_SIZES: Mapping[PhotoFile, int] = {PhotoFile.LARGE: 0, PhotoFile.SMALL: -1}
# More extreme pictures would be shown as a thin line, and are refused.
RATIO_MAX = 4
REFUSALS = images.ImageErrors(MediaTooLarge, TooManyPixels, MediaUnreadable)


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """The files of a picture by their longest side, and the numbers of its row."""

    files: Mapping[int, bytes]
    sha256: str
    width: int
    height: int
    placeholder: str
    average_colour: str


def encode_picture(
    upload: bytes, *, kind: str, is_square: bool, refusals: images.ImageErrors = REFUSALS
) -> EncodedPicture:
    """
    Encode a JPEG, PNG or WebP in the sizes of its kind, upright and without metadata.

    An avatar is a square of exactly these sizes; a public picture keeps its own ratio unless ``is_square``, and is
    never made larger. One of the refusals is raised for what is too large, or no such picture by its content.
    """
    largest = SIZES[kind][0]

    def shape(image: Image.Image) -> Image.Image:
        if not is_square:
            image.thumbnail((largest, largest), Image.Resampling.LANCZOS)
            return image
        side = largest if kind == MediaKind.AVATAR else min(largest, *image.size)
        return ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)

    picture = images.decode_upload(upload, pixels_wanted=largest, shape=shape, refusals=refusals)
    if max(picture.size) > min(picture.size) * RATIO_MAX:
        raise refusals.unreadable
    files = {size: images.encode_webp(_resize(picture, size)) for size in SIZES[kind]}
    return EncodedPicture(
        files=files,
        sha256=hashlib.sha256(files[largest]).hexdigest(),
        width=picture.width,
        height=picture.height,
        placeholder=base64.b64encode(encode_thumbhash(picture)).decode(),
        average_colour=_average_colour(picture),
    )


def scale_at(size: int, *, width: int, height: int) -> float:
    """Return the scale of the file whose longest side is at most ``size``, given the picture's own dimensions."""
    return min(1.0, size / max(width, height))


def _resize(picture: Image.Image, size: int) -> Image.Image:
    scale = scale_at(size, width=picture.width, height=picture.height)
    if scale == 1:
        return picture
    wanted = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(wanted, Image.Resampling.LANCZOS)


def _average_colour(picture: Image.Image) -> str:
    only = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    red, green, blue = only  # type: ignore[misc]  # A picture is RGB, whose pixels are three numbers.
    return f"#{red:02x}{green:02x}{blue:02x}"
