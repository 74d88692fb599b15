"""Colours can be read, in the light and in the dark."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "superapp/web/static/css/tokens.css"
TEXT = 4.5
# Marks, borders of fields, rings of focus.
SHAPE = 3.0
# Of people in a group.
HUES = 16
# In OKLab, where about 0.02 is the least that an eye can see.
DISTINCT = 0.055

PAIRS = (
    *(
        ("text", ground, TEXT)
        for ground in ("ground", "surface", "raised", "sunk", "mine", "theirs", "brand-soft", "tap-soft")
    ),
    *(("text-soft", ground, TEXT) for ground in ("ground", "surface", "sunk", "mine-sunk", "theirs-sunk")),
    *(("text-muted", ground, TEXT) for ground in ("ground", "surface", "sunk", "theirs", "danger-soft")),
    ("mine-muted", "mine", TEXT),
    ("mine-muted", "mine-sunk", TEXT),
    *(("brand-strong", ground, TEXT) for ground in ("ground", "surface", "brand-tint", "mine-sunk", "theirs-sunk")),
    *(("link", ground, TEXT) for ground in ("ground", "surface", "tap-soft", "brand-tint")),
    ("on-brand", "brand", TEXT),
    ("on-brand", "brand-strong", TEXT),
    ("on-tap", "tap", TEXT),
    *(("draft", ground, TEXT) for ground in ("surface", "sunk", "ground")),
    ("good", "good-soft", TEXT),
    *(("danger", ground, TEXT) for ground in ("ground", "surface", "danger-soft")),
    ("on-danger", "danger", TEXT),
    ("on-danger", "danger-strong", TEXT),
    ("on-envelope", "envelope", TEXT),
    ("on-envelope", "envelope-fold", TEXT),
    ("on-envelope-seal", "envelope-seal", TEXT),
    ("envelope-seal", "envelope", SHAPE),
    ("surface", "text", TEXT),
    ("edge", "surface", SHAPE),
    ("edge", "ground", SHAPE),
    *(("focus", ground, SHAPE) for ground in ("ground", "surface", "sunk", "mine")),
    ("brand", "mine", SHAPE),
    ("brand", "surface", SHAPE),
    ("draft", "mine", SHAPE),
    ("danger", "mine", SHAPE),
)

Colour = tuple[float, float, float]


def declarations(selector: str) -> dict[str, str]:
    """The custom properties of the rules with exactly this selector."""
    text = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(), flags=re.DOTALL)
    found: dict[str, str] = {}
    for body in re.findall(rf"(?:^|\n)\s*{re.escape(selector)} \{{(.*?)\n\s*\}}", text, flags=re.DOTALL):
        found |= dict(re.findall(r"--([\w-]+):\s*([^;]+);", body))
    return found


LIGHT = declarations(":root")
DARK = LIGHT | declarations(':root[data-theme="dark"]')
AUTO = declarations(':root[data-theme="auto"]')


def colour(name: str, tokens: dict[str, str]) -> Colour:
    """The linear light of a token, wherever it leads."""
    value = tokens[name]
    reference = re.fullmatch(r"var\(--([\w-]+)\)", value)
    if reference:
        return colour(reference[1], tokens)
    lightness, chroma, hue = re.fullmatch(r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", value).groups()  # type: ignore[union-attr]
    return linear_light(float(lightness) / 100, float(chroma), float(hue))


def linear_light(lightness: float, chroma: float, hue: float) -> Colour:
    """OKLCH as linear sRGB, cut to what a screen can show."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return tuple(min(1.0, max(0.0, part)) for part in (red, green, blue))  # type: ignore[return-value]


def perceived(light: Colour) -> Colour:
    """Linear sRGB as OKLab, where distances are what an eye sees."""
    red, green, blue = light
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def name_colour(tokens: dict[str, str], number: int) -> tuple[float, Colour]:
    """The chroma of a name in a group, and its linear light."""
    tone = "benang-name" if number < HUES / 2 else "benang-name-deep"
    lightness, chroma = map(float, tokens[tone].split("% "))
    return chroma, linear_light(lightness / 100, chroma, float(tokens[f"portrait-{number}"]))


def contrast(one: Colour, other: Colour) -> float:
    """By WCAG 2.2."""
    lights = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_text_colours_have_enough_contrast(tokens, front, back, least):
    ratio = contrast(colour(f"color-{front}", tokens), colour(f"color-{back}", tokens))

    assert ratio >= least, f"{front} on {back}: {ratio:.2f}"


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("number", range(HUES))
def test_avatar_initials_have_contrast_in_every_hue(tokens, number):
    hue = float(tokens[f"portrait-{number}"])
    paper, ink = (
        linear_light(float(lightness) / 100, float(chroma), hue)
        for lightness, chroma in (tokens[name].split("% ") for name in ("benang-paper", "benang-ink"))
    )

    assert contrast(paper, ink) >= TEXT


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("number", range(HUES))
def test_names_in_a_group_have_contrast_and_colour_in_every_hue(tokens, number):
    chroma, name = name_colour(tokens, number)

    assert chroma >= 0.1, "too grey to tell one person from another"
    for ground in ("color-theirs", "color-ground"):
        assert contrast(name, colour(ground, tokens)) >= TEXT


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_names_in_a_group_can_be_told_apart_by_their_colour(tokens):
    shown = [perceived(name_colour(tokens, number)[1]) for number in range(HUES)]

    distances = {(i, k): math.dist(shown[i], shown[k]) for i, k in itertools.combinations(range(HUES), 2)}

    assert {pair: distance for pair, distance in distances.items() if distance < DISTINCT} == {}


def test_contrast_of_black_on_white_is_21():
    assert contrast(linear_light(0, 0, 0), linear_light(1, 0, 0)) == pytest.approx(21, abs=0.01)


def test_dark_mode_redefines_only_base_tokens():
    dark = declarations(':root[data-theme="dark"]')

    assert [name for name in dark if name.startswith("color-")] == []
    assert set(dark) <= set(LIGHT)


def test_device_dark_mode_equals_the_chosen_dark_mode():
    assert declarations(':root[data-theme="dark"]') == AUTO
