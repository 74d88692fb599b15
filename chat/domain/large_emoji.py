"""Messages of a few emoji, which are shown large."""

from __future__ import annotations

import re

_EMOJI = (
    "(?:[\U0001f1e6-\U0001f1ff]{2}"
    "|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u27bf\u2934-\u2b55\U0001f000-\U0001faff]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*)"
)
_ONE_TO_THREE_EMOJI = re.compile(f"(?:{_EMOJI}(?:\u200d{_EMOJI})*){{1,3}}")


def is_large_emoji(body: str) -> bool:
    """Return whether the text is one to three emoji and nothing else."""
    return _ONE_TO_THREE_EMOJI.fullmatch(body.strip()) is not None
