"""Reading prints as a camera and a reader of PDF see them."""

from __future__ import annotations

from typing import Any

import pypdfium2
import zxingcpp


def read_pdf(content: bytes) -> tuple[list[str], list[str], list[tuple[int, ...]]]:
    """Return the codes, the texts of the pages, and their sizes in mm."""
    document = pypdfium2.PdfDocument(content)
    codes, texts = [], []
    for page in document:
        codes += [one.text for one in _read_codes(page)]
        texts.append(page.get_textpage().get_text_range())
    sizes = [tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in document]
    return codes, texts, sizes


def _read_codes(page: Any) -> list[Any]:
    # Without the format, frames and letters are taken for codes of other kinds now and then.
    return zxingcpp.read_barcodes(page.render(scale=2).to_pil().convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
