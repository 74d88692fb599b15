"""
Formatting of message text as people type it: ``*bold*``, ``_italic_``, ``~struck~``, code, quotes and lists.

A text is split into blocks of lines, and each line into runs of one style; nothing here makes HTML. Styles are flat
sets that are never nested, so that the work is linear in the length of the text, however hostile it is.
``#chat/formatting.js`` does the same, and ``tests/js/formatting.json`` holds the cases for both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple

from chat.domain.links import split_links

BlockKind = Literal["text", "quote", "bullets", "numbers", "code"]

# The delimiters of a style in a line, and the letter of the style.
STYLES = {"*": "b", "_": "i", "~": "s"}
# Named here, since \s is not the same in Python and JavaScript.
BLANK = " \t\n\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_MAY_BE_FORMATTED = re.compile(r"[*_~`]|^(?:> |- |[0-9]{1,3}\. )", re.MULTILINE)
_FENCED = re.compile(rf"\n?```\n?(?![{BLANK}]*```)((?:(?!```)[\s\S])+?)\n?```\n?")
_CODE = re.compile(rf"`(?![{BLANK}]*`)([^`]+)`")
_MARKER = re.compile(rf"(?:(?P<quote>> +)|(?P<bullet>[-*] +)|(?P<number>[0-9]{{1,3}})\. +)(?=[^{BLANK}])")
_IS_BLANK = re.compile(rf"[{BLANK}]")


class Run(NamedTuple):
    """A stretch of text in one style, letters of ``b`` bold, ``i`` italic, ``s`` struck, ``c`` code, ``a`` address."""

    text: str
    style: str = ""


class Line(NamedTuple):
    """A line of a block; ``number`` is that of an item of a numbered list."""

    runs: list[Run]
    number: int | None = None


class Block(NamedTuple):
    """Consecutive lines of one kind."""

    kind: BlockKind
    lines: list[Line]


def parse(text: str) -> list[Block]:
    """Split a text into blocks; one without formatting is one block of kind ``text``."""
    if not _MAY_BE_FORMATTED.search(text):
        return [Block("text", [Line(_split_addresses(line)) for line in text.split("\n")])]
    blocks: list[Block] = []
    for part, is_code in _split_fenced(text):
        if is_code:
            blocks.append(Block("code", [Line([Run(part, "c")])]))
        else:
            _add_lines(blocks, part)
    if len(blocks) == 1:
        return blocks
    return [block for block in map(_without_blank_edges, blocks) if block.lines]


def plain(text: str) -> str:
    """Return a text on one line without its formatting, for lists, quotes and notifications."""
    lines = (
        _spoken_marker(block, line) + "".join(run.text for run in line.runs)
        for block in parse(text)
        for line in block.lines
    )
    return " ".join(" ".join(lines).split())


def _spoken_marker(block: Block, line: Line) -> str:
    if block.kind == "bullets":
        return "• "
    return f"{line.number}. " if block.kind == "numbers" else ""


def _split_fenced(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the text between code blocks and the code in them, in order, without the line ends beside the fences."""
    at = 0
    for match in _FENCED.finditer(text):
        if match.start() > at:
            yield text[at : match.start()], False
        yield match[1], True
        at = match.end()
    if at < len(text):
        yield text[at:], False


def _add_lines(blocks: list[Block], text: str) -> None:
    for raw in text.split("\n"):
        marker = _MARKER.match(raw)
        kind: BlockKind = "text"
        number = None
        if marker is not None:
            kind = "quote" if marker["quote"] else "bullets" if marker["bullet"] else "numbers"
            number = int(marker["number"]) if marker["number"] else None
            raw = raw[marker.end() :]
        if not blocks or blocks[-1].kind != kind:
            blocks.append(Block(kind, []))
        blocks[-1].lines.append(Line(_split_runs(raw), number))


def _without_blank_edges(block: Block) -> Block:
    """Return a block of text without the blank lines at its edges: the space between blocks is drawn."""
    lines = block.lines
    if block.kind == "text":
        full = [place for place, line in enumerate(lines) if any(_strip_blank(run.text) for run in line.runs)]
        lines = lines[full[0] : full[-1] + 1] if full else []
    return Block(block.kind, lines)


def _strip_blank(text: str) -> str:
    return _IS_BLANK.sub("", text)


def _split_addresses(line: str) -> list[Run]:
    return [Run(segment.text, "a" if segment.is_link else "") for segment in split_links(line)]


def _split_runs(line: str) -> list[Run]:
    """Split a line into runs. Code and addresses are whole: no delimiter in them counts."""
    runs: list[Run] = []
    atoms = list(_find_atoms(line))
    delimiters = _pair_delimiters(line, atoms)
    style: set[str] = set()
    at = 0
    for start, end, text, letter in sorted([*atoms, *delimiters]):
        if start > at:
            runs.append(Run(line[at:start], _letters(style)))
        if text:
            runs.append(Run(text, _letters({*style, letter})))
        else:
            style ^= {letter}
        at = end
    if at < len(line):
        runs.append(Run(line[at:], _letters(style)))
    return runs


# Start, end, shown text and letter of a stretch of a line; a delimiter shows nothing.
_Atom = tuple[int, int, str, str]


def _find_atoms(line: str) -> Iterator[_Atom]:
    """Find the code and the addresses of a line."""
    code_end = 0
    codes = [(match.start(), match.end(), match[1], "c") for match in _CODE.finditer(line)]
    yield from codes
    starts = iter([*codes, (len(line) + 1, 0, "", "")])
    code = next(starts)
    at = 0
    for segment in split_links(line):
        while code[0] < at:
            code_end, code = code[1], next(starts)
        # An address has no backtick in it, so that it is either within code or outside.
        if segment.is_link and at >= code_end:
            yield (at, at + len(segment.text), segment.text, "a")
        at += len(segment.text)


def _pair_delimiters(line: str, atoms: list[_Atom]) -> list[_Atom]:
    """Find the pairs of delimiters that hug their text and do not stand within a word, the nearest two first."""
    paired: list[_Atom] = []
    opened: dict[str, int] = {}
    ends = {start: end for start, end, _text, _letter in atoms}
    at = 0
    while at < len(line):
        if at in ends:
            at = ends[at]
            continue
        char = line[at]
        if char in STYLES:
            before, after = line[at - 1 : at], line[at + 1 : at + 2]
            if char in opened and _hugs(before, char) and not _is_word(after) and after != char:
                letter = STYLES[char]
                paired += [(opened.pop(char), 0, "", letter), (at, 0, "", letter)]
            elif _hugs(after, char) and not _is_word(before) and before != char:
                opened[char] = at
        at += 1
    return [(start, start + 1, text, letter) for start, _end, text, letter in paired]


def _hugs(char: str, delimiter: str) -> bool:
    return char not in ("", delimiter) and not _IS_BLANK.match(char)


def _is_word(char: str) -> bool:
    return char != "" and unicodedata.category(char)[0] in "LMN"


def _letters(style: set[str]) -> str:
    return "".join(letter for letter in "bisca" if letter in style)
