"""Images of Thomas' products: cloth with stepped diamonds and horses, and things sewn of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.demo_pictures.beads import BRASS, OAK, Backdrop
from tests.demo_pictures.canvas import Canvas, Point, light, path, shade
from tests.demo_pictures.patterns import Paint
from tests.demo_pictures.studio import FALLING, ROUND, SOFT_ROUND, Profile, ellipse, slab

# A horse, a mamuli and a tree, as they are tied into the warp: a mark is a thread of colour.
HORSE = (
    "..##......",
    ".####.....",
    "##.###...#",
    "...######.",
    "...#######",
    "...######.",
    "...#.#.##.",
    "..#..#..#.",
    "..#..#..#.",
)
MAMULI = (
    "...###...",
    "..#...#..",
    ".#..#..#.",
    ".#.#.#.#.",
    ".#..#..#.",
    "..#...#..",
    "...#.#...",
    "#.##.##.#",
    ".##...##.",
)
TREE = (
    "#..#..#",
    ".#.#.#.",
    "..###..",
    "#..#..#",
    ".#.#.#.",
    "..###..",
    "...#...",
    "...#...",
    "..###..",
)
FOLDS: Profile = (246, 220, 255, 206, 240, 255, 196, 236, 252, 210, 255, 214, 238)


def ikat(colors: Sequence[str], *, size: float = 20, figure: Sequence[str] = (), along: bool = False) -> Paint:
    """Bands: narrow stripes, a row of stepped diamonds, a row of figures; ``along`` turns them upright."""

    def paint(canvas: Canvas) -> None:
        rows = int(100 / size) + 1
        for row in range(rows):
            top = row * size
            for number, (start, thick) in enumerate(((0, 0.05), (0.08, 0.02), (0.9, 0.02), (0.95, 0.05))):
                _bar(canvas, top + start * size, thick * size, colors[number % len(colors)], along)
            if figure and row % 2:
                _figures(canvas, figure, top + size * 0.18, size * 0.66, colors[(row // 2) % len(colors)], along)
            else:
                _diamonds(canvas, top + size * 0.5, size * 0.36, colors, along)

    return paint


def truntum(color: str, size: float) -> Paint:
    """Small stars, as on the batik of parents at a wedding."""

    def paint(canvas: Canvas) -> None:
        for row in range(int(100 / size) + 2):
            for column in range(int(100 / size) + 2):
                x, y = (column + row % 2 * 0.5) * size, row * size * 0.86
                for turn in range(0, 180, 45):
                    canvas.oval((x, y), size * 0.3, size * 0.06, color, turn=turn)
                canvas.oval((x + size * 0.5, y), size * 0.05, size * 0.05, color)

    return paint


def folded(cloths: Sequence[tuple[str, Paint]], *, place: Backdrop) -> bytes:
    """Cloths folded and laid on each other, the first on top."""
    studio = place.studio()
    high, count = 13.0, len(cloths)
    for number, (color, paint) in enumerate(reversed(cloths)):
        y, aside = 84 - number * high, (number % 2) * 2.4 - number * 0.8
        side = slab(14 + aside, y - high + 1, 86 + aside, y, 5.5)
        studio.shadow(side, by=(2, 2.4), strength=0.42, blur=2)
        studio.solid(side, color, paint=paint, down=(255, 236, 190), across=(216, 250, 255, 246, 206))
        for line in (0.36, 0.66):
            studio.line(
                path(
                    (15 + aside, y - high * line),
                    ((40, y - high * line + 0.6), (60, y - high * line - 0.4), (85 + aside, y - high * line)),
                ),
                shade(color, 0.42),
                0.35,
            )
    color, paint = cloths[0]
    y = 84 - count * high + 1
    top = path(
        (12, y + 2),
        ((13, y - 12), (18, y - 24), (24, y - 28)),
        ((42, y - 30), (66, y - 30), (80, y - 27)),
        ((84, y - 20), (88, y - 8), (88, y + 2)),
        ((64, y + 4.6), (36, y + 4.6), (12, y + 2)),
    )
    studio.shadow(top, by=(1, 2), strength=0.34, blur=1.4)
    studio.solid(top, color, paint=paint, down=(236, 255, 250, 222), across=SOFT_ROUND)
    studio.glow(ellipse((40, y - 14), 20, 5, turn=-6), strength=0.24, blur=3)
    return studio.photograph()


def hung(*, cloth: str, paint: Paint, fringe: str, place: Backdrop, wide: float = 52, length: float = 74) -> bytes:
    """A cloth over a bamboo rod, in soft folds, with its fringe."""
    studio = place.studio()
    left, right, bottom = 50 - wide / 2, 50 + wide / 2, 12 + length
    edge = [(left + wide * step / 60, bottom + 0.9 * math.sin(step * 0.9)) for step in range(61)]
    body = [(left, 12), (right, 12), *reversed(edge)]
    studio.shadow(body, by=(3.4, 2.4), strength=0.42, blur=3)
    studio.solid(body, cloth, paint=paint, across=FOLDS, down=(214, 255, 252, 236))
    for step, (x, y) in enumerate(edge[:-1]):
        for thread in range(2):
            start = x + thread * wide / 120
            studio.line(
                [(start, y - 0.4), (start + math.sin(step * 1.7 + thread) * 0.5, y + 5.4 + step % 3 * 0.3)],
                fringe,
                0.34,
            )
    rod = slab(6, 8.4, 94, 13.4, 2.4)
    studio.shadow(rod, by=(0.6, 2.6), strength=0.45, blur=1.4)
    studio.solid(rod, "#c9a860", down=(255, 240, 170))
    for x in (20, 52, 81):
        studio.line([(x, 8.6), (x, 13.2)], shade("#c9a860", 0.3), 0.5)
    return studio.photograph(ratio=0.8)


def scarf(*, cloth: str, paint: Paint, fringe: str, place: Backdrop) -> bytes:
    """A scarf laid in a loop, its two ends hanging down."""
    studio = place.studio()
    loop = path(
        (26, 40), ((26, 12), (74, 12), (74, 40)), ((74, 52), (66, 56), (50, 58)), ((34, 56), (26, 52), (26, 40))
    )
    inner = path(
        (38, 39), ((38, 25), (62, 25), (62, 39)), ((62, 44), (56, 46), (50, 47)), ((44, 46), (38, 44), (38, 39))
    )
    for x, lean in ((36, -4), (52, 3)):
        end = [(x, 48), (x + 15, 48), (x + 16 + lean, 88), (x - 1 + lean, 90)]
        studio.shadow(end, by=(2, 2.4), strength=0.42, blur=2)
        studio.solid(end, cloth, paint=paint, across=(206, 250, 255, 226, 200))
        for thread in range(18):
            at = x - 0.6 + lean + thread * 0.94
            studio.line([(at, 89), (at + math.sin(thread) * 0.4, 94.6)], fringe, 0.4)
    studio.shadow(loop, by=(2, 2.6), strength=0.4, blur=2.2)
    studio.solid(loop, cloth, paint=paint, across=FOLDS, down=(255, 232, 250, 206))
    studio.fill(inner, shade(place.table, 0.12))
    studio.shadow(inner, by=(-1, -1), strength=0.3, blur=1.4)
    knot = path((33, 48), ((38, 42), (62, 42), (68, 49)), ((66, 58), (40, 60), (33, 48)))
    studio.shadow(knot, by=(1, 1.8), strength=0.42, blur=1.4)
    studio.solid(knot, shade(cloth, 0.06), paint=paint, across=FOLDS, down=(255, 240, 196))
    return studio.photograph(ratio=0.8, middle=52)


def close(*, cloth: str, paint: Paint) -> bytes:
    """The cloth from so near that one sees how it is woven."""
    studio = Backdrop(table=cloth).studio()
    studio.solid(slab(-6, -6, 120, 106, 1), cloth, paint=paint, across=FOLDS, down=(255, 240, 252, 226))
    studio.lines(([(0, y * 0.8), (100, y * 0.8 + 0.3)] for y in range(126)), shade(cloth, 0.22), 0.12)
    return studio.photograph()


def tote(*, cloth: str, paint: Paint, strap: str, place: Backdrop) -> bytes:
    """A shoulder bag with straps of leather."""
    studio = place.studio()
    for low, tone in ((0, shade(strap, 0.3)), (3, strap)):
        studio.line(path((32, 40 + low), ((32, 6 + low), (68, 6 + low), (68, 40 + low))), tone, 3)
    body = path(
        (20, 38), ((19, 56), (17, 74), (18, 88)), ((38, 91.6), (62, 91.6), (82, 88)), ((83, 74), (81, 56), (80, 38))
    )
    studio.shadow(body, by=(4.6, 2), strength=0.48, blur=3.2)
    studio.solid(body, cloth, paint=paint, across=(206, 244, 255, 240, 252, 224, 186), down=(240, 255, 224))
    studio.solid(slab(19, 36, 81, 42, 1), strap, down=(255, 214), across=SOFT_ROUND)
    for x in (30, 66):
        studio.solid(slab(x, 38, x + 4, 50, 1), strap, across=ROUND)
        studio.sphere((x + 2, 46.6), 0.9, BRASS)
    return studio.photograph(ratio=0.8)


def wallet(*, cloth: str, paint: Paint, edge: str, place: Backdrop) -> bytes:
    """A wallet that stands half open."""
    studio = place.studio()
    back, front = [(20, 34), (80, 30), (84, 70), (22, 76)], [(14, 40), (76, 37), (79, 80), (18, 84)]
    studio.shadow(front, by=(3, 3.4), strength=0.5, blur=2.6)
    studio.solid(back, shade(edge, 0.16))
    studio.solid([(18, 37), (78, 34), (80, 74), (20, 78)], light(edge, 0.24), down=(190, 255))
    studio.solid(front, edge, down=FALLING)
    inside = [(17, 43), (73.4, 40), (76, 77), (20.6, 81)]
    studio.solid(inside, cloth, paint=paint, across=SOFT_ROUND, down=(255, 250, 220))
    studio.solid(slab(68, 52, 82, 64, 4), edge, down=FALLING)
    studio.shadow(ellipse((73, 58), 2, 2), by=(0.5, 0.8), strength=0.5, blur=0.6)
    studio.sphere((73, 58), 2, BRASS)
    return studio.photograph()


def cushion(*, cloth: str, paint: Paint, place: Backdrop) -> bytes:
    """A cushion on a bench."""
    studio = place.studio()
    body = path(
        (18, 26),
        ((34, 31), (66, 31), (82, 26)),
        ((80, 42), (80, 66), (84, 82)),
        ((66, 78), (34, 78), (16, 82)),
        ((20, 66), (20, 42), (18, 26)),
    )
    studio.shadow(body, by=(4, 4), strength=0.5, blur=3.4)
    studio.solid(body, cloth, paint=paint, across=(170, 232, 255, 250, 220, 160), down=(232, 255, 246, 180))
    studio.glow(ellipse((42, 46), 20, 14, turn=-20), strength=0.2, blur=5)
    for x, y in ((18, 26), (82, 26), (84, 82), (16, 82)):
        studio.sphere((x, y), 1.8, shade(cloth, 0.2))
    return studio.photograph()


def runner(*, cloth: str, paint: Paint, fringe: str, place: Backdrop) -> bytes:
    """A long cloth down a wooden table, seen from its end, with a bowl on it."""
    studio = place.studio()
    for plank in range(1, 6):
        studio.line(
            [(plank * 17 + (50 - plank * 17) * 0.35, 0), (plank * 17 - (50 - plank * 17) * 0.2, 100)],
            shade(OAK, 0.22),
            0.3,
        )
    body = [(37, 0), (63, 0), (74, 84), (26, 84)]
    studio.shadow(body, by=(1.4, 1), strength=0.36, blur=1.4)
    studio.solid(body, cloth, paint=paint, across=SOFT_ROUND, down=(236, 255))
    for thread in range(52):
        x = 26.4 + thread * 0.925
        studio.line([(x, 83.6), (x + math.sin(thread * 2.1) * 0.5 + (x - 50) * 0.03, 90.5)], fringe, 0.4)
    studio.shadow(ellipse((51, 38), 15, 9.6), by=(3, 3.4), strength=0.5, blur=2.4)
    studio.solid(ellipse((50, 37), 15, 9.6), "#5a3a26", across=ROUND, down=(220, 255))
    studio.solid(ellipse((50, 35.4), 13, 7.4), "#3f2818", down=(196, 255))
    for number, (x, y) in enumerate(((46, 34), (53, 33), (49, 37), (55, 37.4), (44, 37.6))):
        studio.sphere((x, y), 3.6, ("#d99b2b", "#b5532f", "#8a9a3f")[number % 3])
    return studio.photograph(ratio=0.8)


def headband(*, cloth: str, paint: Paint, fringe: str, place: Backdrop) -> bytes:
    """A square cloth for the head, folded into a triangle, twice."""
    studio = place.studio()
    for number, (shift, reach) in enumerate(((0, 38), (5, 36))):
        low = [(50 - reach, 30 + shift), (50 + reach, 30 + shift - 3), (52, 84 + shift * 0.4)]
        studio.shadow(low, by=(2, 3), strength=0.4, blur=2.2)
        for start, end in ((low[0], low[2]), (low[2], low[1])):
            for thread in range(60):
                share = thread / 60
                at = (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
                studio.line([at, (at[0] + (at[0] - 50) * 0.05, at[1] + 3.4)], fringe, 0.34)
        studio.solid(low, shade(cloth, 0.16 * (1 - number)), paint=paint, down=(255, 246, 222), across=SOFT_ROUND)
    fold = path(
        (14, 35), ((36, 38), (64, 36), (86, 32)), ((87, 27), (86, 25), (85, 24)), ((62, 29), (36, 30), (13, 27))
    )
    studio.shadow(fold, by=(0.6, 1.8), strength=0.42, blur=1.2)
    studio.solid(fold, cloth, paint=paint, down=(226, 255, 206))
    return studio.photograph()


def coasters(cloths: Sequence[tuple[str, Paint]], *, place: Backdrop) -> bytes:
    """Round mats, a glass of tea on one of them."""
    studio = place.studio()
    for (x, y), (color, paint) in zip(((28, 32), (66, 28), (74, 64), (34, 68)), cloths, strict=True):
        outer = ellipse((x, y), 19, 19)
        studio.shadow(outer, by=(1.6, 2.4), strength=0.45, blur=1.8)
        studio.solid(outer, shade(color, 0.34), down=FALLING)
        studio.solid(ellipse((x, y), 17, 17), color, paint=paint, down=FALLING, across=SOFT_ROUND)
    studio.shadow(ellipse((35, 68), 12, 12), by=(6, 5), strength=0.4, blur=2.4)
    studio.solid(ellipse((34, 66), 12, 12), "#e9e1d4", across=SOFT_ROUND, down=FALLING)
    studio.solid(ellipse((34, 66), 10.4, 10.4), "#a8571f", down=(206, 255), across=(226, 255, 232))
    studio.glow(ellipse((30, 62), 3.4, 1.6, turn=-40), strength=0.7, blur=0.8)
    return studio.photograph()


def _bar(canvas: Canvas, at: float, thick: float, color: str, along: bool) -> None:
    ends = ((0.0, at), (100.0, at), (100.0, at + thick), (0.0, at + thick))
    canvas.fill([_turned(point, along) for point in ends], color)


def _diamonds(canvas: Canvas, middle: float, reach: float, colors: Sequence[str], along: bool) -> None:
    step, wide = reach / 4, reach * 2.4
    for column in range(int(100 / wide) + 2):
        for ring, color in ((4, colors[0]), (3, colors[1 % len(colors)]), (2, colors[2 % len(colors)]), (1, colors[0])):
            _stepped(canvas, (column * wide, middle), ring, step, color, along)
        if len(colors) > 2:
            _stepped(canvas, ((column + 0.5) * wide, middle), 1, step * 0.9, colors[2], along)


def _stepped(canvas: Canvas, center: Point, rings: int, step: float, color: str, along: bool) -> None:
    x, y = center
    for level in range(rings):
        half, high = (rings - level) * step, (level + 1) * step
        corners = ((x - half, y - high), (x + half, y - high), (x + half, y + high), (x - half, y + high))
        canvas.fill([_turned(point, along) for point in corners], color)


def _figures(canvas: Canvas, figure: Sequence[str], top: float, high: float, color: str, along: bool) -> None:
    cell = high / len(figure)
    wide = cell * (len(figure[0]) + 2)
    for copy in range(int(100 / wide) + 1):
        for row, marks in enumerate(figure):
            for column, mark in enumerate(marks):
                if mark == "#":
                    x, y = copy * wide + (column + 1) * cell, top + row * cell
                    corners = ((x, y), (x + cell * 1.05, y), (x + cell * 1.05, y + cell * 1.05), (x, y + cell * 1.05))
                    canvas.fill([_turned(point, along) for point in corners], color)


def _turned(point: Point, along: bool) -> Point:
    return (point[1], point[0]) if along else point
