"""Images of Daud's products: bags, jars, cups, things in leaves."""

from __future__ import annotations

import math
import random

from tests.demo_pictures.beads import Backdrop
from tests.demo_pictures.canvas import Canvas, Point, light, mix, path, rgb, shade
from tests.demo_pictures.patterns import Paint
from tests.demo_pictures.studio import FALLING, ROUND, SOFT_ROUND, Studio, ellipse, slab

BEAN, CREAM, INK = "#4a2a1a", "#f4ead8", "#2b1d15"


def bag(*, color: str, label: str, accent: str, title: str, note: str, place: Backdrop, beans: str = BEAN) -> bytes:
    """A standing bag with a printed label, and a handful of beans before it."""
    studio = place.studio()
    body = path(
        (29, 18), ((28, 40), (26, 66), (27, 84)), ((40, 87), (60, 87), (73, 84)), ((74, 66), (72, 40), (71, 18))
    )
    studio.shadow(body, by=(5, 1.5), strength=0.5, blur=3.4)
    studio.solid(body, color, across=(176, 232, 255, 246, 222, 190, 150))
    studio.solid(slab(28, 12, 72, 20.5, 0.8), shade(color, 0.08), across=(190, 240, 255, 240, 170), down=(255, 226))
    for y in (14, 16, 18.4):
        studio.line([(28.4, y), (71.6, y)], shade(color, 0.24), 0.25)
    for x, wide in ((31.5, 1.0), (68.4, 0.7)):
        studio.glow(ellipse((x, 50), wide, 28), strength=0.34, blur=1)
    studio.oval((50, 26), 2, 2, shade(color, 0.2))
    studio.oval((50, 26), 0.7, 0.7, shade(color, 0.5))
    _label(studio, label=label, accent=accent, title=title, note=note)
    scatter(studio, (60, 90), 24, beans, seed=len(title))
    return studio.photograph(ratio=0.8)


def box(*, color: str, accent: str, title: str, note: str, paint: Paint, place: Backdrop) -> bytes:
    """A carton of drip bags, one of them leaning against it."""
    studio = place.studio()
    front, side = [(20, 34), (62, 37), (62, 84), (20, 80)], [(62, 37), (78, 32), (78, 76), (62, 84)]
    lid = [(20, 34), (36, 29.5), (78, 32), (62, 37)]
    studio.shadow([(20, 78), (62, 82), (80, 74), (84, 80), (62, 88)], by=(2, 1), strength=0.5, blur=2.6)
    studio.solid(side, shade(color, 0.26))
    studio.solid(lid, light(color, 0.2))
    studio.solid(front, color, down=FALLING)
    studio.solid([(20, 34), (62, 37), (62, 46), (20, 43)], accent, paint=paint)
    studio.words((41, 56), title, 6, CREAM, weight=0.12)
    studio.words((41, 64), note, 3, light(color, 0.66))
    studio.words((41, 73), "10 x 12 g", 3, light(color, 0.66))
    sachet = [(66, 58), (88, 55), (91, 85), (69, 89)]
    studio.shadow(sachet, by=(1.6, 1.6), strength=0.45, blur=1.8)
    studio.solid(sachet, CREAM, across=SOFT_ROUND)
    studio.solid([(66, 58), (88, 55), (88.4, 59), (66.4, 62)], accent)
    studio.oval((79, 74), 5, 5, color)
    studio.words((79, 74), "drip", 3.2, CREAM)
    scatter(studio, (30, 90), 12, BEAN, seed=5)
    return studio.photograph()


