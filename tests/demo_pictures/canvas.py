"""A square to draw smooth flat shapes on, in hundredths of its side."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageColor, ImageDraw

Point = tuple[float, float]
Rgb = tuple[int, int, int]

CURVE_STEPS = 24


def rgb(color: str) -> Rgb:
    red, green, blue = ImageColor.getrgb(color)[:3]
    return red, green, blue


def mix(color: str, other: str, share: float) -> str:
    """The colour with this share of the other in it."""
    parts = zip(rgb(color), rgb(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in parts)


def shade(color: str, share: float = 0.16) -> str:
    return mix(color, "#1b1410", share)


def light(color: str, share: float = 0.16) -> str:
    return mix(color, "#fffaf0", share)


def path(start: Point, *curves: tuple[Point, ...]) -> list[Point]:
    """An outline: straight to a single point, or by a cubic curve through two handles to a third."""
    points = [start]
    for curve in curves:
        if len(curve) == 1:
            points.append(curve[0])
        else:
            points.extend(_cubic(points[-1], *curve))
    return points


def mirrored(half: Sequence[Point]) -> list[Point]:
    """A left half, from top to bottom, with its mirror image on the right."""
    return [*half, *((100 - x, y) for x, y in reversed(half))]


def _cubic(start: Point, one: Point, two: Point, end: Point) -> list[Point]:
    points = []
    for step in range(1, CURVE_STEPS + 1):
        t = step / CURVE_STEPS
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        points.append(
            (a * start[0] + b * one[0] + c * two[0] + d * end[0], a * start[1] + b * one[1] + c * two[1] + d * end[1])
        )
    return points


class Canvas:
    """Drawn several times as large as it is wanted, and made small at the end, so that edges are smooth."""

    def __init__(self, color: str, *, pixels: int = 512, oversize: float = 2) -> None:
        self._pixels = pixels
        self._unit = pixels * oversize / 100
        side = round(pixels * oversize)
        self._image = Image.new("RGB", (side, side), color)
        self._draw = ImageDraw.Draw(self._image)

    def fill(self, points: Sequence[Point], color: str) -> None:
        self._draw.polygon([self._at(point) for point in points], fill=color)

    def oval(self, center: Point, rx: float, ry: float, color: str, *, turn: float = 0) -> None:
        self.fill(oval(center, rx, ry, turn), color)

    def ring(self, center: Point, rx: float, ry: float, color: str, width: float) -> None:
        self.line([*oval(center, rx, ry, 0), oval(center, rx, ry, 0)[0]], color, width)

    def line(self, points: Sequence[Point], color: str, width: float) -> None:
        """A line with round ends."""
        thick = max(1, round(width * self._unit))
        self._draw.line([self._at(point) for point in points], fill=color, width=thick, joint="curve")
        for point in (points[0], points[-1]):
            x, y = self._at(point)
            radius = thick / 2 - 0.5
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)

    def within(self, outline: Sequence[Point], paint: Callable[[Canvas], None]) -> None:
        """Let ``paint`` draw, and keep what lies inside the outline."""
        mask = Image.new("1", self._image.size)
        ImageDraw.Draw(mask).polygon([self._at(point) for point in outline], fill=1)
        before = self._image.copy()
        paint(self)
        before.paste(self._image, mask=mask)
        self._image.paste(before)

    def picture(self, corner: Point, side: float) -> Image.Image:
        """A square part of what was drawn, from its upper left corner."""
        left, top = self._at(corner)
        box = (left, top, left + side * self._unit, top + side * self._unit)
        return self._image.resize((self._pixels, self._pixels), Image.Resampling.LANCZOS, box)

    def _at(self, point: Point) -> Point:
        return point[0] * self._unit, point[1] * self._unit


def oval(center: Point, rx: float, ry: float, turn: float) -> list[Point]:
    """The outline of an ellipse that is turned by so many degrees, in steps of five from its right end."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    around = [math.tau * step / 72 for step in range(72)]
    return [
        (
            center[0] + rx * math.cos(angle) * cos - ry * math.sin(angle) * sin,
            center[1] + rx * math.cos(angle) * sin + ry * math.sin(angle) * cos,
        )
        for angle in around
    ]
