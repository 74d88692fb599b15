"""Folding of text for searches, as ``lib/fold.js`` folds in the browser."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return a text as it is compared: without case, accents, or the difference between letters that look alike."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if unicodedata.category(char)[0] != "M")
    return unicodedata.normalize("NFKC", plain.casefold())
