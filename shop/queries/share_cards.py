"""
Pictures for other sites, made once and named by the hash of their content: share cards, which are link previews of
shops and products, and photos as JPEG.
"""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont, ImageOps

from shop.contracts.values import ProductDetails, ShopDetails
from shop.queries import photos
from superapp.core import images

WIDTH, HEIGHT = 1200, 630
# Increase it with every change of the drawing, so that cards get new names.
DESIGN_VERSION = 1
SHOP_PHOTOS = 3
QUALITY = 86
MARGIN = 64
GROUND, INK, SOFT, BRAND = (251, 248, 243), (45, 38, 32), (107, 97, 86), (0, 101, 110)
TEXT_WIDTH = 500
LINES_MAX = 4

_draw_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class ShareCard:
    """The content of a share card, from top to bottom; ``photos`` are names in the storage."""

    title: str
    price: str
    shop: str
    town: str
    photos: tuple[str, ...]

    @property
    def digest(self) -> str:
        content = json.dumps(
            [DESIGN_VERSION, settings.BRAND_NAME, self.title, self.price, self.shop, self.town, self.photos]
        )
        return hashlib.sha256(content.encode()).hexdigest()[:24]


def card_for_product(product: ProductDetails, *, shop_name: str, town: str) -> ShareCard:
    price = "" if product.price is None else str(product.price)
    return ShareCard(product.name, price, shop_name, town, tuple(photo.name for photo in product.photos[:1]))


def card_for_shop(shop: ShopDetails, photo_names: Sequence[str]) -> ShareCard:
    return ShareCard(shop.name, "", "", shop.town, tuple(photo_names[:SHOP_PHOTOS]))


def product_card_url(product: ProductDetails, *, shop_name: str, town: str) -> str:
    card = card_for_product(product, shop_name=shop_name, town=town)
    return f"/media/share/product/{product.public_id}/{card.digest}.jpg"


def shop_card_url(shop: ShopDetails, photo_names: Sequence[str]) -> str:
    return f"/media/share/shop/{shop.public_id}/{card_for_shop(shop, photo_names).digest}.jpg"


def ensure_stored(card: ShareCard) -> Path | None:
    """
    Return the file of a card; draw it if it does not exist yet.

    None while one of its photos is missing: stored now, the card would lack it even once the photo is back.

    :raises StorageUnavailable: if the photos cannot be read
    """
    path = _path_of(card.digest)
    if not path.exists():
        with _draw_lock:
            if not path.exists():
                found = read_photos(card)
                if len(found) < len(card.photos):
                    return None
                images.write_atomically(path, draw(card, found))
    return path


def ensure_jpeg(name: str) -> Path | None:
    """
    Return the file of a photo as JPEG; make it if it does not exist yet. None if the photo is not stored.

    :raises StorageUnavailable: if the photo cannot be read
    """
    content = photos.read_photo(name, photos.SIZES[0])
    if content is None:  # The copy of a photo that was deleted is no longer sent.
        return None
    path = _path_of(hashlib.sha256(f"jpeg {name}".encode()).hexdigest()[:24])
    if not path.exists():
        with _draw_lock, Image.open(io.BytesIO(content)) as photo:
            images.write_atomically(path, _encode(photo.convert("RGB")))
    return path


def read_photos(card: ShareCard) -> list[bytes]:
    """Read those photos of a card that are stored."""
    return [content for name in card.photos if (content := photos.read_photo(name, photos.SIZES[0])) is not None]


def list_cards_stored_before(moment: datetime) -> list[Path]:
    """List the files of cards that were drawn before a moment."""
    folder = Path(settings.MEDIA_ROOT) / "share"
    return [path for path in sorted(folder.glob("??/*.jpg")) if path.stat().st_mtime < moment.timestamp()]


def draw(card: ShareCard, photos_found: Sequence[bytes]) -> bytes:
    """Return the card with these photos, as JPEG. Characters that the typeface lacks are left out."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    _paste_photos(image, photos_found)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 12), fill=BRAND)
    y: float = MARGIN + 12
    if card.shop:
        y = _write(pen, y, card.shop, 30, BRAND, lines_max=1, weight=1) + 12
    y = _write(pen, y, card.title, 58 if len(card.title) < 40 else 46, INK, lines_max=LINES_MAX, weight=1) + 20
    if card.price:
        y = _write(pen, y, card.price, 52, BRAND, lines_max=1, weight=2) + 12
    _write(pen, y, card.town, 30, SOFT, lines_max=1)
    _write(pen, HEIGHT - MARGIN - 34, settings.BRAND_NAME, 30, SOFT, lines_max=1)
    return _encode(image)


def _path_of(digest: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "share" / digest[:2] / f"{digest}.jpg"


def _encode(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return buffer.getvalue()


def _paste_photos(image: Image.Image, photos_found: Sequence[bytes]) -> None:
    """Paste up to three photos into the right half of the card."""
    left, gap = MARGIN + TEXT_WIDTH + 24, 10
    width = WIDTH - left
    boxes = {
        1: [(left, 0, width, HEIGHT)],
        2: [(left, 0, width, HEIGHT // 2 - gap // 2), (left, HEIGHT // 2 + gap // 2, width, HEIGHT // 2 - gap // 2)],
    }.get(
        len(photos_found),
        [
            (left, 0, width, 376),
            (left, 386, width // 2 - gap // 2, HEIGHT - 386),
            (left + width // 2 + gap // 2, 386, width - width // 2 - gap // 2, HEIGHT - 386),
        ],
    )
    for content, (x, y, wide, high) in zip(photos_found, boxes, strict=False):
        with Image.open(io.BytesIO(content)) as photo:
            image.paste(ImageOps.fit(photo, (wide, high), Image.Resampling.LANCZOS), (x, y))


def _write(
    pen: ImageDraw.ImageDraw,
    y: float,
    text: str,
    size: int,
    color: tuple[int, int, int],
    *,
    lines_max: int,
    weight: int = 0,
) -> float:
    """Write a text in at most ``lines_max`` lines, and return the vertical position of the next text."""
    face = ImageFont.load_default(size)
    lines = _wrap_lines(_drop_unsupported_characters(text, face), face)
    if len(lines) > lines_max:
        lines = [*lines[: lines_max - 1], f"{lines[lines_max - 1]}…"]
    for line in lines:
        while pen.textlength(line, face) > TEXT_WIDTH and len(line) > 1:
            line = f"{line[:-2]}…"
        pen.text((MARGIN, y), line, color, face, stroke_width=weight)
        y += size * 1.18
    return y


def _wrap_lines(text: str, face: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        wider = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(wider) <= TEXT_WIDTH:
            lines[-1] = wider
        else:
            lines.append(word)
    return lines


def _drop_unsupported_characters(text: str, face: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    unknown = bytes(face.getmask("\U0010fffe"))
    return "".join(letter for letter in text if letter == " " or bytes(face.getmask(letter)) != unknown)
