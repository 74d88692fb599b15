"""Drawing of what is printed: fonts, centred lines, and codes for cameras, with reportlab."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import segno
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

# Fonts that come with reportlab; what stands on a print is in plain letters.
PLAIN, STRONG = "Vera", "VeraBd"
_FILES = {PLAIN: "Vera.ttf", STRONG: "VeraBd.ttf"}
GREY = 0.35
QUIET_MODULES = 4
SMALLEST_SIZE = 7


def begin(size: tuple[float, float], *, title: str, creator: str) -> tuple[BytesIO, Canvas]:
    """Begin a PDF with pages of this size in points, and return where it is written and its canvas."""
    register_fonts()
    out = BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=True, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator(creator)
    return out, canvas


def end(out: BytesIO, canvas: Canvas) -> bytes:
    """End the last page, and return the PDF."""
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@cache
def register_fonts() -> None:
    """Register the fonts of prints with reportlab."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, file))


def printable(text: str) -> str:
    """Return a text without the characters that the typeface of prints lacks, such as emoji."""
    register_fonts()
    glyphs = pdfmetrics.getFont(PLAIN).face.charToGlyph
    return "".join(letter for letter in text if ord(letter) in glyphs)


def centre(canvas: Canvas, font: str, size: float, width: float, y: float, text: str) -> None:
    """Write a line in the middle of a page of this width, smaller if it would not fit."""
    canvas.setFont(font, _fitting(font, size, text, width - 16 * mm))
    canvas.drawCentredString(width / 2, y, text)


def write(canvas: Canvas, font: str, size: float, x: float, y: float, text: str, room: float) -> None:
    """Write a line from here on, smaller if it is wider than its room."""
    canvas.setFont(font, _fitting(font, size, text, room))
    canvas.drawString(x, y, text)


def break_lines(text: str, font: str, size: float, room: float, *, lines_max: int) -> list[str]:
    """Break a text into at most ``lines_max`` lines that fit; what is left out is shown by an ellipsis."""
    lines = [""]
    for word in text.split():
        wider = f"{lines[-1]} {word}".strip()
        if lines[-1] and pdfmetrics.stringWidth(wider, font, size) > room:
            lines.append(word)
        else:
            lines[-1] = wider
    if len(lines) > lines_max:
        lines = [*lines[: lines_max - 1], f"{lines[lines_max - 1]}…"]
    return lines


def draw_code(canvas: Canvas, payload: str, x: float, y: float, side: float) -> None:
    """Draw a code in a white square; modules that touch in a row are one rectangle, so that no gap shows between."""
    rows = [bytes(row) for row in segno.make(payload, error="m", micro=False).matrix]
    module = side / (len(rows) + 2 * QUIET_MODULES)
    canvas.setFillGray(1)
    canvas.rect(x, y, side, side, stroke=0, fill=1)
    canvas.setFillGray(0)
    path = canvas.beginPath()
    for number, row in enumerate(rows):
        bottom = y + side - (QUIET_MODULES + number + 1) * module
        for start, length in _runs(row):
            path.rect(x + (QUIET_MODULES + start) * module, bottom, length * module, module * 1.02)
    canvas.drawPath(path, stroke=0, fill=1)


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Return where dark modules begin in a row, and how many there are."""
    found: list[tuple[int, int]] = []
    start = None
    for place, is_dark in enumerate((*row, 0)):
        if is_dark and start is None:
            start = place
        elif not is_dark and start is not None:
            found.append((start, place - start))
            start = None
    return found


def _fitting(font: str, size: float, text: str, room: float) -> float:
    """Return the size, or a smaller one in which the text fits."""
    wide = pdfmetrics.stringWidth(text, font, size)
    return size if wide <= room else max(SMALLEST_SIZE, size * room / wide)
