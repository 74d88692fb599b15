"""Patterns of cloth and walls, after batik and tenun, as curves."""

from __future__ import annotations

import math
from collections.abc import Callable

from tests.demo_pictures.canvas import Canvas

Paint = Callable[[Canvas], None]


def plain(canvas: Canvas) -> None:
    """Leave the cloth as it is."""


def kawung(color: str, size: float) -> Paint:
    """Four petals about every crossing."""

    def paint(canvas: Canvas) -> None:
        steps = int(100 / size) + 2
        for row in range(steps):
            for column in range(steps):
                x, y = column * size, row * size
                for turn in (45, 135):
                    reach = size * 0.25
                    for way in (-1, 1):
                        angle = math.radians(turn)
                        at = (x + way * reach * math.cos(angle), y + way * reach * math.sin(angle))
                        canvas.oval(at, size * 0.23, size * 0.11, color, turn=turn)

    return paint


def parang(color: str, size: float) -> Paint:
    """Slanting waves."""

    def paint(canvas: Canvas) -> None:
        for stripe in range(-int(100 / size), int(200 / size)):
            points = []
            for step in range(81):
                along = step / 80 * 150 - 20
                sway = math.sin(along / size * math.pi) * size * 0.22
                points.append((stripe * size + along * 0.6 + sway, along))
            canvas.line(points, color, size * 0.22)

    return paint


def ceplok(color: str, size: float) -> Paint:
    """Small flowers in rows that give way to each other."""

    def paint(canvas: Canvas) -> None:
        for row in range(int(100 / size) + 2):
            for column in range(int(100 / size) + 2):
                x, y = (column + row % 2 * 0.5) * size, row * size
                for petal in range(5):
                    angle = math.tau * petal / 5 - math.pi / 2
                    at = (x + size * 0.17 * math.cos(angle), y + size * 0.17 * math.sin(angle))
                    canvas.oval(at, size * 0.13, size * 0.13, color)

    return paint


def tenun(color: str, other: str, size: float) -> Paint:
    """Woven bands, plain and with a row of diamonds."""

    def paint(canvas: Canvas) -> None:
        for band in range(int(100 / size) + 2):
            top = band * size
            canvas.fill([(0, top), (100, top), (100, top + size * 0.18), (0, top + size * 0.18)], color)
            width = size * 0.55
            for diamond in range(int(100 / width) + 2):
                x, y = diamond * width, top + size * 0.6
                canvas.fill(
                    [(x - width * 0.38, y), (x, y - size * 0.22), (x + width * 0.38, y), (x, y + size * 0.22)], other
                )

    return paint


def stripes(color: str, size: float) -> Paint:
    def paint(canvas: Canvas) -> None:
        for stripe in range(int(100 / size) + 1):
            top = stripe * size
            canvas.fill([(0, top), (100, top), (100, top + size * 0.45), (0, top + size * 0.45)], color)

    return paint


def sun(color: str) -> Paint:
    """One large disc behind the head."""

    def paint(canvas: Canvas) -> None:
        canvas.oval((50, 46), 38, 38, color)

    return paint


def hills(color: str, other: str) -> Paint:
    def paint(canvas: Canvas) -> None:
        canvas.oval((18, 92), 46, 40, color)
        canvas.oval((86, 98), 50, 44, other)

    return paint
