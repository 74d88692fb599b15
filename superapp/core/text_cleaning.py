"""Cleaning of text that people write; defines which characters a text may contain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

CHARS_MAX = 20_000
COMBINING_MARKS_MAX = 8
# Controls, formats (zero-width, direction overrides), surrogates, private-use and unassigned characters.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Joiners, which emoji and some scripts need.
JOINERS = frozenset("\u200c\u200d")
_MARKS = frozenset({"Mn", "Me"})
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_BREAKS_WITHIN_A_LINE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
# A spreadsheet takes a cell that begins with one of these for a formula, or for the end of the cell.
_FORMULA = tuple("=+-@;|%")
# Formats that reorder or hide text: embeddings and overrides, deprecated formats, and annotations.
_MISLEADING = re.compile("[\u202a-\u202e\u206a-\u206f\ufff9-\ufffb]+")
# Tag characters: part of a flag such as that of Scotland; elsewhere they are invisible text.
_HIDDEN_LETTERS = re.compile(
    "((?:\U0001f3f4)[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f)|[\U000e0000-\U000e007f]"
)
_ISOLATES, _POP_ISOLATE, _PARAGRAPH_ENDS = frozenset("\u2066\u2067\u2068"), "\u2069", frozenset("\n\u2029")
# No combining mark is ASCII, so that only a long run of other characters can contain a pile of marks.
_PILE_CANDIDATES = re.compile(f"[^\x00-\x7f]{{{COMBINING_MARKS_MAX + 1},}}")


def strip_invisible(written: str, *, kept: str = "", marks_max: int = COMBINING_MARKS_MAX) -> str:
    """
    Return the text in NFC without invisible characters: controls, direction overrides and other formats.

    Combining marks above ``marks_max`` on one character are removed too. Characters in ``kept`` and joiners stay.
    Idempotent.
    """
    seen = _cut(written[:CHARS_MAX], kept, marks_max)
    composed = unicodedata.normalize("NFC", seen)
    # Composing decomposes some letters, which adds marks.
    return composed if composed == seen else unicodedata.normalize("NFC", _cut(composed, kept, marks_max))


def clean_line(written: str) -> str:
    """Clean a single line: without invisible characters, and with single blanks between words."""
    return " ".join(strip_invisible(_BREAKS.sub(" ", written[:CHARS_MAX])).split())


def clean_lines(written: str) -> str:
    """Clean a text of several lines, each as ``clean_line`` does, with at most one empty line between two."""
    seen = strip_invisible(_BREAKS_WITHIN_A_LINE.sub(" ", unify_line_ends(written[:CHARS_MAX])), kept="\n\t")
    rows = "\n".join(" ".join(row.split()) for row in seen.splitlines())
    return _EMPTY_LINES.sub("\n\n", rows).strip("\n")


def unify_line_ends(written: str) -> str:
    r"""Replace all line ends by ``\n``."""
    return written.replace("\r\n", "\n").replace("\r", "\n")


def strip_misleading(written: str) -> str:
    """
    Return a message's text without formats that make it read as something else.

    These are direction overrides and embeddings, isolates that are not closed in their paragraph or were never
    opened, and hidden letters. Unlike ``strip_invisible`` it keeps what languages and emoji need: joiners,
    direction marks, balanced isolates, word breaks, and characters newer than Python's Unicode tables.
    """
    text = _MISLEADING.sub("", written)
    return _HIDDEN_LETTERS.sub(lambda found: found.group(1) or "", _balance_isolates(text))


def has_control_characters(text: str) -> bool:
    """Return whether a text has control characters (except tab and newline), surrogates, or private-use characters."""
    return any(char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs", "Co") for char in text)


def has_mark_pile(text: str) -> bool:
    """Return whether more than ``COMBINING_MARKS_MAX`` combining marks are on one character."""
    return any(_is_pile(run) for run in _PILE_CANDIDATES.findall(text))


def clean_draft(written: str) -> str:
    """Clean a draft; its blanks are kept, since its author continues it."""
    text = strip_misleading(unify_line_ends(written[:CHARS_MAX]))
    safe = "".join(char for char in text if not has_control_characters(char))
    return _cut(safe, frozenset(safe), COMBINING_MARKS_MAX)


def escape_spreadsheet_cell(text: str) -> str:
    """
    Escape a text, in one line, so that no spreadsheet takes the cell for a formula.

    The first visible character is compared in its NFKC form, so that a full-width or hidden one is caught too.
    """
    line = _BREAKS.sub(" ", text)
    begins = unicodedata.normalize("NFKC", strip_invisible(line)).lstrip()
    return f"'{line}" if begins.startswith(_FORMULA) else line


def _cut(text: str, kept: Container[str], marks_max: int) -> str:
    seen, pile = [], 0
    for char in text:
        category = unicodedata.category(char)
        if char not in kept and char not in JOINERS and category in _UNSEEN:
            continue
        # A joiner between marks does not separate them.
        pile = pile + 1 if category in _MARKS else pile if char in JOINERS else 0
        if pile <= marks_max:
            seen.append(char)
    return "".join(seen)


def _is_pile(run: str) -> bool:
    pile = 0
    for char in run:
        category = unicodedata.category(char)
        # By category, since marks of combining class 0, as in Thai, pile up too. A format between marks does not
        # separate them.
        if category in _MARKS:
            pile += 1
        elif category != "Cf":
            pile = 0
        if pile > COMBINING_MARKS_MAX:
            return True
    return False


def _balance_isolates(text: str) -> str:
    if not any("\u2066" <= char <= _POP_ISOLATE for char in text):
        return text
    unmatched: set[int] = set()
    opened: list[int] = []
    for position, char in enumerate(text):
        if char in _ISOLATES:
            opened.append(position)
        elif char in _PARAGRAPH_ENDS:
            unmatched.update(opened)
            opened.clear()
        elif char == _POP_ISOLATE:
            if opened:
                opened.pop()
            else:
                unmatched.add(position)
    unmatched.update(opened)
    return "".join(char for position, char in enumerate(text) if position not in unmatched)
