"""
Files of signed heads, which a witness keeps: lines of JSON, each a key's statement or a block's header as text.

A head is 64 characters that say nothing about anybody. Kept where the operator cannot reach, they show later whether
the chain is still the same.
"""

from __future__ import annotations

import msgspec

from payments.domain.sealed_records import BlockHeader, KeyStatement, compute_head


class HeadsFileInvalid(ValueError):
    """A line of the file is no signed head."""


class HeadLine(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """One line: the text of a block's header or of a key's statement, and the signature in hex."""

    signature: str
    block: str = ""
    key: str = ""


class WitnessedHead(msgspec.Struct, frozen=True):
    """A block as a witness has it. ``text`` is its header."""

    number: int
    text: str
    signature: str

    @property
    def head(self) -> str:
        return compute_head(self.text.encode())


class WitnessedKey(msgspec.Struct, frozen=True):
    """A key as a witness has it. ``text`` is its statement."""

    key: str
    text: str


def format_line(line: HeadLine) -> str:
    return msgspec.json.encode(line).decode() + "\n"


def parse_line(number: int, text: str) -> WitnessedHead | WitnessedKey | None:
    """
    Return the head or the key in a line; None for an empty one.

    :raises HeadsFileInvalid: with the number of the line
    """
    if not text.strip():
        return None
    try:
        line = msgspec.json.decode(text, type=HeadLine)
        if line.key and not line.block:
            return WitnessedKey(msgspec.json.decode(line.key, type=KeyStatement).key, line.key)
        header = msgspec.json.decode(line.block, type=BlockHeader)
    except msgspec.MsgspecError:
        raise HeadsFileInvalid(f"line {number} is no signed head") from None
    return WitnessedHead(header.block, line.block, line.signature)
