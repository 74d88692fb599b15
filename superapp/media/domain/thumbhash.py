"""
ThumbHash: a placeholder of about 25 bytes that a client paints before the photo.

Own implementation of the public format (Evan Wallace, "ThumbHash: a very compact representation of a placeholder"):
luminance and two colour differences as a few cosine coefficients, quantized to four bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

# The format allows 100; the coefficients are so low that more pixels than these change nothing.
SIDE_MAX = 32
LUMINANCE_TERMS = 7
COLOUR_TERMS = 3
# A channel that varies less is even, but for rounding.
NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Channel:
    """The cosine coefficients of one channel: the constant one, and the others as fractions of the largest."""

    constant: float
    others: list[float]
    scale: float


def encode_thumbhash(image: Image.Image) -> bytes:
    """Return the ThumbHash of an opaque image in RGB."""
    small = image.convert("RGB")
    small.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.BOX)
    width, height = small.size
    pixels = [(red / 255, green / 255, blue / 255) for red, green, blue in _triples(small.tobytes())]
    longest = max(image.size)
    across = max(1, _round(LUMINANCE_TERMS * image.width / longest))
    down = max(1, _round(LUMINANCE_TERMS * image.height / longest))
    luminance = _encode_channel(
        [(red + green + blue) / 3 for red, green, blue in pixels], width, height, max(3, across), max(3, down)
    )
    yellow_blue = _encode_channel(
        [(red + green) / 2 - blue for red, green, blue in pixels], width, height, COLOUR_TERMS, COLOUR_TERMS
    )
    red_green = _encode_channel([red - green for red, green, _ in pixels], width, height, COLOUR_TERMS, COLOUR_TERMS)
    is_landscape = image.width > image.height
    head = (
        _round(63 * luminance.constant)
        | _round(31.5 + 31.5 * yellow_blue.constant) << 6
        | _round(31.5 + 31.5 * red_green.constant) << 12
        | _round(31 * luminance.scale) << 18
    )
    shape = (
        (down if is_landscape else across)
        | _round(63 * yellow_blue.scale) << 3
        | _round(63 * red_green.scale) << 9
        | is_landscape << 15
    )
    nibbles = [_round(15 * value) for channel in (luminance, yellow_blue, red_green) for value in channel.others]
    return head.to_bytes(3, "little") + shape.to_bytes(2, "little") + _pack_nibbles(nibbles)


def _encode_channel(values: Sequence[float], width: int, height: int, across: int, down: int) -> Channel:
    columns = [[math.cos(math.pi / width * term * (x + 0.5)) for x in range(width)] for term in range(across)]
    rows = [[math.cos(math.pi / height * term * (y + 0.5)) for y in range(height)] for term in range(down)]
    # The transform is separable: first along each line, then over the lines.
    by_line = [
        [sum(map(float.__mul__, values[y * width : (y + 1) * width], column)) for y in range(height)]
        for column in columns
    ]
    coefficients = [
        sum(map(float.__mul__, by_line[cx], rows[cy])) / (width * height)
        for cy in range(down)
        for cx in range(across)
        if cx * down < across * (down - cy)
    ]
    constant, *others = coefficients
    scale = max(map(abs, others))
    if scale < NOISE:
        return Channel(constant, [0.5] * len(others), 0.0)
    return Channel(constant, [0.5 + 0.5 / scale * value for value in others], scale)


def _triples(content: bytes) -> zip[tuple[int, int, int]]:
    return zip(content[0::3], content[1::3], content[2::3], strict=True)


def _pack_nibbles(nibbles: list[int]) -> bytes:
    even = [*nibbles, 0] if len(nibbles) % 2 else nibbles
    return bytes(low | high << 4 for low, high in zip(even[0::2], even[1::2], strict=True))


def _round(value: float) -> int:
    # Half up, as the format's other implementations do.
    return math.floor(value + 0.5)
