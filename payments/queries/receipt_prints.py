"""Receipts as a picture and as PDF, for people to keep and to share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A6
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics

from superapp.core import prints
from superapp.core.prints import GREY, PLAIN, STRONG, printable

WIDTH, MARGIN = 1080, 84
GROUND, PAPER, INK, SOFT, LINE, BRAND = (
    (251, 248, 243), (255, 255, 255), (45, 38, 32), (107, 97, 86), (228, 221, 210), (0, 101, 110),
)  # fmt: skip
# No character of any font, to see how a missing one is drawn.
_UNKNOWN = "\U0010fffe"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPrint:
    """The content of a receipt in words: ``rows`` are labels and values, from top to bottom."""

    brand: str
    headline: str
    amount: str
    rows: tuple[tuple[str, str], ...]
    footer: str


def draw_picture(receipt: ReceiptPrint) -> bytes:
    """Return a receipt as PNG, as tall as its rows need. Characters that the typeface lacks are left out."""
    label_face, face, strong = ImageFont.load_default(32), ImageFont.load_default(38), ImageFont.load_default(84)
    room = WIDTH - 2 * MARGIN - 2 * 56
    rows = [(label, _wrap(_drawable(value, face), face.getlength, room)) for label, value in receipt.rows]
    head, footer = 430, 150
    height = head + sum(44 + len(lines) * 50 + 34 for _label, lines in rows) + footer
    image = Image.new("RGB", (WIDTH, height), GROUND)
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((40, 40, WIDTH - 40, height - 40), 36, fill=PAPER, outline=LINE, width=2)
    pen.rounded_rectangle((40, 40, WIDTH - 40, 150), 36, fill=BRAND, corners=(True, True, False, False))
    pen.text((MARGIN, 95), receipt.brand, PAPER, ImageFont.load_default(44), anchor="lm", stroke_width=1)
    pen.text((WIDTH / 2, 225), _drawable(receipt.headline, face), SOFT, face, anchor="mm")
    pen.text((WIDTH / 2, 315), receipt.amount, INK, strong, anchor="mm", stroke_width=2)
    pen.line((MARGIN, 395, WIDTH - MARGIN, 395), LINE, 3)
    y = head
    for label, lines in rows:
        pen.text((MARGIN, y), label, SOFT, label_face)
        y += 44
        for line in lines:
            pen.text((MARGIN, y), line, INK, face)
            y += 50
        y += 34
    pen.text((WIDTH / 2, height - 92), receipt.footer, SOFT, ImageFont.load_default(28), anchor="mm")
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def draw_pdf(receipt: ReceiptPrint) -> bytes:
    """Return a receipt as a page of A6, whose text can be searched and copied."""
    width, height = A6
    left, room = 9 * mm, A6[0] - 18 * mm
    out, canvas = prints.begin(A6, title=f"{receipt.brand} {receipt.headline}", creator=receipt.brand)
    canvas.setFillColorRGB(*(part / 255 for part in BRAND))
    canvas.rect(0, height - 14 * mm, width, 14 * mm, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.setFont(STRONG, 12)
    canvas.drawString(left, height - 9 * mm, printable(receipt.brand))
    canvas.setFillGray(GREY)
    canvas.setFont(PLAIN, 10)
    canvas.drawCentredString(width / 2, height - 23 * mm, printable(receipt.headline))
    canvas.setFillGray(0)
    canvas.setFont(STRONG, 19)
    canvas.drawCentredString(width / 2, height - 32 * mm, receipt.amount)
    y = height - 42 * mm
    for label, value in receipt.rows:
        canvas.setFillGray(GREY)
        canvas.setFont(PLAIN, 7.5)
        canvas.drawString(left, y, label)
        canvas.setFillGray(0)
        canvas.setFont(PLAIN, 9)
        for line in _wrap(printable(value), lambda text: pdfmetrics.stringWidth(text, PLAIN, 9), room):
            y -= 4.4 * mm
            canvas.drawString(left, y, line)
        y -= 6.2 * mm
        if y < 12 * mm:
            canvas.showPage()
            y = height - 14 * mm
    canvas.setFillGray(GREY)
    canvas.setFont(PLAIN, 7)
    canvas.drawCentredString(width / 2, 7 * mm, printable(receipt.footer))
    return prints.end(out, canvas)


def _wrap(text: str, measure: Callable[[str], float], room: float) -> list[str]:
    """Break a text into lines that fit; a word that is longer than a line is broken, too."""
    lines = [""]
    for word in text.split():
        wider = f"{lines[-1]} {word}".strip()
        if measure(wider) <= room:
            lines[-1] = wider
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if measure(lines[-1] + letter) > room:
                lines.append("")
            lines[-1] += letter
    return lines


def _drawable(text: str, face: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    unknown = bytes(face.getmask(_UNKNOWN))
    return "".join(letter for letter in text if letter.isspace() or bytes(face.getmask(letter)) != unknown)
