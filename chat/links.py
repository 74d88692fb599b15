"""Addresses within what people write. ``#chat/links.js`` finds the same; both are held to ``tests/js/links.json``."""

from __future__ import annotations

import re
from typing import NamedTuple

# No address of ours begins within a word, and none but these two kinds is ever made to be tapped.
_ADDRESS = re.compile(r"(?<![\w/])https?://[^\s<>\"“”«»`]+", re.IGNORECASE)
# What stands before an @ reads like a host and is none: such an address leads elsewhere than it says.
_NAMES_A_USER = re.compile(r"https?://[^/?#]*@", re.IGNORECASE)
# What ends a sentence and not an address.
_AFTER = ".,!?;:…'’"


class Piece(NamedTuple):
    """Some of a text; ``is_link`` if it is an address."""

    text: str
    is_link: bool


def pieces(text: str) -> list[Piece]:
    """The text in order, whole: what is an address and what stands between."""
    found: list[Piece] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        address = _without_what_follows(match[0])
        if not address.partition("://")[2] or _NAMES_A_USER.match(address):
            continue
        if match.start() > end:
            found.append(Piece(text[end : match.start()], is_link=False))
        end = match.start() + len(address)
        found.append(Piece(address, is_link=True))
    if end < len(text):
        found.append(Piece(text[end:], is_link=False))
    return found


def _without_what_follows(address: str) -> str:
    while address:
        if address[-1] in _AFTER or (address[-1] == ")" and address.count(")") > address.count("(")):
            address = address[:-1]
        else:
            break
    return address
