"""Posters and table cards with a merchant's code, as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO

import segno
from django.conf import settings
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from payments.contracts import QrisMerchant

# Fonts that come with reportlab; what stands on a print is in plain letters.
PLAIN, STRONG = "Vera", "VeraBd"
_FILES = {PLAIN: "Vera.ttf", STRONG: "VeraBd.ttf"}
CARD = (A4[0] / 2, A4[1] / 4)
CARDS_PER_ROW, CARDS_PER_PAGE = 2, 8
QUIET_MODULES = 4
GREY = 0.35
_SMALLEST = 7


def draw_poster(merchant: QrisMerchant, payload: str) -> bytes:
    """Return a poster of A5 with the merchant's name, city and code."""
    out, canvas = _begin(A5, merchant.name)
    width, height = A5
    _centre(canvas, PLAIN, 14, width, height - 22 * mm, _("Pay here with {brand}").format(brand=settings.BRAND_NAME))
    _centre(canvas, STRONG, 26, width, height - 36 * mm, merchant.name)
    _centre(canvas, PLAIN, 13, width, height - 44 * mm, merchant.city)
    side = 104 * mm
    _draw_code(canvas, payload, (width - side) / 2, height - 50 * mm - side, side)
    _centre(canvas, PLAIN, 12, width, 40 * mm, _("1. Open {brand} and tap Scan").format(brand=settings.BRAND_NAME))
    _centre(canvas, PLAIN, 12, width, 33 * mm, _("2. Check the name, then enter your PIN"))
    canvas.setFillGray(GREY)
    _centre(canvas, PLAIN, 9, width, 16 * mm, f"NMID {merchant.nmid}")
    return _end(out, canvas)


def draw_table_cards(merchant: QrisMerchant, payloads: Sequence[tuple[str, str]]) -> bytes:
    """Return sheets of A4 with a card for each table: its name, and the payload of its code."""
    out, canvas = _begin(A4, merchant.name)
    for number, (table, payload) in enumerate(payloads):
        place = number % CARDS_PER_PAGE
        if number and place == 0:
            canvas.showPage()
        row, column = divmod(place, CARDS_PER_ROW)
        _draw_card(canvas, merchant, table, payload, x=column * CARD[0], y=A4[1] - (row + 1) * CARD[1])
    return _end(out, canvas)


def _draw_card(canvas: Canvas, merchant: QrisMerchant, table: str, payload: str, *, x: float, y: float) -> None:
    width, height = CARD
    canvas.saveState()
    canvas.translate(x, y)
    # A line to cut along.
    canvas.setLineWidth(0.3)
    canvas.setStrokeGray(0.7)
    canvas.setDash(2, 3)
    canvas.rect(0, 0, width, height)
    side = 56 * mm
    _draw_code(canvas, payload, 4 * mm, (height - side) / 2, side)
    left, room = 4 * mm + side, width - side - 9 * mm
    canvas.setFillGray(0)
    _write(canvas, STRONG, 20, left, height - 24 * mm, table, room)
    _write(canvas, STRONG, 11, left, height - 34 * mm, merchant.name, room)
    _write(canvas, PLAIN, 10, left, height - 40 * mm, merchant.city, room)
    scan = _("Pay here with {brand}").format(brand=settings.BRAND_NAME)
    _write(canvas, PLAIN, 9, left, 16 * mm, scan, room)
    canvas.restoreState()


def _draw_code(canvas: Canvas, payload: str, x: float, y: float, side: float) -> None:
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


def _begin(size: tuple[float, float], title: str) -> tuple[BytesIO, Canvas]:
    register_fonts()
    out = BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=True, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator(settings.BRAND_NAME)
    return out, canvas


def _end(out: BytesIO, canvas: Canvas) -> bytes:
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@cache
def register_fonts() -> None:
    """Register the fonts of prints with reportlab."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, file))


def _centre(canvas: Canvas, font: str, size: float, width: float, y: float, text: str) -> None:
    size = _fitting(font, size, text, width - 16 * mm)
    canvas.setFont(font, size)
    canvas.drawCentredString(width / 2, y, text)


def _write(canvas: Canvas, font: str, size: float, x: float, y: float, text: str, room: float) -> None:
    canvas.setFont(font, _fitting(font, size, text, room))
    canvas.drawString(x, y, text)


def _fitting(font: str, size: float, text: str, room: float) -> float:
    """Return the size, or a smaller one in which the text fits."""
    wide = pdfmetrics.stringWidth(text, font, size)
    return size if wide <= room else max(_SMALLEST, size * room / wide)