def jar(*, content: str, lid: str, label: str, title: str, note: str, place: Backdrop, bits: str = "") -> bytes:
    """A glass of something, with a printed band."""
    studio = place.studio()
    glass = path(
        (31, 30),
        ((27, 36), (27, 42), (27, 50)),
        ((27, 66), (27, 76), (29, 84)),
        ((36, 88), (64, 88), (71, 84)),
        ((73, 76), (73, 66), (73, 50)),
        ((73, 42), (73, 36), (69, 30)),
    )
    studio.shadow(glass, by=(6, 1.4), strength=0.42, blur=3)
    studio.glow([(74, 88), (92, 84), (94, 90), (76, 93)], strength=0.3, blur=2)
    studio.solid(glass, light(content, 0.5), across=(200, 244, 255, 250, 206))
    inside = path(
        (29, 38),
        ((28.4, 56), (28.6, 74), (30.4, 83)),
        ((40, 86.4), (60, 86.4), (69.6, 83)),
        ((71.4, 74), (71.6, 56), (71, 38)),
    )
    studio.solid(inside, content, across=(150, 214, 255, 240, 186, 130), down=(255, 240, 214))
    if bits:
        _bits(studio, bits)
    studio.solid(slab(29, 18, 71, 31, 2), lid, across=ROUND, down=(255, 220))
    for x in range(30, 71, 2):
        studio.line([(x, 21), (x, 29)], shade(lid, 0.18), 0.3)
    studio.solid(slab(28, 52, 72, 74, 0.6), label, across=(214, 250, 255, 244, 206))
    studio.words((50, 60), title, 5, INK, weight=0.1)
    studio.words((50, 68), note, 3, mix(INK, label, 0.3))
    studio.glow(ellipse((33.6, 56), 1.1, 22), strength=0.8, blur=0.7)
    studio.glow(ellipse((67.6, 48), 0.6, 12), strength=0.5, blur=0.6)
    return studio.photograph(ratio=0.8)


def mug(*, color: str, rim: str, place: Backdrop) -> bytes:
    """An enamel mug of black coffee that steams, with the mountains on it."""
    studio = place.studio()
    studio.shadow(ellipse((54, 84), 27, 5), by=(4, 1), strength=0.5, blur=2.6)
    for width, tone in ((5.4, shade(color, 0.26)), (3.2, color)):
        studio.line(path((71, 46), ((90, 42), (92, 72), (70, 72))), tone, width)
    body = path(
        (25, 38), ((25, 56), (27, 74), (30, 82)), ((40, 86.5), (60, 86.5), (70, 82)), ((73, 74), (75, 56), (75, 38))
    )
    studio.solid(body, color, across=ROUND)
    hills = path(
        (26.6, 70), ((34, 60), (38, 56), (43, 64)), ((48, 56), (54, 50), (60, 62)), ((64, 58), (68, 60), (73.2, 68))
    )
    studio.solid([*hills, (72, 74), (28, 74)], rim, across=ROUND)
    studio.solid(ellipse((50, 38), 25, 7.5), rim, across=SOFT_ROUND)
    studio.solid(ellipse((50, 38.4), 23, 6.4), light(color, 0.3))
    studio.solid(ellipse((50, 40), 21.4, 5), "#2a1710", across=(200, 255, 220))
    studio.glow(ellipse((43, 39.2), 8, 0.9, turn=-4), strength=0.4, blur=0.7)
    for x, lean in ((42, 3), (52, -3), (60, 2)):
        steam = path((x, 34), ((x + lean * 2, 26), (x - lean * 2, 18), (x + lean, 8)))
        studio.glow([*steam, *((a + 2.6, b) for a, b in reversed(steam))], strength=0.42, blur=1.8)
    studio.glow(ellipse((31, 56), 1.2, 13), strength=0.6, blur=0.8)
    scatter(studio, (24, 90), 9, BEAN, seed=3)
    return studio.photograph()


