"""A table by a window: shapes that are lit from the upper left, and throw soft shadows."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from tests.demo_pictures.canvas import Canvas, Point, Rgb, light, mix, oval, rgb, shade
from tests.demo_pictures.patterns import Paint

PIXELS = 1200
# Shadows and light have no edges, so they are drawn small.
SOFT = 8
SHADOW = (38, 26, 20)
WARM = (255, 250, 240)

# How bright a surface is from its left to its right edge, or from top to bottom, in 255ths.
Profile = tuple[int, ...]
FLAT: Profile = (255, 255)
ROUND: Profile = (196, 236, 255, 250, 226, 186, 142)
SOFT_ROUND: Profile = (232, 255, 252, 238, 212)
FALLING: Profile = (255, 248, 222)


class Studio(Canvas):
    """
    A square of table, and of wall above the horizon if there is one, of which ``photograph`` keeps as much as wanted.

    Things stand in hundredths of its side, as on every canvas.
    """

    def __init__(self, wall: str, table: str, *, horizon: float = 0) -> None:
        super().__init__(wall, pixels=PIXELS, oversize=1.5)
        self._backdrop(wall, table, horizon)

    def solid(
        self,
        outline: Sequence[Point],
        color: str,
        *,
        across: Profile = FLAT,
        down: Profile = FLAT,
        paint: Paint | None = None,
    ) -> None:
        """A lit shape of one colour, or of a cloth that ``paint`` draws on a hundred of its own."""
        box = self._box(outline)
        size = (box[2] - box[0], box[3] - box[1])
        surface = Image.new("RGB", size, color) if paint is None else _cloth(color, paint, size)
        for profile, is_across in ((across, True), (down, False)):
            if profile != FLAT:
                surface = ImageChops.multiply(surface, _graded(profile, size, is_across=is_across))
        self._image.paste(surface, box[:2], self._mask(outline, box))

    def sphere(self, center: Point, radius: float, color: str) -> None:
        """A bead."""
        side = max(4, round(radius * 2 * self._unit))
        sprite, mask = _bead(color, side)
        x, y = self._at(center)
        self._image.paste(sprite, (round(x - side / 2), round(y - side / 2)), mask)

    def glow(self, outline: Sequence[Point], *, strength: float = 0.5, blur: float = 1.2) -> None:
        """Light that lies on a surface within the outline, without an edge."""
        self._soft(outline, WARM, strength, blur)

    def shadow(
        self, outline: Sequence[Point], *, by: Point = (1.6, 1.4), strength: float = 0.4, blur: float = 1.6
    ) -> None:
        """Return the shadow of an outline, a little to the lower right of it."""
        self._soft([(x + by[0], y + by[1]) for x, y in outline], SHADOW, strength, blur)

    def lines(self, strokes: Iterable[Sequence[Point]], color: str, width: float) -> None:
        for stroke in strokes:
            self.line(stroke, color, width)

    def words(self, center: Point, text: str, size: float, color: str, *, weight: float = 0) -> None:
        """Printed words, in the middle of this point."""
        face = ImageFont.load_default(size * self._unit)
        stroke = round(weight * self._unit)
        self._draw.text(self._at(center), text, rgb(color), face, anchor="mm", stroke_width=stroke)

    def photograph(self, *, ratio: float = 1.0, middle: float = 50) -> bytes:
        """The picture as JPEG, so many times as wide as it is high; what is beside it is cut away."""
        self._light_falls_in()
        width, height = min(1.0, ratio), min(1.0, 1 / ratio)
        left, top = 50 - width * 50, middle - height * 50
        top = min(max(0.0, top), 100 - height * 100)
        corner = self._at((left, top))
        box = (*corner, corner[0] + width * 100 * self._unit, corner[1] + height * 100 * self._unit)
        size = (round(PIXELS * width), round(PIXELS * height))
        buffer = io.BytesIO()
        self._image.resize(size, Image.Resampling.LANCZOS, box).save(buffer, "JPEG", quality=92)
        return buffer.getvalue()

    def _backdrop(self, wall: str, table: str, horizon: float) -> None:
        side = self._image.width
        edge = max(0, round(horizon * self._unit))
        if edge:
            self._image.paste(_between(light(wall, 0.22), shade(wall, 0.05), (side, edge)), (0, 0))
        self._image.paste(_between(shade(table, 0.04), light(table, 0.1), (side, side - edge)), (0, edge))
        if edge:
            # The far edge of the table is out of focus.
            band = (0, edge - 30, side, edge + 30)
            self._image.paste(self._image.crop(band).filter(ImageFilter.BoxBlur(12)), band[:2])
        for left, wide in ((-14, 24), (16, 30)):
            pane = [(left, -10), (left + wide, -10), (left + wide + 62, 110), (left + 62, 110)]
            self._soft(pane, WARM, 0.3, 2.4)

    def _light_falls_in(self) -> None:
        """Brighter towards the window, darker in the far corner."""
        down = Image.linear_gradient("L")
        ramp = Image.blend(down, down.transpose(Image.Transpose.ROTATE_90), 0.5)
        veil = ramp.point([round(255 - v * 0.2) for v in range(256)]).resize(
            self._image.size, Image.Resampling.BILINEAR
        )
        self._image.paste(ImageChops.multiply(self._image, Image.merge("RGB", (veil, veil, veil))))

    def _soft(self, outline: Sequence[Point], color: Rgb, strength: float, blur: float) -> None:
        unit = self._unit / SOFT
        margin = blur * 3
        left, top = min(x for x, _ in outline) - margin, min(y for _, y in outline) - margin
        right, bottom = max(x for x, _ in outline) + margin, max(y for _, y in outline) + margin
        small = (max(1, round((right - left) * unit)), max(1, round((bottom - top) * unit)))
        mask = Image.new("L", small)
        points = [((x - left) * unit, (y - top) * unit) for x, y in outline]
        ImageDraw.Draw(mask).polygon(points, fill=round(255 * strength))
        mask = mask.filter(ImageFilter.GaussianBlur(blur * unit))
        large = (round((right - left) * self._unit), round((bottom - top) * self._unit))
        place = (round(left * self._unit), round(top * self._unit))
        self._image.paste(color, (*place, place[0] + large[0], place[1] + large[1]), mask.resize(large))

    def _box(self, outline: Sequence[Point]) -> tuple[int, int, int, int]:
        points = [self._at(point) for point in outline]
        left, top = int(min(x for x, _ in points)), int(min(y for _, y in points))
        right, bottom = int(max(x for x, _ in points)) + 1, int(max(y for _, y in points)) + 1
        return left, top, max(right, left + 1), max(bottom, top + 1)

    def _mask(self, outline: Sequence[Point], box: tuple[int, int, int, int]) -> Image.Image:
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        points = [(x - box[0], y - box[1]) for x, y in map(self._at, outline)]
        ImageDraw.Draw(mask).polygon(points, fill=255)
        return mask


def ellipse(center: Point, rx: float, ry: float, *, turn: float = 0) -> list[Point]:
    return oval(center, rx, ry, turn)


def slab(left: float, top: float, right: float, bottom: float, corner: float = 2) -> list[Point]:
    """A rectangle with round corners."""
    points: list[Point] = []
    corners = (
        (right - corner, top + corner, -90),
        (right - corner, bottom - corner, 0),
        (left + corner, bottom - corner, 90),
        (left + corner, top + corner, 180),
    )
    for x, y, start in corners:
        arc = oval((x, y), corner, corner, 0)
        first = (start % 360) // 5
        points += [arc[(first + step) % 72] for step in range(19)]
    return points


def _between(top: str, bottom: str, size: tuple[int, int]) -> Image.Image:
    ramp = Image.linear_gradient("L").resize(size, Image.Resampling.BILINEAR)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), ramp)


def _graded(profile: Profile, size: tuple[int, int], *, is_across: bool) -> Image.Image:
    strip = Image.new("L", (len(profile), 1) if is_across else (1, len(profile)))
    strip.putdata(profile)
    graded = strip.resize(size, Image.Resampling.BICUBIC)
    return Image.merge("RGB", (graded, graded, graded))


def _cloth(color: str, paint: Paint, size: tuple[int, int]) -> Image.Image:
    side = max(size)
    canvas = Canvas(color, pixels=side, oversize=1)
    paint(canvas)
    return canvas.picture((0, 0), 100).crop((0, 0, *size))


@lru_cache(maxsize=256)
def _bead(color: str, side: int) -> tuple[Image.Image, Image.Image]:
    """A lit ball as an image, and where it is."""
    # Dark at the rim that faces away, bright where the window is mirrored.
    ball = Image.radial_gradient("L").resize((side * 2, side * 2), Image.Resampling.BILINEAR)
    offset = round(side * 0.66)
    depth = ball.crop((offset, offset, offset + side, offset + side))
    dark, bright = mix(color, "#120b08", 0.55), mix(color, "#ffffff", 0.42)
    lower = Image.composite(
        Image.new("RGB", (side, side), dark), Image.new("RGB", (side, side), color), depth.point(_RIM)
    )
    whole = Image.composite(Image.new("RGB", (side, side), bright), lower, depth.point(_SHEEN))
    spark = ImageDraw.Draw(whole)
    spark.ellipse((side * 0.27, side * 0.2, side * 0.41, side * 0.32), fill=light(bright, 0.8))
    mask = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(mask).ellipse((0, 0, side * 2 - 1, side * 2 - 1), fill=255)
    return whole, mask.resize((side, side), Image.Resampling.BOX)


_RIM = [min(255, max(0, round((v - 70) * 1.9))) for v in range(256)]
_SHEEN = [max(0, round(255 - v * 4.2)) for v in range(256)]
