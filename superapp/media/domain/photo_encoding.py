"""
Re-encoding of photos: decoded with limits, turned upright, brought to sRGB, and written anew from their pixels.

Nothing but pixels survives: no metadata, no further frames, no bytes that were appended to the file.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import IO, Any

from PIL import Image, ImageCms, JpegImagePlugin

from superapp.core.images import BACKGROUND, DECODING_ERRORS, encode_webp, format_of
from superapp.core.jpeg_scans import SCANS_MAX, count_scans
from superapp.media.domain.thumbhash import encode_thumbhash
from superapp.media.errors import MediaUnreadable, TooManyPixels

# The maximum number of pixels by format. A JPEG beyond the number that is kept is decoded at half its sides, unless
# it has several scans, as progressive ones have: the decoder holds all of such a file's coefficients.
PIXELS_MAX = {"JPEG": 50_000_000, "PNG": 24_000_000, "WEBP": 24_000_000, "GIF": 12_000_000}
PROGRESSIVE_PIXELS_MAX = 24_000_000
KEPT_PIXELS_MAX = 24_000_000
SIDE_MAX = 16_384
SMALL_PIXELS = 512
LARGE_PIXELS = 1_600
JPEG_QUALITY = 90
PROFILE_BYTES_MAX = 1024 * 1024
ORIENTATION = 0x0112
_SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True, slots=True)
class EncodedPhoto:
    """The files of a photo, and the numbers of its row."""

    small: bytes
    large: bytes
    original: bytes
    original_type: str
    width: int
    height: int
    placeholder: str


def encode_photo(upload: IO[bytes]) -> EncodedPhoto:
    """
    Encode a JPEG, PNG, WebP or GIF; of several frames the first one.

    :raises MediaUnreadable: if it is no such image by its content, damaged, or a JPEG of too many scans
    :raises TooManyPixels: if it declares too many
    """
    scans = count_scans(upload.read())
    if scans > SCANS_MAX:
        raise MediaUnreadable
    upload.seek(0)
    try:
        with Image.open(upload, formats=tuple(PIXELS_MAX)) as image:
            _require_pixels(image, has_several_scans=scans > 1)
            return _encode(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPixels(megapixels_max=min(PIXELS_MAX.values()) // 1_000_000) from None
    except DECODING_ERRORS:
        raise MediaUnreadable from None


def _require_pixels(image: Image.Image, *, has_several_scans: bool) -> None:
    """Refuse too many pixels by the header, before any is decoded."""
    is_held_whole = has_several_scans or bool(image.info.get("progressive"))
    pixels_max = PROGRESSIVE_PIXELS_MAX if is_held_whole else PIXELS_MAX[format_of(image)]
    if image.width * image.height > pixels_max or max(image.size) > SIDE_MAX:
        raise TooManyPixels(megapixels_max=pixels_max // 1_000_000)


def _encode(image: Image.Image) -> EncodedPhoto:
    options = _original_options(image)
    if image.width * image.height > KEPT_PIXELS_MAX:
        # Without a copy of all pixels: the decoder reads every second one.
        image.draft("RGB", (image.width // 2, image.height // 2))
    upright = _to_srgb(_turn_upright(image))
    opaque = _flatten(upright)
    large = _fit(opaque, LARGE_PIXELS)
    small = _fit(large, SMALL_PIXELS)
    return EncodedPhoto(
        small=encode_webp(small),
        large=encode_webp(large),
        original=_save(opaque if options["format"] == "JPEG" else upright, **options),
        original_type=Image.MIME[options["format"]],
        width=upright.width,
        height=upright.height,
        placeholder=base64.b64encode(encode_thumbhash(small)).decode(),
    )


def _original_options(image: Image.Image) -> dict[str, Any]:
    """Return how the original's pixels are written: in its format, a JPEG with its own tables."""
    kind = format_of(image)
    if kind == "WEBP":
        return {"format": "WEBP", "quality": 92, "method": 2}
    if kind != "JPEG":
        return {"format": "PNG", "compress_level": 4}
    options: dict[str, Any] = {"format": "JPEG", "quality": JPEG_QUALITY}
    tables = getattr(image, "quantization", {})
    is_usual = image.mode == "RGB" and 1 <= len(tables) <= 4
    if is_usual and all(len(table) == 64 and max(table) < 256 for table in tables.values()):
        options = {"format": "JPEG", "qtables": [list(table) for table in tables.values()]}
        options["subsampling"] = max(0, JpegImagePlugin.get_sampling(image))
    return options


def _turn_upright(image: Image.Image) -> Image.Image:
    """Apply the orientation that the camera noted. Notes that cannot be read are ignored."""
    try:
        orientation = image.getexif().get(ORIENTATION, 1)
    except DECODING_ERRORS:
        orientation = 1
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    image.load()
    if orientation not in turns:
        return image
    turned = image.transpose(turns[orientation])
    # Its pixels are needed no more, and twelve million take 48 MB.
    image.close()
    return turned


def _to_srgb(image: Image.Image) -> Image.Image:
    """Convert to RGB (RGBA with transparency) in sRGB, by the profile of the file if it has a usable one."""
    if image.mode in ("RGB", "CMYK", "L"):
        image = _apply_profile(image, image.info.get("icc_profile"))
    if image.mode.startswith("I;16"):
        # Sixteen bits a pixel; convert() would cut off all that is brighter than 255.
        image = image.point(lambda value: value / 256).convert("L")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)  # convert() would copy all pixels.


def _apply_profile(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to sRGB from a profile; one that is missing, huge or broken is taken for sRGB."""
    if not profile or len(profile) > PROFILE_BYTES_MAX:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if image.mode == "RGB":
            # In place: a second copy of all pixels would be a third of what this may take.
            ImageCms.profileToProfile(image, source, _SRGB, inPlace=True)
            return image
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB") or image
    except (ImageCms.PyCMSError, *DECODING_ERRORS):
        return image


def _flatten(image: Image.Image) -> Image.Image:
    """Put an image with transparency onto white; a picture on a dark page stays as it was meant."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, BACKGROUND)
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _fit(image: Image.Image, pixels_max: int) -> Image.Image:
    """Scale an image down until its longest side is at most ``pixels_max``."""
    factor = pixels_max / max(image.size)
    if factor >= 1:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _save(image: Image.Image, **options: Any) -> bytes:
    # What the decoder has read besides pixels (profile, EXIF, comments) is written by nobody.
    image.info.clear()
    buffer = io.BytesIO()
    image.save(buffer, exif=b"", icc_profile=None, **options)
    return buffer.getvalue()
