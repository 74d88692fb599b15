"""
Detection of URLs in message text. ``#chat/links.js`` does the same; ``tests/js/links.json`` holds the cases for
both.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Only http and https URLs become links, and only where they do not begin within a word.
_ADDRESS = re.compile(r"(?<![\w/])https?://[^\s<>\"“”«»`]+", re.IGNORECASE)
# User info before an @ looks like a host name, so that such a URL leads elsewhere than it seems to.
_HAS_USER_INFO = re.compile(r"https?://[^/?#]*@", re.IGNORECASE)
# Punctuation that ends a sentence, or the formatting around a URL, and is not part of it.
_TRAILING_PUNCTUATION = ".,!?;:…'’*_~"


class TextSegment(NamedTuple):
    """A part of a text; ``is_link`` if it is a URL."""

    text: str
    is_link: bool


def split_links(text: str) -> list[TextSegment]:
    """Split a text into URLs and the text between them; the joined segments are the text."""
    found: list[TextSegment] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        address = _strip_trailing_punctuation(match[0])
        if not address.partition("://")[2] or _HAS_USER_INFO.match(address):
            continue
        if match.start() > end:
            found.append(TextSegment(text[end : match.start()], is_link=False))
        end = match.start() + len(address)
        found.append(TextSegment(address, is_link=True))
    if end < len(text):
        found.append(TextSegment(text[end:], is_link=False))
    return found


def _strip_trailing_punctuation(address: str) -> str:
    while address:
        if address[-1] in _TRAILING_PUNCTUATION or (address[-1] == ")" and address.count(")") > address.count("(")):
            address = address[:-1]
        else:
            break
    return address
