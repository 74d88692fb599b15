"""Posters and table cards with a merchant's code, as PDF."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from payments.contracts import QrisMerchant
from superapp.core import prints
from superapp.core.prints import GREY, PLAIN, STRONG, centre, draw_code, write

CARD = (A4[0] / 2, A4[1] / 4)
CARDS_PER_ROW, CARDS_PER_PAGE = 2, 8


def draw_poster(merchant: QrisMerchant, payload: str) -> bytes:
    """Return a poster of A5 with the merchant's name, city and code."""
    out, canvas = prints.begin(A5, title=merchant.name, creator=settings.BRAND_NAME)
    width, height = A5
    centre(canvas, PLAIN, 14, width, height - 22 * mm, _("Pay here with {brand}").format(brand=settings.BRAND_NAME))
    centre(canvas, STRONG, 26, width, height - 36 * mm, merchant.name)
    centre(canvas, PLAIN, 13, width, height - 44 * mm, merchant.city)
    side = 104 * mm
    draw_code(canvas, payload, (width - side) / 2, height - 50 * mm - side, side)
    centre(canvas, PLAIN, 12, width, 40 * mm, _("1. Open {brand} and tap Scan").format(brand=settings.BRAND_NAME))
    centre(canvas, PLAIN, 12, width, 33 * mm, _("2. Check the name, then enter your PIN"))
    canvas.setFillGray(GREY)
    centre(canvas, PLAIN, 9, width, 16 * mm, f"NMID {merchant.nmid}")
    return prints.end(out, canvas)


def draw_table_cards(merchant: QrisMerchant, payloads: Sequence[tuple[str, str]]) -> bytes:
    """Return sheets of A4 with a card for each table: its name, and the payload of its code."""
    out, canvas = prints.begin(A4, title=merchant.name, creator=settings.BRAND_NAME)
    for number, (table, payload) in enumerate(payloads):
        place = number % CARDS_PER_PAGE
        if number and place == 0:
            canvas.showPage()
        row, column = divmod(place, CARDS_PER_ROW)
        _draw_card(canvas, merchant, table, payload, x=column * CARD[0], y=A4[1] - (row + 1) * CARD[1])
    return prints.end(out, canvas)


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
    draw_code(canvas, payload, 4 * mm, (height - side) / 2, side)
    left, room = 4 * mm + side, width - side - 9 * mm
    canvas.setFillGray(0)
    write(canvas, STRONG, 20, left, height - 24 * mm, table, room)
    write(canvas, STRONG, 11, left, height - 34 * mm, merchant.name, room)
    write(canvas, PLAIN, 10, left, height - 40 * mm, merchant.city, room)
    scan = _("Pay here with {brand}").format(brand=settings.BRAND_NAME)
    write(canvas, PLAIN, 9, left, 16 * mm, scan, room)
    canvas.restoreState()
