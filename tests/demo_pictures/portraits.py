"""Portraits of the demo people: flat shapes, drawn by code, so that nobody's face is borrowed."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from tests.demo_pictures import patterns
from tests.demo_pictures.canvas import Canvas, Point, light, mirrored, mix, path, shade
from tests.demo_pictures.patterns import Paint

INK = "#2b2019"
LIPS = "#a4443c"
GREY = "#8d8781"
BODY = mirrored(path((43, 68), ((41, 74), (30, 74), (22, 79)), ((13, 84), (9, 92), (7, 103))))
NECK = mirrored(path((43.5, 54), ((43.5, 62), (43, 66), (40, 71)), ((43, 78), (47, 80), (50, 80))))
HEAD = mirrored(path((50, 22), ((39, 22), (34, 31), (34, 42)), ((34, 52), (39, 63.5), (50, 63.5))))
FACE = mirrored(path((50, 27), ((41, 27), (37, 34), (37, 43)), ((37, 53), (41, 63), (50, 63))))


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """The looks of a person."""

    wall: str
    wall_pattern: Paint
    skin: str
    cloth: str
    cloth_pattern: Paint = patterns.plain
    collar: str = "round"
    top: str = "short"
    top_color: str = INK
    beard: str = ""
    glasses: bool = False
    blush: bool = False
    flower: bool = False
    earrings: str = ""
    age_lines: bool = False


def portrait(appearance: Appearance) -> bytes:
    """The portrait as a PNG."""
    canvas = Canvas(appearance.wall)
    appearance.wall_pattern(canvas)
    _BEHIND.get(appearance.top, _nothing)(canvas, appearance)
    canvas.fill(NECK, shade(appearance.skin, 0.14))
    canvas.fill(BODY, appearance.cloth)
    canvas.within(BODY, appearance.cloth_pattern)
    _COLLARS[appearance.collar](canvas, appearance)
    if appearance.top == "hijab":
        _hijab(canvas, appearance)
    else:
        _head(canvas, appearance)
    _features(canvas, appearance)
    _IN_FRONT.get(appearance.top, _nothing)(canvas, appearance)
    if appearance.flower:
        _flower(canvas, (66.5, 31))
    buffer = io.BytesIO()
    # Near enough that the face is one in a list, too.
    canvas.picture((11, 4.5), 78).save(buffer, "PNG")
    return buffer.getvalue()


def _nothing(canvas: Canvas, appearance: Appearance) -> None:
    """Draw nothing."""


# Head and face.


def _head(canvas: Canvas, appearance: Appearance) -> None:
    for x in (34, 66):
        canvas.oval((x, 44), 3, 4.4, shade(appearance.skin, 0.08))
        if appearance.earrings:
            canvas.oval((x, 49.6), 1.3, 1.3, appearance.earrings)
    # The chin throws a shadow on the neck.
    canvas.within(NECK, lambda drawn: drawn.oval((50, 55), 13.5, 13, shade(appearance.skin, 0.3)))
    canvas.fill(HEAD, appearance.skin)


def _features(canvas: Canvas, appearance: Appearance) -> None:
    brow = INK if appearance.top == "peci" else _hair_of(appearance)
    for side in (-1, 1):
        eye = (50 + side * 6.6, 43.5)
        canvas.oval(eye, 1.55, 1.9, INK)
        canvas.oval((eye[0] + 0.5, eye[1] - 0.7), 0.5, 0.5, "#ffffff")
        arch = path(
            (eye[0] - side * 2.6, 39.2), ((eye[0] - side, 37.4), (eye[0] + side * 2, 37.6), (eye[0] + side * 3.4, 39.4))
        )
        canvas.line(arch, mix(brow, INK, 0.4), 1.05)
        if appearance.blush:
            canvas.oval((50 + side * 9.2, 50.5), 3, 2.1, mix(appearance.skin, "#d2553f", 0.26))
        if appearance.age_lines:
            canvas.line(
                path(
                    (50 + side * 10.6, 45), ((50 + side * 11.4, 45.6), (50 + side * 11.6, 46), (50 + side * 11.7, 46.6))
                ),
                shade(appearance.skin),
                0.5,
            )
    canvas.line(path((50.4, 45), ((51.6, 48), (52, 49.6), (49.4, 50.2))), shade(appearance.skin, 0.26), 0.9)
    _beard(canvas, appearance)
    smile = path((45.2, 54.6), ((47, 57.4), (53, 57.4), (54.8, 54.6)))
    canvas.fill([*smile, (50, 55.4)], mix(LIPS, appearance.skin, 0.15))
    canvas.line(smile, shade(LIPS, 0.25), 0.8)
    if appearance.glasses:
        _glasses(canvas, shows_temples=appearance.top != "hijab")


def _hair_of(appearance: Appearance) -> str:
    if appearance.top == "peci":
        return GREY
    return INK if appearance.top in ("hijab", "cap", "headband") else appearance.top_color


def _beard(canvas: Canvas, appearance: Appearance) -> None:
    hair = mix(_hair_of(appearance), appearance.skin, 0.12)
    if appearance.beard == "full":
        jaw = mirrored(path((50, 52.5), ((45, 51), (42, 53), (35, 47)), ((35.5, 56), (40, 64.5), (50, 64.5))))
        canvas.fill(jaw, hair)
    if appearance.beard in ("full", "moustache"):
        canvas.fill(
            mirrored(path((50, 51.6), ((47, 51), (44, 52.6), (43.4, 54.6)), ((46, 54), (48, 53.9), (50, 54)))), hair
        )
    if appearance.beard == "goatee":
        canvas.fill(
            mirrored(path((50, 58.6), ((47.6, 58.6), (46.6, 60), (46.8, 61.4)), ((47.4, 64.6), (49, 65), (50, 65)))),
            hair,
        )


def _glasses(canvas: Canvas, *, shows_temples: bool) -> None:
    for x in (43.2, 56.8):
        canvas.ring((x, 43.6), 4.9, 4.5, "#3a322c", 0.9)
    canvas.line(path((48.1, 43), ((49, 42), (51, 42), (51.9, 43))), "#3a322c", 0.9)
    for side in (-1, 1) if shows_temples else ():
        canvas.line([(50 + side * 11.7, 43), (50 + side * 15.6, 42.2)], "#3a322c", 0.9)


# What is on the head.


def _cap_of_hair(hairline: tuple[Point, ...], *, width: float = 18.2, top: float = 17.5) -> list[Point]:
    """Hair over the skull, down to a line on the forehead that is given from right to left."""
    left, right = 50 - width, 50 + width
    outline = path((left, 45), ((left - 1, 26), (40, top), (50, top)), ((60, top), (right + 1, 26), (right, 45)))
    return [*outline, *hairline]


SIDE_PARTING = tuple(
    path(
        (66.4, 42),
        ((65.6, 36), (64, 32), (60, 29.6)),
        ((54, 31.6), (44, 33), (38, 29.4)),
        ((35.6, 33), (34.4, 37), (33.6, 42)),
    )
)
MIDDLE_PARTING = tuple(path((66.6, 44), ((64.6, 36), (57, 33), (50, 25.6)), ((43, 33), (35.4, 36), (33.4, 44))))


def _short(canvas: Canvas, appearance: Appearance) -> None:
    canvas.fill(_cap_of_hair(SIDE_PARTING), appearance.top_color)
    canvas.line(path((41, 20.4), ((46, 23.6), (54, 24.4), (62, 23.4))), light(appearance.top_color, 0.1), 0.8)


def _tousled(canvas: Canvas, appearance: Appearance) -> None:
    locks: list[Point] = [
        (66.6, 41),
        (64.4, 33.4),
        (61, 36),
        (58, 29.6),
        (54, 34.4),
        (49.6, 29),
        (45.6, 34),
        (41.6, 29.4),
        (38.4, 35),
        (36, 32),
        (33.6, 41),
    ]
    canvas.fill(_cap_of_hair(tuple(locks), width=18.6, top=15.6), appearance.top_color)
    for x, y, turn in ((42.4, 18.4, -32), (50, 17.2, -6), (57.4, 18, 26)):
        canvas.oval((x, y), 5.4, 2.6, appearance.top_color, turn=turn)


def _parted(canvas: Canvas, appearance: Appearance) -> None:
    canvas.fill(_cap_of_hair(MIDDLE_PARTING), appearance.top_color)
    canvas.line(path((50, 25), ((50, 22), (50, 20), (50, 18.4))), shade(appearance.top_color, 0.4), 0.6)


def _bun_behind(canvas: Canvas, appearance: Appearance) -> None:
    canvas.oval((50, 14.6), 8.2, 7.2, appearance.top_color)
    canvas.line(path((44, 13), ((47, 9.6), (53, 9.6), (56, 13))), light(appearance.top_color, 0.14), 0.7)


def _long_behind(canvas: Canvas, appearance: Appearance) -> None:
    canvas.fill(
        mirrored(
            path(
                (50, 17), ((34, 17), (29, 30), (29, 46)), ((29, 60), (24, 70), (26, 84)), ((34, 88), (42, 86), (50, 86))
            )
        ),
        appearance.top_color,
    )


def _curls_behind(canvas: Canvas, appearance: Appearance) -> None:
    canvas.oval((50, 36), 24.5, 22.5, appearance.top_color)
    for x, y in (
        (27, 32),
        (29, 44),
        (33, 21),
        (42, 15),
        (52, 13),
        (62, 16),
        (70, 24),
        (73, 36),
        (70, 47),
        (30, 52),
        (69, 53),
    ):
        canvas.oval((x, y), 6, 6, appearance.top_color)
        canvas.ring((x, y), 3.4, 3.4, light(appearance.top_color, 0.09), 0.6)


def _curls(canvas: Canvas, appearance: Appearance) -> None:
    for x, y in ((36, 31), (40.6, 27.4), (46, 25.6), (52, 25.2), (58, 26.6), (63, 30)):
        canvas.oval((x, y), 4.4, 4, appearance.top_color)


def _peci(canvas: Canvas, appearance: Appearance) -> None:
    for side in (-1, 1):
        temple = path(
            (50 + side * 16.3, 29),
            ((50 + side * 16.8, 34), (50 + side * 16.6, 38), (50 + side * 15.8, 41)),
            ((50 + side * 14.8, 37),) * 1 + ((50 + side * 14.4, 33), (50 + side * 14, 30)),
        )
        canvas.fill(temple, GREY)
    crown = path(
        (32.8, 31.6),
        ((32.6, 24), (33.6, 18), (35.4, 13.4)),
        ((44, 10.4), (56, 10.4), (64.6, 13.4)),
        ((66.4, 18), (67.4, 24), (67.2, 31.6)),
        ((58, 28.4), (42, 28.4), (32.8, 31.6)),
    )
    canvas.fill(crown, "#1d1b22")
    canvas.line(path((35.4, 13.6), ((44, 16.4), (56, 16.4), (64.6, 13.6))), "#3b3743", 0.8)


def _cap(canvas: Canvas, appearance: Appearance) -> None:
    crown = path(
        (32.6, 33),
        ((31.6, 20), (40, 14), (50, 14)),
        ((60, 14), (68.4, 20), (67.4, 33)),
        ((58, 30), (42, 30), (32.6, 33)),
    )
    canvas.fill(crown, appearance.top_color)
    canvas.fill(
        path(
            (33, 32.6),
            ((42, 28.6), (58, 28.6), (67, 32.6)),
            ((74, 33.6), (77, 36), (77.4, 38)),
            ((64, 34), (44, 33.4), (33, 36)),
        ),
        shade(appearance.top_color, 0.3),
    )
    canvas.oval((50, 14.4), 1.6, 1.2, shade(appearance.top_color, 0.3))
    canvas.oval((50, 23), 3.4, 3.4, light(appearance.top_color, 0.55))


def _headband(canvas: Canvas, appearance: Appearance) -> None:
    canvas.fill(_cap_of_hair(SIDE_PARTING), INK)
    band = path(
        (33, 36),
        ((40, 28), (60, 28), (67, 36)),
        ((67.4, 33),) * 1 + ((67, 30), (66.4, 28)),
        ((58, 21.4), (42, 21.4), (33.6, 28)),
    )
    canvas.fill(band, appearance.top_color)
    canvas.within(band, patterns.tenun("#f0d9a8", "#1f1a17", 5.2))
    canvas.fill([(64, 29), (73, 21), (75, 25), (70, 30)], appearance.top_color)
    canvas.fill([(64, 30), (75, 30), (74, 34), (67, 33.4)], shade(appearance.top_color, 0.2))


def _hijab(canvas: Canvas, appearance: Appearance) -> None:
    color = appearance.top_color
    drape = mirrored(
        path((50, 34), ((34, 38), (28, 54), (24, 68)), ((20, 78), (15, 82), (15, 88)), ((26, 97), (40, 99), (50, 99)))
    )
    canvas.fill(drape, color)
    canvas.fill(
        mirrored(path((50, 16.4), ((35, 16.4), (28.6, 28), (28.6, 42)), ((28.6, 58), (37, 71), (50, 71)))), color
    )
    # The inner band, and the face in it.
    canvas.fill(
        mirrored(path((50, 24.4), ((39.4, 24.4), (35, 33), (35, 43)), ((35, 54.4), (40, 65.4), (50, 65.4)))),
        shade(color, 0.22),
    )
    canvas.fill(FACE, appearance.skin)
    for fold in (
        path((36, 62), ((42, 72), (56, 76), (68, 72))),
        path((31, 66), ((40, 80), (58, 86), (74, 80))),
        path((66, 60), ((60, 70), (46, 80), (30, 84))),
    ):
        canvas.line(fold, shade(color, 0.15), 0.9)
    canvas.oval((62.5, 69.6), 1.3, 1.3, "#e6b84c")


def _flower(canvas: Canvas, center: Point) -> None:
    x, y = center
    for dx, dy, turn in ((0, -2.6, 90), (2.5, -0.8, 18), (1.5, 2.1, 54), (-1.5, 2.1, 126), (-2.5, -0.8, 162)):
        canvas.oval((x + dx, y + dy), 2.5, 1.7, "#fffdf4", turn=turn)
    canvas.oval((x, y), 1.3, 1.3, "#edb93c")


# At the neck.


def _round(canvas: Canvas, appearance: Appearance) -> None:
    canvas.fill(
        mirrored(path((50, 66), ((45, 66), (42.4, 67), (41, 69)), ((43, 76.4), (47, 78.4), (50, 78.4)))),
        shade(appearance.skin, 0.14),
    )
    canvas.line(
        path((40.4, 69.4), ((42.4, 77.4), (46.6, 79.6), (50, 79.6)), ((53.4, 79.6), (57.6, 77.4), (59.6, 69.4))),
        shade(appearance.cloth, 0.22),
        1.6,
    )


def _shirt(canvas: Canvas, appearance: Appearance) -> None:
    canvas.fill([(43, 68), (50, 80), (57, 68)], shade(appearance.skin, 0.14))
    canvas.line([(50, 80), (50, 101)], shade(appearance.cloth, 0.25), 0.8)
    for side in (-1, 1):
        flap: list[Point] = [(50 + side * 7.4, 66.4), (50 + side * 12.4, 70), (50 + side * 7, 80), (50, 79.6)]
        canvas.fill(flap, light(appearance.cloth, 0.14))
    for y in (86, 93):
        canvas.oval((50, y), 0.8, 0.8, light(appearance.cloth, 0.5))


def _kebaya(canvas: Canvas, appearance: Appearance) -> None:
    canvas.fill([(42, 68), (50, 88), (58, 68)], shade(appearance.skin, 0.1))
    for side in (-1, 1):
        edge = path((50 + side * 8.6, 67.6), ((50 + side * 7, 76), (50 + side * 3, 84), (50, 89)))
        canvas.line(edge, light(appearance.cloth, 0.4), 2)


def _hood(canvas: Canvas, appearance: Appearance) -> None:
    canvas.fill(
        mirrored(path((50, 65), ((41, 64), (33, 68), (31, 75)), ((38, 81), (46, 83), (50, 83)))),
        shade(appearance.cloth, 0.2),
    )
    canvas.fill(
        mirrored(path((50, 66), ((45, 66), (43, 67), (41.6, 69)), ((43, 75), (47, 77), (50, 77)))),
        shade(appearance.skin, 0.14),
    )
    for side in (-1, 1):
        canvas.line([(50 + side * 5, 78.6), (50 + side * 5.4, 89)], light(appearance.cloth, 0.5), 0.9)


Part = Callable[[Canvas, Appearance], None]
_BEHIND: dict[str, Part] = {"bun": _bun_behind, "long": _long_behind, "curls": _curls_behind}
_IN_FRONT: dict[str, Part] = {
    "short": _short,
    "tousled": _tousled,
    "bun": _parted,
    "long": _parted,
    "curls": _curls,
    "peci": _peci,
    "cap": _cap,
    "headband": _headband,
}
_COLLARS: dict[str, Part] = {"round": _round, "shirt": _shirt, "kebaya": _kebaya, "hood": _hood, "none": _nothing}
