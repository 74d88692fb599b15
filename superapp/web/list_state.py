"""
The five states of a list. ``#lib/known_list.js`` decides them in the same way; both are tested with one file of
cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from superapp.core.list_envelope import ListEnvelope

State = Literal["loading", "empty", "list", "stale", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageList:
    """
    A list for ``web/_known.html``.

    ``row`` is the template of one row; ``empty`` the template for a list that is proven to be empty. With
    ``is_drawn_once``, rows are values that determine all that is shown of them, except for language, time zone and
    day: each rendered row is then cached.
    """

    name: str
    state: State
    rows: Sequence[Any]
    row: str
    empty: str
    as_of: datetime | None = None
    is_complete: bool = True
    more: str = ""
    # The label of the link to the rest; the default is the one for earlier items.
    more_word: str = ""
    is_drawn_once: bool = False


def list_state(envelope: ListEnvelope[Any]) -> State:
    """Return the state in which a list is shown; ``empty`` only if it is proven to be empty."""
    if envelope.is_proven_empty:
        return "empty"
    if not envelope.items:
        return "unknown"
    is_fresh = (
        envelope.known and envelope.complete and envelope.source == "live" and not _has_stale_source(envelope.parts)
    )
    return "list" if is_fresh else "stale"


def _has_stale_source(parts: Mapping[str, Any]) -> bool:
    return any(part.state != "ok" for part in parts.values())
