"""What counts as text that one person may send another."""

from __future__ import annotations

import unicodedata

from chat.errors import BodyEmpty, BodyNotText, BodyTooLong, NotReactable

COMBINING_MARKS_MAX = 8
EMOJI_CHARS_MAX = 16
# Joiners and selectors that emoji, Arabic and Javanese need, but which show nothing by themselves.
_INVISIBLE = frozenset(
    "\u200b\u200c\u200d\u2060\ufeff\u180e\u00ad\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def clean_body(raw: str, *, chars_max: int) -> str:
    """
    The text as it is kept: NFC, line ends as ``\\n``, no blanks around it.

    Directions and joiners stay, since languages need them; the page isolates every text.

    :raises BodyEmpty: if nothing visible is left
    :raises BodyTooLong: if it has more than ``chars_max`` characters
    :raises BodyNotText: if it has control characters, or a pile of combining marks
    """
    # Normalizing can at most treble the length: what is far too long is refused before any work.
    if len(raw) > chars_max * 3:
        raise BodyTooLong(chars_max=chars_max)
    body = raw if raw.isascii() else unicodedata.normalize("NFC", raw)
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    body = body.strip()
    if len(body) > chars_max:
        raise BodyTooLong(chars_max=chars_max)
    if not body.isprintable():
        _refuse_unprintable(body)
    if not body.isascii():
        _refuse_piles(body)
    if not body or all(char.isspace() or char in _INVISIBLE for char in body):
        raise BodyEmpty
    return body


def clean_emoji(raw: str) -> str:
    """
    A reaction: one short run of symbols, no letters.

    :raises NotReactable: if it is anything else
    """
    if not 1 <= len(raw) <= EMOJI_CHARS_MAX or raw.isascii():
        raise NotReactable
    visible = [char for char in raw if unicodedata.category(char) not in ("Mn", "Me", "Cf", "Sk")]
    if not visible or any(unicodedata.category(char) not in ("So", "Sm", "Po", "Nd") for char in visible):
        raise NotReactable
    return raw


def _refuse_unprintable(body: str) -> None:
    for char in body:
        # Cc: control, Cs: lone surrogates, Co: private use. Cf (format) is what joins emoji and scripts.
        if char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs", "Co"):
            raise BodyNotText


def _refuse_piles(body: str) -> None:
    pile = 0
    for char in body:
        pile = pile + 1 if unicodedata.combining(char) or unicodedata.category(char) == "Me" else 0
        if pile > COMBINING_MARKS_MAX:
            raise BodyNotText