def dripper(*, color: str, place: Backdrop) -> bytes:
    """A cone of clay on a glass, coffee running through it."""
    studio = place.studio()
    studio.shadow(ellipse((54, 88), 21, 4), by=(4, 1), strength=0.45, blur=2.4)
    glass = path(
        (33, 60), ((32, 72), (33, 82), (36, 87)), ((44, 90), (56, 90), (64, 87)), ((67, 82), (68, 72), (67, 60))
    )
    studio.solid(glass, "#e4ddd2", across=(206, 246, 255, 246, 206))
    studio.solid(
        path(
            (34, 74), ((34, 80), (35, 84), (37, 86.4)), ((44, 89), (56, 89), (63, 86.4)), ((65, 84), (66, 80), (66, 74))
        ),
        "#3a1f12",
        across=ROUND,
    )
    studio.glow(ellipse((37, 72), 0.9, 11), strength=0.85, blur=0.6)
    studio.line([(50, 62), (50, 74)], "#4a2a1a", 0.5)
    studio.solid(slab(25, 56, 75, 61, 2.4), color, across=ROUND, down=(255, 206))
    cone = [(22, 26), (78, 26), (60, 57), (40, 57)]
    studio.solid(cone, color, across=ROUND)
    for rib in range(1, 8):
        top, bottom = 22 + rib * 7, 40 + rib * 2.5
        studio.line([(top, 27), (bottom, 56)], shade(color, 0.14), 0.5)
    studio.line(path((76, 32), ((90, 30), (88, 48), (68, 48))), shade(color, 0.16), 3)
    studio.solid(ellipse((50, 26), 28, 7), light(color, 0.2), across=SOFT_ROUND)
    studio.solid(ellipse((50, 27), 25, 5.6), "#efe2cb")
    studio.solid(ellipse((50, 28.6), 21, 4), "#4a2a1a", across=(214, 255, 214))
    studio.glow(ellipse((27, 34), 1, 7, turn=-14), strength=0.6, blur=0.8)
    return studio.photograph(ratio=0.8, middle=55)


def crisps(*, color: str, accent: str, title: str, note: str, place: Backdrop) -> bytes:
    """A clear bag through which one sees what is inside."""
    studio = place.studio()
    body = path(
        (24, 22), ((20, 40), (20, 66), (25, 86)), ((40, 89), (60, 89), (75, 86)), ((80, 66), (80, 40), (76, 22))
    )
    studio.shadow(body, by=(4, 2), strength=0.45, blur=3)
    studio.solid(body, light(color, 0.55), across=SOFT_ROUND)
    chance = random.Random(title)
    for number in range(150):
        at = (50 + chance.uniform(-25, 25), 52 + chance.uniform(-22, 33))
        size, turn = chance.uniform(4.2, 6.6), chance.uniform(0, 180)
        outline = ellipse(at, size, size * chance.uniform(0.5, 0.92), turn=turn)
        studio.shadow(outline, by=(0.4, 0.6), strength=0.3, blur=0.6)
        studio.solid(outline, mix(color, "#7a4a1c", chance.uniform(0, 0.34)), down=(255, 250, 222))
        if number % 3 == 0:
            studio.oval(at, size * 0.3, size * 0.2, mix(color, "#7a4a1c", 0.4), turn=turn)
    studio.solid(slab(23, 12, 77, 32, 1), accent, across=(200, 246, 255, 240, 200))
    studio.words((50, 20), title, 5.4, CREAM, weight=0.12)
    studio.words((50, 27), note, 3, light(accent, 0.7))
    for x, wide in ((27, 1.2), (71, 1.8), (48, 0.7)):
        studio.glow(ellipse((x, 60), wide, 22, turn=(x - 50) * 0.12), strength=0.5, blur=0.9)
    return studio.photograph(ratio=0.8)


def in_leaves(*, color: str, leaf: str, place: Backdrop) -> bytes:
    """Blocks of palm sugar, one unwrapped from its leaf."""
    studio = place.studio()
    for at, size in (((68, 38), 17), ((30, 44), 16)):
        _wrapped(studio, at, size, leaf)
    for number, (x, y) in enumerate(((42, 66), (62, 72))):
        side = path(
            (x - 17, y - 4),
            ((x - 17, y + 6), (x - 14, y + 13), (x, y + 13)),
            ((x + 14, y + 13), (x + 17, y + 6), (x + 17, y - 4)),
        )
        studio.shadow(side, by=(3, 3), strength=0.5, blur=2.4)
        studio.solid(side, shade(color, 0.12 * number), across=ROUND)
        studio.solid(ellipse((x, y - 4), 17, 7), light(shade(color, 0.1 * number), 0.16), across=SOFT_ROUND)
        chance = random.Random(number)
        for _grain in range(90):
            turn, reach = chance.uniform(0, math.tau), math.sqrt(chance.random())
            studio.oval(
                (x + 16 * reach * math.cos(turn), y - 4 + 6.2 * reach * math.sin(turn)),
                0.35,
                0.25,
                mix(color, "#fff0d0", chance.random() * 0.5),
            )
    return studio.photograph()


