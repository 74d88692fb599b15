"""Photos that the family of Klaten sends: from the field, of the mountain, and from the kitchen."""

from __future__ import annotations

import math
import random
from functools import partial

from tests.demo_pictures import pantry
from tests.demo_pictures.beads import Backdrop
from tests.demo_pictures.canvas import light, mix, path, shade
from tests.demo_pictures.studio import FALLING, SOFT_ROUND, Studio, ellipse

CHILLI, STALK, BAMBOO = "#c22a1c", "#5f7f35", "#d2a76a"
ROCK, SMOKE, RICE = "#5d6f8a", "#f3e6dc", "#7fae4d"


def chillies() -> bytes:
    """A bamboo tray of chillies, seen from above."""
    studio = Studio("#8f8374", "#8f8374")
    studio.shadow(ellipse((50, 51), 44, 41), by=(2.5, 3.5), strength=0.5, blur=3)
    studio.solid(ellipse((50, 50), 44, 41), shade(BAMBOO, 0.2), across=SOFT_ROUND)
    studio.solid(ellipse((50, 50), 40, 37), BAMBOO, down=FALLING)
    for ring in range(4, 40, 3):
        studio.ring((50, 50), ring, ring * 0.925, shade(BAMBOO, 0.12), 0.4)
    chance = random.Random(7)
    for _each in range(150):
        reach, angle = math.sqrt(chance.random()) * 33, chance.uniform(0, math.tau)
        _chilli(studio, 50 + reach * math.cos(angle), 50 + reach * 0.92 * math.sin(angle), chance)
    return studio.photograph(ratio=0.8)


def _chilli(studio: Studio, x: float, y: float, chance: random.Random) -> None:
    turn, length = chance.uniform(0, math.tau), chance.uniform(6, 10)
    color = mix(CHILLI, "#e7872b" if chance.random() < 0.15 else "#7a130d", chance.uniform(0, 0.4))
    dx, dy = math.cos(turn) * length, math.sin(turn) * length
    bend = chance.uniform(-2.4, 2.4)
    spine = path(
        (x, y), ((x + dx * 0.3 - bend, y + dy * 0.3 + bend), (x + dx * 0.7 - bend, y + dy * 0.7), (x + dx, y + dy))
    )
    studio.shadow([*spine, *((a + 1, b + 1) for a, b in reversed(spine))], by=(0.5, 0.7), strength=0.4, blur=0.6)
    for place, point in enumerate(spine):
        width = 1.25 * (1 - place / len(spine)) ** 0.55
        studio.oval(point, width, width, color)
    studio.line(spine[2 : len(spine) * 2 // 3], light(color, 0.4), 0.35)
    studio.line([(x, y), (x - dx * 0.22, y - dy * 0.22)], STALK, 0.7)


def mountain(*, sky: str, glow: str, field: str, ratio: float, is_smoking: bool = True) -> bytes:
    """Merapi behind rice fields, before the sun is high."""
    studio = Studio(sky, field, horizon=62)
    studio.glow(ellipse((74, 44), 26, 16), strength=0.55, blur=8)
    studio.solid(ellipse((76, 46), 4.5, 4.5), glow)
    if is_smoking:
        for place in range(7):
            studio.glow(
                ellipse((47 - place * 4, 20 - place * 1.6), 3 + place, 1.6 + place * 0.4), strength=0.55, blur=2
            )
    slope = path(
        (-6, 62), ((14, 58), (32, 40), (44, 23)), ((46, 21.4), (49, 21.6), (51, 23.4)), ((62, 40), (84, 57), (108, 62))
    )
    studio.solid(slope, ROCK, down=(214, 238, 255), across=(255, 236, 205))
    for start, lean in ((46, -8), (48.5, 1), (50.6, 9)):
        studio.line(
            path((start, 25), ((start + lean * 0.4, 34), (start + lean, 42), (start + lean * 2.2, 52))),
            shade(ROCK, 0.22),
            0.7,
        )
    studio.glow([(-4, 56), (104, 56), (104, 63), (-4, 63)], strength=0.6, blur=2.6)
    _trees(studio, field)
    _rows(studio, field)
    return studio.photograph(ratio=ratio, middle=52)


def _trees(studio: Studio, field: str) -> None:
    chance = random.Random(3)
    for _each in range(46):
        x = chance.uniform(-2, 102)
        studio.oval(
            (x, 62.4), chance.uniform(1.4, 3.4), chance.uniform(1, 2.6), shade(field, chance.uniform(0.34, 0.5))
        )


def _rows(studio: Studio, field: str) -> None:
    chance = random.Random(5)
    y, gap = 64.0, 0.9
    while y < 104:
        for place in range(60):
            x = place * 1.8 - 2 + chance.uniform(-0.6, 0.6)
            tone = mix(field, "#d9d37a" if chance.random() < 0.3 else "#2f5a24", chance.uniform(0.05, 0.42))
            studio.line([(x, y), (x + chance.uniform(-0.5, 0.5) * gap, y - gap * 1.5)], tone, 0.22 + gap * 0.12)
        gap *= 1.12
        y += gap


PICTURES = {
    "lombok": chillies,
    "merapi": partial(mountain, sky="#f1c9a0", glow="#fff3d2", field=RICE, ratio=1.5),
    "sawah": partial(mountain, sky="#bcd9e6", glow="#fffbe8", field="#8fb24a", ratio=0.8, is_smoking=False),
    "sambal": partial(
        pantry.jar,
        content="#a5301b",
        lid="#d9b25c",
        label="#f6ecd8",
        title="Sambal",
        note="bawang, buatan Ibu",
        bits="#e7b04a",
        place=Backdrop(table="#b88a5c", wall="#e8dcc6", horizon=64),
    ),
}
