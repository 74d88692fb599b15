"""Cleaning and validating the text of messages, drafts and emoji."""

from __future__ import annotations

import re
import unicodedata

from chat.errors import BodyEmpty, BodyNotText, BodyTooLong, NotReactable
from superapp.core import text_cleaning

# NFC composes one character of up to four (a Greek vowel with its three marks).
COMPOSED_OF_MAX = 4
# Letters and symbols that render as blank.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_MARKS = ("Mn", "Me")

# One emoji as UTS #51 defines it: a flag, a key cap, or pictures joined to one. Pictures are matched by Unicode block
# and not by a list, so that future emoji are accepted.
_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935\u2b00-\u2bff\u3030\u303d"
    "\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
    "[\U0001f3fb-\U0001f3ff]?\ufe0f?(?:[\U000e0020-\U000e007e]+\U000e007f)?"
)
_EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_PICTURE}(?:\u200d{_PICTURE})*",
)


def clean_body(raw: str, *, chars_max: int) -> str:
    r"""
    Return the text as it is stored: NFC, line ends as ``\n``, without surrounding blanks. Idempotent.

    Joiners, direction marks and closed isolates are kept, since languages need them. Direction overrides and hidden
    letters are removed.

    :raises BodyTooLong: if it has more than ``chars_max`` characters
    :raises BodyNotText: if it has control characters, or too many combining marks on one character
    :raises BodyEmpty: if nothing visible is left
    """
    # Text that is far too long is refused before any work.
    if len(raw) > chars_max * COMPOSED_OF_MAX:
        raise BodyTooLong(chars_max=chars_max)
    if not raw.isprintable():
        raw = text_cleaning.strip_misleading(text_cleaning.unify_line_ends(raw))
        if text_cleaning.has_control_characters(raw):
            raise BodyNotText
    if not raw.isascii():
        # Normalizing takes time quadratic in the combining marks of a character, so their number is checked first.
        # It is checked again afterwards, since normalizing may add some.
        _refuse_piles(raw)
        composed = unicodedata.normalize("NFC", raw)
        if composed != raw:
            raw = composed
            _refuse_piles(raw)
    body = raw.strip()
    if len(body) > chars_max:
        raise BodyTooLong(chars_max=chars_max)
    if not any(map(_is_visible, body)):
        raise BodyEmpty
    return body


def clean_emoji(raw: str, *, chars_max: int) -> str:
    """
    Validate a reaction, and return it.

    :raises NotReactable: if it is not exactly one emoji
    """
    if len(raw) > chars_max or not _EMOJI.fullmatch(raw):
        raise NotReactable
    return raw


def _refuse_piles(text: str) -> None:
    if text_cleaning.has_mark_pile(text):
        raise BodyNotText


def _is_visible(char: str) -> bool:
    category = unicodedata.category(char)
    # "Cn" (unassigned) counts as visible: a character newer than Python's Unicode tables may have a picture.
    return category[0] != "Z" and category not in ("Cc", "Cf", *_MARKS) and char not in _BLANKS
