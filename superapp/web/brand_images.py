"""The images of the shell, drawn by code: the icon sprite, the brand mark, and the icons of the installed app."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree as ET

from lucide.templatetags.lucide import lucide
from PIL import Image, ImageDraw

ICON_STROKE = "1.75"
# The icons that pages use, by their names in the lucide set.
ICONS = (
    "archive",
    "archive-restore",
    "arrow-down",
    "arrow-down-left",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "arrow-up-right",
    "at-sign",
    "badge-check",
    "ban",
    "banknote",
    "bell",
    "bell-off",
    "boxes",
    "camera",
    "check",
    "chevron-right",
    "circle-alert",
    "circle-check",
    "circle-x",
    "clock",
    "copy",
    "crown",
    "download",
    "ellipsis",
    "external-link",
    "eye",
    "eye-off",
    "forward",
    "gift",
    "hand-coins",
    "house",
    "image-plus",
    "images",
    "inbox",
    "info",
    "key-round",
    "landmark",
    "laptop",
    "list-checks",
    "lock",
    "log-out",
    "map-pin",
    "message-circle",
    "message-square-dot",
    "minus",
    "notebook-pen",
    "package",
    "package-check",
    "package-open",
    "pencil",
    "phone",
    "pin",
    "pin-off",
    "plus",
    "printer",
    "qr-code",
    "receipt-text",
    "refresh-cw",
    "reply",
    "scan-qr-code",
    "search",
    "search-check",
    "send-horizontal",
    "share-2",
    "shopping-bag",
    "sliders-horizontal",
    "smartphone",
    "smile-plus",
    "star",
    "star-off",
    "store",
    "tag",
    "trash-2",
    "truck",
    "undo-2",
    "user-plus",
    "user-round",
    "users-round",
    "wallet",
    "wifi-off",
    "x",
)

# The mark in a square of 48: two waves that form an N, each a stem, a curve and a slope, with water between the
# slopes.
Point = tuple[float, float]
WAVES: tuple[tuple[Point, ...], ...] = (
    ((7, 39), (7, 33), (7, 27), (7, 20), (7, 8), (17.5, 7.5), (19.3, 16), (20.2, 20.5), (20.9, 26), (21.7, 31.5)),
    ((26.3, 16.5), (27.1, 22), (27.8, 27.5), (28.7, 32), (30.5, 40.5), (41, 40), (41, 28), (41, 21), (41, 15), (41, 9)),
)
WAVE_WIDTH = 5
SEA_DEEP = (0, 92, 101)
SEA_BRIGHT = (0, 131, 138)
PAPER = (255, 253, 248)
OVERSAMPLING = 4


def sprite() -> str:
    """Render all icons as symbols of one SVG file, named as in ``ICONS``."""
    symbols = "\n".join(_symbol(name) for name in ICONS)
    return f'<svg xmlns="http://www.w3.org/2000/svg"><!-- Icons: Lucide, ISC licence. -->\n{symbols}\n</svg>\n'


def mark() -> str:
    """Render the brand mark as SVG, in the colour of the surrounding text."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" fill="none" stroke="currentColor"'
        f' stroke-width="{WAVE_WIDTH}" stroke-linecap="round" stroke-linejoin="round">{_wave_paths()}</svg>\n'
    )


def app_icon_svg() -> str:
    """Render the app icon as SVG: the mark on water, with rounded corners."""
    top, bottom = ("#{:02x}{:02x}{:02x}".format(*colour) for colour in (SEA_BRIGHT, SEA_DEEP))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><defs><linearGradient id="w" x2="0" y2="1">'
        f'<stop stop-color="{top}"/><stop offset="1" stop-color="{bottom}"/></linearGradient></defs>'
        '<rect width="48" height="48" rx="11" fill="url(#w)"/>'
        '<g transform="translate(7.2 7.2) scale(.7)" fill="none" stroke="#fffdf8" stroke-linecap="round"'
        f' stroke-linejoin="round" stroke-width="{WAVE_WIDTH}">{_wave_paths()}</g></svg>\n'
    )


def app_icon_png(side: int, *, inset: float = 0.15, rounded: bool = True) -> bytes:
    """Render the app icon as PNG. Square and with ``inset`` ≥ 0.2 it is maskable: the mark is within the safe zone."""
    big = side * OVERSAMPLING
    water = Image.linear_gradient("L").resize((big, big))
    picture = Image.composite(Image.new("RGB", (big, big), SEA_DEEP), Image.new("RGB", (big, big), SEA_BRIGHT), water)
    _draw_waves(ImageDraw.Draw(picture), origin=big * inset, scale=big * (1 - 2 * inset) / 48)
    if rounded:
        corners = Image.new("L", (big, big), 0)
        ImageDraw.Draw(corners).rounded_rectangle((0, 0, big - 1, big - 1), radius=big * 11 / 48, fill=255)
        picture.putalpha(corners)
    out = BytesIO()
    picture.resize((side, side), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _symbol(name: str) -> str:
    shapes = []
    for element in ET.fromstring(lucide(name)):  # noqa: S314 - a file of an installed package
        attributes = "".join(f' {key}="{value}"' for key, value in element.attrib.items())
        shapes.append(f"<{element.tag.rpartition('}')[2]}{attributes}/>")
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="{ICON_STROKE}"'
        f' stroke-linecap="round" stroke-linejoin="round">{"".join(shapes)}</symbol>'
    )


def _wave_paths() -> str:
    paths = []
    for start, *rest in WAVES:
        curves = " ".join(f"{x:g} {y:g}" for x, y in rest)
        paths.append(f'<path d="M{start[0]:g} {start[1]:g}C{curves}"/>')
    return "".join(paths)


def _draw_waves(draw: ImageDraw.ImageDraw, *, origin: float, scale: float) -> None:
    radius = WAVE_WIDTH * scale / 2
    for wave in WAVES:
        for x, y in _points_along(wave):
            centre_x, centre_y = origin + x * scale, origin + y * scale
            draw.ellipse((centre_x - radius, centre_y - radius, centre_x + radius, centre_y + radius), fill=PAPER)


def _points_along(wave: tuple[Point, ...], steps: int = 400) -> Iterator[Point]:
    for first in range(0, len(wave) - 1, 3):
        a, b, c, d = wave[first : first + 4]
        for step in range(steps + 1):
            t = step / steps
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            yield (
                sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)),
                sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)),
            )
