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
# As wide as a phone's page, so that words are not made smaller there.
NARROW_BAR_HEIGHT, NARROW_EDGES_HEIGHT, NARROW_WIDTH = 32, 40, 340


def draw_bars(bars: Sequence[tuple[str, Money]], *, empty: str, is_narrow: bool = False) -> bytes:
    """
    Draw amounts of one asset as horizontal bars, the first one on top; ``empty`` is said where there are none.

    A narrow drawing leaves the amounts to the table beside it.
    """
    bar, edges, width = (
        (NARROW_BAR_HEIGHT, NARROW_EDGES_HEIGHT, NARROW_WIDTH) if is_narrow else (BAR_HEIGHT, EDGES_HEIGHT, WIDTH)
    )
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
        height=edges + bar * max(1, len(bars)),
        width=width,
        margin=0 if is_narrow else 16,
    )
    # Bars are drawn from below.
    drawing.x_labels = [word if is_narrow else f"{word} · {amount}" for word, amount in reversed(bars)]
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
