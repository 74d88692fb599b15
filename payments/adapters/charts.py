"""Charts as SVG files, drawn by pygal: without scripts, and with nothing from elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pygal
from pygal.style import Style

from superapp.core.money import Money

# It finds plug-ins by a hook of every import, of an interface that Python has given up; there are no plug-ins.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]

STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#55504a",
    foreground_strong="#2b2724",
    foreground_subtle="#8a847c",
    colors=("#00707a",),
    guide_stroke_color="transparent",
    major_guide_stroke_color="transparent",
    font_family="sans-serif",
    label_font_size=13,
    major_label_font_size=13,
    value_font_size=13,
    transition="0s",
)
BAR_HEIGHT, EDGES_HEIGHT, WIDTH = 48, 80, 720


def draw_bars(bars: Sequence[tuple[str, Money]], *, empty: str) -> bytes:
    """Draw amounts of one asset as horizontal bars, the first one on top; ``empty`` is said where there are none."""
    drawing = pygal.HorizontalBar(
        js=[],
        style=STYLE,
        show_legend=False,
        no_data_text=empty,
        formatter=lambda minor: str(Money(int(minor))),
        x_labels=[],
        show_x_labels=False,
        show_x_guides=False,
        show_y_guides=False,
        height=EDGES_HEIGHT + BAR_HEIGHT * max(1, len(bars)),
        width=WIDTH,
        margin=16,
    )
    # Bars are drawn from below.
    drawing.x_labels = [f"{word} · {amount}" for word, amount in reversed(bars)]
    drawing.add("", [amount.amount_minor for _word, amount in reversed(bars)])
    drawing.add_xml_filter(_strip_scripts)
    return bytes(drawing.render())


def _strip_scripts(root: ET.Element) -> ET.Element:
    """Remove what pygal has for its interactive charts, and its comments with addresses."""
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag.endswith("script"):
                parent.remove(child)
    return root
