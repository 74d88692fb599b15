"""
Preferences of one member in a conversation, declared once in ``MemberPreferences``.

The row on the wire, the request that changes them, the columns that the log reads and the change itself derive from the
declaration. ``Member`` in ``chat.models`` has a column for each, and ``sql/postgres_preferences.sql`` lists them in the
same order; tests hold both to it. One that is a button is an entry in ``chat.pages.preference_switches``, too.
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
    """The preferences of a member. A field is named as its column; ``name`` is what the wire calls it, if otherwise."""

    muted_until: Moment | None = None
    is_pinned: bool = msgspec.field(default=False, name="pinned")
    # Hidden up to this message: a newer one brings the conversation back.
    hidden_seq: int = 0
    draft: str = ""
    # Stays so whatever is written, unlike hidden.
    is_archived: bool = msgspec.field(default=False, name="archived")


class StoredPreferences(MemberPreferences[datetime], array_like=True, frozen=True, kw_only=True):
    """The preferences as the database holds them; an array in the order of ``COLUMNS``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """A preference: its column, what a change of it is called inside and on the wire, and of which type that is."""

    column: str
    change_name: str
    wire_name: str
    type: Any


# Where a change is not the value that is stored.
_CHANGED_OTHERWISE = {
    "hidden_seq": Preference(column="hidden_seq", change_name="is_hidden", wire_name="hidden", type=bool),
}


def _preference(field: msgspec.structs.FieldInfo) -> Preference:
    return _CHANGED_OTHERWISE.get(field.name) or Preference(
        column=field.name, change_name=field.name, wire_name=field.encode_name, type=field.type
    )


PREFERENCES = tuple(_preference(field) for field in msgspec.structs.fields(StoredPreferences))
COLUMNS = tuple(preference.column for preference in PREFERENCES)


def of_columns(values: Sequence[Any]) -> StoredPreferences:
    """Read values in the order of ``COLUMNS``. SQLite has neither booleans nor time zones; what it stores is UTC."""
    aware = [v.replace(tzinfo=UTC) if isinstance(v, datetime) and v.tzinfo is None else v for v in values]
    return msgspec.convert(aware, StoredPreferences, strict=False)


def to_wire(holder: object) -> dict[str, Any]:
    """Return the fields of a ``MemberPreferences[str]`` from an object with the columns as attributes."""
    values = {column: getattr(holder, column) for column in COLUMNS}
    return {column: clock.to_wire(v) if isinstance(v, datetime) else v for column, v in values.items()}
