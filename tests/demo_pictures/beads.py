"""Images of Sekar's products: beads on threads, flowers of cloth, small things of batik."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, cycle, pairwise

from tests.demo_pictures.canvas import Canvas, Point, light, mix, oval, path, shade
from tests.demo_pictures.patterns import Paint
from tests.demo_pictures.studio import FALLING, ROUND, SOFT_ROUND, Studio, ellipse, slab

THREAD = "#8d6b4f"
BRASS = "#c79a4b"
LINEN, OAK, STONE, PAPER = "#e9dfd0", "#c9a27a", "#d5d3cd", "#f3ebdf"

Beads = Sequence[tuple[str, float]]


@dataclass(frozen=True, kw_only=True)
class Backdrop:
    """The place where a product is photographed: from above on a table, or in front of a wall above the horizon."""

    table: str = PAPER
    wall: str = LINEN
    horizon: float = 0

    def studio(self) -> Studio:
        return Studio(self.wall, self.table, horizon=self.horizon)


def bracelets(beads: Beads, *, others: Beads = (), place: Backdrop = Backdrop(), charm: str = "") -> bytes:
    """One on the table, and another behind it if there are beads for it."""
    studio = place.studio()
    if others:
        _ring(studio, (66, 30), 24, 17, others)
    _ring(studio, (48, 56), 36, 27, [(color, radius * 1.2) for color, radius in beads])
    if charm:
        _buffalo(studio, (48, 85), 9, charm)
    return studio.photograph()


def necklace(beads: Beads, *, pendant: str, place: Backdrop = Backdrop(), drops: Beads = ()) -> bytes:
    """Hung in a long curve, as about a neck, with a stone at its lowest."""
    studio = place.studio()
    curve = path((22, -4), ((20, 34), (32, 66), (50, 69)), ((68, 66), (80, 34), (78, -4)))
    studio.shadow([(x + 0.4, y) for x, y in curve] + [(x, y + 2) for x, y in reversed(curve)], strength=0.35)
    _string(studio, curve, beads)
    for number, (color, radius) in enumerate(drops):
        side = number - (len(drops) - 1) / 2
        at = (50 + side * 7, 75 - abs(side) * 3.2)
        studio.line([(50 + side * 4.4, 69 - abs(side) * 1.6), at], BRASS, 0.35)
        studio.shadow(ellipse(at, radius, radius), strength=0.35)
        studio.sphere(at, radius, color)
    if not drops:
        _tear(studio, (50, 71.5), 7, pendant)
    return studio.photograph(ratio=0.8)


def earrings(*, drops: Beads, tip: str, place: Backdrop = Backdrop(), is_fringed: bool = False) -> bytes:
    """A pair on a wooden bar."""
    studio = place.studio()
    bar = slab(14, 20, 86, 26.5, 3)
    studio.shadow(bar, by=(1.5, 3), strength=0.45, blur=2)
    studio.solid(bar, OAK, down=(255, 240, 186), paint=_grain)
    for x in (35, 65):
        _earring(studio, x, drops, tip, is_fringed=is_fringed)
    return studio.photograph(ratio=0.8, middle=52)


def rose(*, petals: str, leaf: str, place: Backdrop = Backdrop()) -> bytes:
    """A brooch: a rose of folded cloth with two leaves."""
    studio = place.studio()
    for turn in (28, 152, -40):
        _leaf(studio, (50, 52), turn, 33, leaf)
    for number, (distance, size) in enumerate(((15, 15), (11.5, 13), (7.5, 10.5), (3.5, 8))):
        for petal in range(6 - number):
            angle = math.tau * petal / (6 - number) + number * 0.7
            at = (50 + distance * math.cos(angle), 50 + distance * math.sin(angle))
            outline = ellipse(at, size, size * 0.8, turn=math.degrees(angle) + 90)
            studio.shadow(outline, by=(0.5, 0.8), strength=0.42, blur=1.1)
            studio.solid(outline, mix(petals, "#fff3ea", 0.05 * number), down=(255, 240, 206), across=SOFT_ROUND)
    for number in range(26):
        angle, reach = number * 0.55, 5.2 - number * 0.18
        studio.oval((50 + reach * math.cos(angle), 50 + reach * math.sin(angle)), 0.7, 0.5, shade(petals, 0.3))
    studio.sphere((50, 50), 1.9, BRASS)
    return studio.photograph()


def leaves(*, leaf: str, vein: str, beads: Beads, place: Backdrop = Backdrop()) -> bytes:
    """A brooch of leaves with a row of beads along the stem."""
    studio = place.studio()
    for turn, length in ((-62, 36), (-90, 42), (-118, 36)):
        _leaf(studio, (50, 66), turn, length, mix(leaf, vein, 0.12 if turn == -90 else 0.0))
    stem = path((50, 62), ((49, 72), (54, 80), (60, 84)))
    studio.line(stem, BRASS, 1.1)
    _string(studio, path((50, 64), ((46, 60), (46, 54), (50, 50)), ((54, 46), (54, 40), (50, 36))), beads)
    return studio.photograph()


def hair_tie(*, cloth: str, paint: Paint, place: Backdrop = Backdrop()) -> bytes:
    """A gathered ring of cloth."""
    studio = place.studio()
    folds = 22
    outer = [_on_ring(turn, 33 + 1.6 * math.sin(turn * folds)) for turn in _turns(220)]
    studio.shadow(outer, by=(2, 2.6), strength=0.5, blur=2.4)
    studio.solid(outer, cloth, paint=paint)
    for fold in range(folds):
        turn = math.tau * fold / folds
        ends = [_on_ring(turn + 0.1 * math.sin(step / 3), 13 + step * 2.1) for step in range(10)]
        studio.shadow(
            [*ends, *(_on_ring(turn + 0.11, 31 - step * 2) for step in range(9))], by=(0, 0), strength=0.42, blur=0.9
        )
        studio.glow([*ends, *(_on_ring(turn - 0.09, 30 - step * 2) for step in range(8))], strength=0.2, blur=0.8)
    hole = [_on_ring(turn, 12.4 + 0.8 * math.sin(turn * folds)) for turn in _turns(160)]
    studio.fill(hole, mix(place.table, "#4a3a30", 0.16))
    studio.shadow(hole, by=(-1.4, -1.6), strength=0.35, blur=1.6)
    return studio.photograph()


def pouch(*, cloth: str, paint: Paint, lining: str, place: Backdrop = Backdrop()) -> bytes:
    """A zipped pouch of batik, with a bead at the pull."""
    studio = place.studio()
    body = path(
        (16, 34), ((14, 50), (13, 70), (18, 79)), ((38, 83), (62, 83), (82, 79)), ((87, 70), (86, 50), (84, 34))
    )
    studio.shadow(body, by=(2, 3.4), strength=0.5, blur=2.6)
    studio.solid(body, cloth, paint=paint, across=(226, 250, 255, 246, 214), down=(214, 255, 250, 214))
    top = slab(15, 30.5, 85, 37, 2)
    studio.solid(top, lining, down=(255, 214))
    for tooth in range(58):
        studio.line(
            [(18 + tooth * 1.1, 33.2), (18 + tooth * 1.1, 34.6)], BRASS if tooth % 2 else light(BRASS, 0.4), 0.5
        )
    studio.line([(78, 34), (83, 42)], BRASS, 0.8)
    for number, color in enumerate(("#7c1f2b", "#e3cfa2", "#7c1f2b")):
        studio.sphere((83.6 + number * 1.1, 44.4 + number * 3.2), 1.9, color)
    return studio.photograph()


def key_ring(beads: Beads, *, tassel: str, place: Backdrop = Backdrop()) -> bytes:
    """A strand of beads between a ring and a tassel."""
    studio = place.studio()
    studio.shadow(ellipse((38, 26), 12, 12), strength=0.22)
    for width, color in ((2.1, shade(BRASS, 0.25)), (1.3, light(BRASS, 0.25))):
        studio.ring((38, 26), 11, 11, color, width)
    strand = path((44, 35.5), ((50, 44), (56, 48), (58, 58)))
    _string(studio, strand, beads)
    _tassel(studio, (59, 60), 23, tassel)
    return studio.photograph()


def gift(*, bracelet: Beads, pearl: str, paint: Paint, place: Backdrop = Backdrop()) -> bytes:
    """An open box with a bracelet and a pair of earrings on crumpled paper, its lid beside it."""
    studio = place.studio()
    lid = slab(52, 8, 96, 46, 2)
    studio.shadow(lid, by=(2, 3), strength=0.45, blur=2.2)
    studio.solid(lid, "#6d2433", paint=paint, down=FALLING)
    box = slab(8, 26, 74, 90, 2)
    studio.shadow(box, by=(2.6, 3.6), strength=0.5, blur=2.6)
    studio.solid(box, "#7c2a3a", down=FALLING)
    studio.solid(slab(11, 29, 71, 87, 1.5), "#efe4d3", down=(214, 250, 255))
    for number in range(34):
        angle = number * 2.4
        at = (41 + 25 * math.cos(angle) * (number % 7 + 2) / 8, 58 + 25 * math.sin(angle) * (number % 5 + 3) / 8)
        studio.glow(ellipse(at, 6, 1.2, turn=number * 47), strength=0.5, blur=0.6)
        studio.shadow(ellipse(at, 5, 0.8, turn=number * 47), by=(0.5, 1), strength=0.16, blur=0.6)
    _ring(studio, (40, 52), 20, 15, bracelet)
    for x in (33, 48):
        studio.shadow(ellipse((x, 78), 3, 3), strength=0.35)
        studio.sphere((x, 78), 3, pearl)
        studio.sphere((x, 73.4), 1.3, BRASS)
    return studio.photograph()


def _ring(studio: Studio, center: Point, rx: float, ry: float, beads: Beads) -> None:
    """Beads about an ellipse; those in front cover those behind."""
    studio.shadow(_band(center, rx, ry, 3.2), by=(1.4, 2.4), strength=0.36, blur=1.5)
    around = [(center[0] + rx * math.sin(turn), center[1] - ry * math.cos(turn)) for turn in _turns(720)]
    placed = _spread([*around, around[0]], beads)
    for at, color, radius in sorted(placed, key=lambda bead: bead[0][1]):
        near = 0.9 + 0.22 * (at[1] - center[1]) / ry
        studio.sphere(at, radius * near, color)


def _string(studio: Studio, curve: Sequence[Point], beads: Beads) -> None:
    studio.line(curve, THREAD, 0.4)
    for at, color, radius in _spread(curve, beads):
        studio.shadow(ellipse(at, radius, radius), by=(0.7, 0.9), strength=0.3, blur=0.9)
        studio.sphere(at, radius, color)


def _spread(curve: Sequence[Point], beads: Beads) -> list[tuple[Point, str, float]]:
    """Beads side by side along a curve, in the order given, again and again."""
    lengths = [0.0, *accumulate(math.dist(a, b) for a, b in pairwise(curve))]
    placed: list[tuple[Point, str, float]] = []
    at, index, endless = 0.0, 0, cycle(beads)
    color, radius = next(endless)
    while at + radius * 2 <= lengths[-1] + 0.6:
        middle = at + radius
        while index < len(lengths) - 2 and lengths[index + 1] < middle:
            index += 1
        share = (middle - lengths[index]) / max(1e-9, lengths[index + 1] - lengths[index])
        (ax, ay), (bx, by) = curve[index], curve[index + 1]
        placed.append(((ax + (bx - ax) * share, ay + (by - ay) * share), color, radius))
        at += radius * 1.94
        color, radius = next(endless)
    return placed


def _earring(studio: Studio, x: float, drops: Beads, tip: str, *, is_fringed: bool) -> None:
    hook = path((x, 26), ((x - 1, 19), (x + 7, 18), (x + 6, 25)), ((x + 5, 30), (x + 1, 31), (x, 36)))
    studio.line(hook, BRASS, 0.8)
    y = 37.0
    for color, radius in drops:
        studio.shadow(ellipse((x, y + radius), radius, radius), by=(2.4, 1.6), strength=0.26, blur=1.4)
        studio.sphere((x, y + radius), radius, color)
        y += radius * 2 - 0.3
    if is_fringed:
        _tassel(studio, (x, y), 24, tip)
    else:
        _tear(studio, (x, y), 6.4, tip)


def _tear(studio: Studio, top: Point, size: float, color: str) -> None:
    x, y = top
    outline = path(
        (x, y),
        ((x + size * 0.3, y + size * 0.9), (x + size, y + size * 1.3), (x + size, y + size * 2)),
        ((x + size, y + size * 3.3), (x - size, y + size * 3.3), (x - size, y + size * 2)),
        ((x - size, y + size * 1.3), (x - size * 0.3, y + size * 0.9), (x, y)),
    )
    studio.shadow(outline, by=(2, 1.8), strength=0.34, blur=1.6)
    studio.solid(outline, color, across=ROUND, down=(255, 250, 220))
    studio.glow(ellipse((x - size * 0.36, y + size * 1.6), size * 0.16, size * 0.5, turn=14), strength=0.85, blur=0.5)
    studio.sphere((x, y + 0.4), 1.5, BRASS)


def _tassel(studio: Studio, top: Point, length: float, color: str) -> None:
    x, y = top
    fringe = [(x - 3, y + 3), (x - 6.5, y + length), (x + 6.5, y + length), (x + 3, y + 3)]
    studio.shadow(fringe, by=(2.2, 1.4), strength=0.32, blur=1.6)
    for thread in range(40):
        lean = (thread - 19.5) / 19.5
        tone = (shade(color, 0.22), color, light(color, 0.16))[thread * 7 % 3]
        end = (x + lean * (6 + thread % 3 * 0.3), y + length - (thread * 5 % 7) * 0.2)
        studio.line([(x + lean * 2.2, y + 2), (x + lean * 4.2, y + length * 0.45), end], tone, 0.42)
    studio.solid(slab(x - 2.8, y, x + 2.8, y + 4.2, 1), BRASS, across=ROUND)


def _leaf(studio: Studio, root: Point, turn: float, length: float, color: str) -> None:
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))

    def put(along: float, aside: float) -> Point:
        return root[0] + along * cos - aside * sin, root[1] + along * sin + aside * cos

    wide = length * 0.34
    upper = [put(length * t, wide * math.sin(math.pi * t) ** 0.8 * (1 - t * 0.35)) for t in (s / 30 for s in range(31))]
    lower = [
        put(length * t, -wide * math.sin(math.pi * t) ** 0.8 * (1 - t * 0.35)) for t in (s / 30 for s in range(31))
    ]
    studio.shadow([*upper, *reversed(lower)], by=(1.2, 1.6), strength=0.4, blur=1.4)
    studio.solid([*upper, *reversed(lower)], color, across=SOFT_ROUND, down=FALLING)
    studio.solid([*upper, put(0, 0)], light(color, 0.14), across=SOFT_ROUND)
    for rib in range(1, 8):
        start, reach = put(length * rib / 9, 0), wide * 0.5 * math.sin(math.pi * (rib + 1) / 9.4)
        for side in (-1, 1):
            studio.line(
                [start, put(length * (rib + 0.9) / 9.4, side * reach)],
                shade(color, 0.24),
                0.3,
            )
    studio.line([put(0, 0), put(length * 0.96, 0)], shade(color, 0.34), 0.6)


def _buffalo(studio: Studio, center: Point, size: float, color: str) -> None:
    """Pa'tedong: the head of a buffalo, as it is carved on houses in Toraja."""
    x, y = center
    horns = path(
        (x - size * 1.5, y - size * 0.9),
        ((x - size * 1.7, y + size * 0.3), (x - size * 0.4, y + size * 0.3), (x, y)),
        ((x + size * 0.4, y + size * 0.3), (x + size * 1.7, y + size * 0.3), (x + size * 1.5, y - size * 0.9)),
        ((x + size * 1.1, y - size * 0.2), (x + size * 0.5, y - size * 0.2), (x, y - size * 0.5)),
        ((x - size * 0.5, y - size * 0.2), (x - size * 1.1, y - size * 0.2), (x - size * 1.5, y - size * 0.9)),
    )
    face = path(
        (x - size * 0.55, y - size * 0.2),
        ((x - size * 0.5, y + size * 0.6), (x - size * 0.3, y + size), (x, y + size)),
        ((x + size * 0.3, y + size), (x + size * 0.5, y + size * 0.6), (x + size * 0.55, y - size * 0.2)),
    )
    for outline in (horns, face):
        studio.shadow(outline, by=(1, 1.6), strength=0.4, blur=1)
        studio.solid(outline, color, down=(255, 236, 190), across=SOFT_ROUND)
    for side in (-1, 1):
        studio.oval((x + side * size * 0.24, y + size * 0.2), 0.7, 0.7, shade(color, 0.6))
    studio.line([(x - size * 0.2, y + size * 0.72), (x + size * 0.2, y + size * 0.72)], shade(color, 0.5), 0.5)


def _band(center: Point, rx: float, ry: float, wide: float) -> list[Point]:
    return [*oval(center, rx + wide, ry + wide, 0), *reversed(oval(center, rx - wide, ry - wide, 0))]


def _on_ring(turn: float, reach: float) -> Point:
    return 50 + reach * math.cos(turn), 50 + reach * math.sin(turn)


def _turns(steps: int) -> list[float]:
    return [math.tau * step / steps for step in range(steps)]


def _grain(canvas: Canvas) -> None:
    for line in range(14):
        y = line * 0.9
        canvas.line([(0, y), (30, y + 0.3), (70, y - 0.2), (100, y + 0.1)], shade(OAK, 0.1 + line % 3 * 0.05), 0.16)
