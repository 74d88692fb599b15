"""
Preferences of one member in a conversation, declared once in ``MemberPreferences``.

The row on the wire, the request that changes them, the columns that the log reads and the change itself derive from
the declaration. ``Member`` in ``chat.models`` has a column for each, and ``sql/postgres_preferences.sql`` lists
them in the same order; tests compare them. A preference with a button is also listed in
``chat.pages.preference_switches``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec

from superapp.core import clock

Moment = TypeVar("Moment")  # datetime where preferences are stored, text on the wire


class MemberPreferences(msgspec.Struct, Generic[Moment], frozen=True, kw_only=True):
    """
    The preferences of a member. Fields are named as their columns; ``name`` is the name on the wire where it
    differs.
    """

    muted_until: Moment | None = None
    is_pinned: bool = msgspec.field(default=False, name="pinned")
    # Hidden up to this message: a newer message shows the conversation again.
    hidden_seq: int = 0
    draft: str = ""
    # Unlike hidden, this stays set when new messages are posted.
    is_archived: bool = msgspec.field(default=False, name="archived")
    # Marked by hand; reading the conversation removes the mark.
    is_marked_unread: bool = msgspec.field(default=False, name="marked_unread")
    # The place among the pinned ones, of which the highest is on top; 0 while it is not pinned.
    pin_order: int = 0


class StoredPreferences(MemberPreferences[datetime], array_like=True, frozen=True, kw_only=True):
    """The preferences as the database stores them; an array in the order of ``COLUMNS``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """A member's setting in a conversation: its column, its names in Python and on the wire, and its input type."""

    column: str
    change_name: str
    wire_name: str
    type: Any


# What a client sends as a boolean is stored as a message number.
_SENT_AS_ANOTHER_TYPE = {
    "hidden_seq": Preference(column="hidden_seq", change_name="is_hidden", wire_name="hidden", type=bool),
}


# Set by the server as a part of other changes; no client sends it.
_OF_OTHER_CHANGES = frozenset({"pin_order"})


def _preference(field: msgspec.structs.FieldInfo) -> Preference:
    return _SENT_AS_ANOTHER_TYPE.get(field.name) or Preference(
        column=field.name, change_name=field.name, wire_name=field.encode_name, type=field.type
    )


_FIELDS = msgspec.structs.fields(StoredPreferences)
COLUMNS = tuple(field.name for field in _FIELDS)
PREFERENCES = tuple(_preference(field) for field in _FIELDS if field.name not in _OF_OTHER_CHANGES)


def of_columns(values: Sequence[Any]) -> StoredPreferences:
    """
    Convert values in the order of ``COLUMNS``. SQLite has neither booleans nor time zones; its stored times are
    UTC.
    """
    aware = [v.replace(tzinfo=UTC) if isinstance(v, datetime) and v.tzinfo is None else v for v in values]
    return msgspec.convert(aware, StoredPreferences, strict=False)


def to_wire(holder: object) -> dict[str, Any]:
    """Return the fields of a ``MemberPreferences[str]`` from an object that has the columns as attributes."""
    values = {column: getattr(holder, column) for column in COLUMNS}
    return {column: clock.to_wire(v) if isinstance(v, datetime) else v for column, v in values.items()}