def biscuits(*, color: str, seed_color: str, plate: str, place: Backdrop) -> bytes:
    """Deppa tori', covered with sesame, on a plate."""
    studio = place.studio()
    studio.shadow(ellipse((50, 56), 40, 34), by=(2.4, 4), strength=0.45, blur=3)
    studio.solid(ellipse((50, 54), 40, 34), plate, down=FALLING, across=SOFT_ROUND)
    studio.solid(ellipse((50, 54), 30, 25), mix(plate, "#ffffff", 0.2), down=(226, 255))
    chance = random.Random(11)
    places = [(38, 44), (58, 42), (30, 58), (50, 56), (69, 57), (41, 69), (60, 70), (48, 48)]
    for number, (x, y) in enumerate(places):
        turn = chance.uniform(-50, 50)
        outline = _diamond((x, y), 12.5, 8.4, turn)
        studio.shadow(outline, by=(1, 1.8), strength=0.5, blur=1.1)
        studio.solid(outline, mix(color, "#5a2f12", number % 3 * 0.12), down=(255, 248, 214), across=SOFT_ROUND)
        for _seed in range(64):
            reach, angle = math.sqrt(chance.random()) * 0.8, chance.uniform(0, math.tau)
            at = (x + 11 * reach * math.cos(angle), y + 7 * reach * math.sin(angle))
            studio.oval(at, 0.55, 0.32, mix(seed_color, color, chance.random() * 0.3), turn=chance.uniform(0, 180))
    return studio.photograph()


def sack(*, color: str, beans: str, title: str, place: Backdrop) -> bytes:
    """An open sack of beans."""
    studio = place.studio()
    body = path(
        (22, 42), ((14, 60), (16, 80), (24, 88)), ((40, 92), (60, 92), (76, 88)), ((84, 80), (86, 60), (78, 42))
    )
    studio.shadow(body, by=(5, 1.4), strength=0.5, blur=3.2)
    studio.solid(body, color, across=ROUND, paint=_weave(color))
    studio.solid(ellipse((50, 41), 31, 11), shade(color, 0.2), across=SOFT_ROUND)
    studio.solid(ellipse((50, 41), 26, 8.4), shade(beans, 0.4))
    chance = random.Random(title)
    for _bean in range(190):
        reach, angle = math.sqrt(chance.random()), chance.uniform(0, math.tau)
        lift = 7 * (1 - reach)
        bean(
            studio,
            (50 + 24 * reach * math.cos(angle), 40 - lift + 7 * reach * math.sin(angle)),
            2.3,
            beans,
            chance.uniform(0, 180),
        )
    studio.words((50, 66), title, 6, INK, weight=0.12)
    studio.words((50, 74), "Rantepao, Toraja Utara", 3, mix(INK, color, 0.25))
    return studio.photograph()


def scatter(studio: Studio, center: Point, count: int, color: str, *, seed: int) -> None:
    """Beans that fell where they fell."""
    chance = random.Random(seed)
    for _bean in range(count):
        at = (center[0] + chance.gauss(0, 14), center[1] + chance.gauss(0, 2.6))
        bean(studio, at, 2.5, color, chance.uniform(0, 180))


def bean(studio: Studio, at: Point, size: float, color: str, turn: float) -> None:
    outline = ellipse(at, size, size * 0.68, turn=turn)
    studio.shadow(outline, by=(0.5, 0.6), strength=0.36, blur=0.6)
    studio.fill(outline, color)
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    studio.fill(
        ellipse((at[0] - 0.3 * size * abs(sin), at[1] - 0.28 * size), size * 0.55, size * 0.2, turn=turn),
        light(color, 0.2),
    )
    studio.line(
        [
            (at[0] - cos * size * 0.8, at[1] - sin * size * 0.8),
            at,
            (at[0] + cos * size * 0.8, at[1] + sin * size * 0.8),
        ],
        shade(color, 0.5),
        0.32,
    )


