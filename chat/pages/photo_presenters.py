"""Presenters of the photos in a message. ``#chat/album.js`` does the same in the browser."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat.contracts import MessageRow
from chat.domain import formatting

TILES_MAX = 4
# How large a single photo is shown in its bubble, in px, and the sides of the square tiles of several.
WIDEST, TALLEST, NARROWEST = 320, 360, 96
TILE_SIDE = 160
# The grey of a photo without a placeholder.
NO_COLOUR = "#8884"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoTile:
    """A photo in a bubble. ``hidden_count`` photos are behind the last tile, and seen in the viewer only."""

    id: str
    alt_text: str
    width: int
    height: int
    colour: str
    hidden_count: int = 0


BLANK_TILE = PhotoTile(id="", alt_text="", width=TILE_SIDE, height=TILE_SIDE, colour=NO_COLOUR)


def photos_of(message: MessageRow) -> Sequence[dict[str, Any]]:
    """Return the photos that a message carries: ``id``, ``width``, ``height`` and ``placeholder`` of each."""
    attachment = message.extras.attachment if message.extras is not None else None
    if attachment is None or attachment.get("type") != "photos":
        return ()
    photos: Sequence[dict[str, Any]] = attachment["photos"]
    return photos


def build_tiles(message: MessageRow) -> tuple[PhotoTile, ...]:
    """Build the tiles of a message's photos, at most four."""
    photos = photos_of(message)
    count = len(photos)
    tiles = []
    for place, photo in enumerate(photos[:TILES_MAX], start=1):
        width, height = size_in_bubble(photo["width"], photo["height"]) if count == 1 else (TILE_SIDE, TILE_SIDE)
        tiles.append(
            PhotoTile(
                id=photo["id"],
                alt_text=_("Photo") if count == 1 else _("Photo {place} of {count}").format(place=place, count=count),
                width=width,
                height=height,
                colour=average_colour(photo["placeholder"]),
                hidden_count=count - TILES_MAX if place == TILES_MAX else 0,
            )
        )
    return tuple(tiles)


def summarize_photos(message: MessageRow) -> str:
    """Return photos with their caption as one line of text, for lists and quotes; an empty text without photos."""
    count, caption = len(photos_of(message)), formatting.plain(message.body)
    if count == 0:
        return ""
    if count == 1:
        return f"📷 {caption or _('Photo')}"
    counted = "📷 " + ngettext("{count} photo", "{count} photos", count).format(count=count)
    return f"{counted} · {caption}" if caption else counted


def size_in_bubble(width: int, height: int) -> tuple[int, int]:
    """Return how large a photo is shown in its bubble: whole if it can be, and never so thin that nothing is seen."""
    scale = min(WIDEST / width, TALLEST / height)
    return _fit(width * scale), _fit(height * scale)


def average_colour(placeholder: str | None) -> str:
    """Return the average colour of a ThumbHash, which stands for the photo until a script or the photo is there."""
    try:
        hashed = base64.b64decode(placeholder or "", validate=True)
    except ValueError:
        return NO_COLOUR
    if len(hashed) < 3:
        return NO_COLOUR
    head = int.from_bytes(hashed[:3], "little")
    light, yellow, red = (head & 63) / 63, (head >> 6 & 63) / 31.5 - 1, (head >> 12 & 63) / 31.5 - 1
    blue = light - 2 / 3 * yellow
    redness = (3 * light - blue + red) / 2
    return "#" + "".join(f"{_byte(value):02x}" for value in (redness, redness - red, blue))


def _fit(side: float) -> int:
    return max(NARROWEST, int(side + 0.5))


def _byte(value: float) -> int:
    return int(255 * min(1.0, max(0.0, value)) + 0.5)