def _label(studio: Studio, *, label: str, accent: str, title: str, note: str) -> None:
    ink = INK if sum(rgb(label)) > 330 else CREAM
    studio.solid(slab(32, 36, 68, 76, 0.8), label, across=(226, 252, 255, 248, 220))
    _house(studio, (50, 47), 9.5, accent)
    studio.words((50, 57.4), "TORAJA", 4, ink, weight=0.16)
    studio.words((50, 63.4), title, 3.5, accent, weight=0.08)
    studio.line([(38, 66.8), (62, 66.8)], accent, 0.3)
    studio.words((50, 70.6), note, 2.5, mix(ink, label, 0.25))


def _house(studio: Studio, center: Point, size: float, color: str) -> None:
    """A tongkonan: its roof like a boat."""
    x, y = center
    roof = path(
        (x - size * 1.25, y - size * 0.75),
        ((x - size * 0.5, y - size * 0.1), (x + size * 0.5, y - size * 0.1), (x + size * 1.25, y - size * 0.75)),
        ((x + size * 0.8, y + size * 0.1), (x + size * 0.5, y + size * 0.2), (x, y + size * 0.2)),
        ((x - size * 0.5, y + size * 0.2), (x - size * 0.8, y + size * 0.1), (x - size * 1.25, y - size * 0.75)),
    )
    studio.fill(roof, color)
    studio.fill(
        [
            (x - size * 0.4, y + size * 0.26),
            (x + size * 0.4, y + size * 0.26),
            (x + size * 0.34, y + size * 0.6),
            (x - size * 0.34, y + size * 0.6),
        ],
        color,
    )
    for side in (-0.3, 0, 0.3):
        studio.line([(x + side * size, y + size * 0.6), (x + side * size, y + size * 0.82)], color, 0.6)


def _bits(studio: Studio, color: str) -> None:
    chance = random.Random(color)
    for _bit in range(60):
        at = (50 + chance.uniform(-19, 19), 62 + chance.uniform(-22, 21))
        studio.solid(
            ellipse(at, 2.2, 1.5, turn=chance.uniform(0, 180)), mix(color, INK, chance.random() * 0.3), down=(255, 206)
        )


def _wrapped(studio: Studio, center: Point, size: float, leaf: str) -> None:
    x, y = center
    outline = path(
        (x - size, y),
        ((x - size, y - size * 0.7), (x + size, y - size * 0.7), (x + size, y)),
        ((x + size, y + size * 0.8), (x - size, y + size * 0.8), (x - size, y)),
    )
    studio.shadow(outline, by=(2.6, 3), strength=0.5, blur=2.4)
    studio.solid(outline, leaf, across=ROUND, down=FALLING)
    for strip in range(-3, 4):
        studio.line(
            path(
                (x + strip * size * 0.27, y - size * 0.5),
                (
                    (x + strip * size * 0.34, y),
                    (x + strip * size * 0.34, y + size * 0.1),
                    (x + strip * size * 0.26, y + size * 0.56),
                ),
            ),
            shade(leaf, 0.2),
            0.5,
        )
    studio.line([(x - size, y), (x + size, y)], light(leaf, 0.4), 1.1)
    studio.line([(x, y - size * 0.52), (x, y + size * 0.58)], light(leaf, 0.4), 1.1)


def _diamond(center: Point, rx: float, ry: float, turn: float) -> list[Point]:
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    soft = []
    for step in range(72):
        angle = math.tau * step / 72
        reach = 1 / (abs(math.cos(angle)) ** 1.25 + abs(math.sin(angle)) ** 1.25)
        ax, ay = rx * reach * math.cos(angle), ry * reach * math.sin(angle)
        soft.append((center[0] + ax * cos - ay * sin, center[1] + ax * sin + ay * cos))
    return soft


def _weave(color: str) -> Paint:
    def paint(canvas: Canvas) -> None:
        for line in range(70):
            at = line * 1.5
            canvas.line([(0, at), (100, at)], shade(color, 0.12), 0.35)
            canvas.line([(at, 0), (at, 100)], light(color, 0.12), 0.3)

    return paint
