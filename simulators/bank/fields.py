"""Reading the fields of a SNAP request."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulators.bank.money import read_amount
from simulators.bank.responses import Refusal

_TIMESTAMP = re.compile(r"20\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII)


def read_timestamp(text: str) -> datetime:
    """
    Return the time that SNAP writes as ``2027-03-01T09:03:04+07:00``.

    :raises ValueError: if it is none
    """
    if not _TIMESTAMP.fullmatch(text):
        raise ValueError("a time has a date, a time of day and an offset, and is of this century")
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class Body:
    """The JSON object of a request. What is missing is refused as 400/02, what is wrong as 400/01."""

    fields: dict[str, Any]

    @classmethod
    def read(cls, raw: bytes) -> Body:
        """
        Read the body of a request.

        :raises Refusal: if it is no JSON object
        """
        try:
            fields = json.loads(raw)
        except (ValueError, RecursionError):
            raise Refusal(400, "00") from None
        if not isinstance(fields, dict):
            raise Refusal(400, "00")
        return cls(fields)

    def text(self, name: str, *, chars_max: int = 64, pattern: str = ".+") -> str:
        """Return a text that must be there."""
        if self.fields.get(name) in (None, ""):
            raise Refusal(400, "02", name)
        value = self.fields[name]
        if not isinstance(value, str) or len(value) > chars_max or not re.fullmatch(pattern, value, re.ASCII):
            raise Refusal(400, "01", name)
        # Half a surrogate is JSON, but no text.
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise Refusal(400, "01", name)
        return value

    def optional_text(self, name: str, *, chars_max: int = 64, pattern: str = ".+") -> str:
        """Return a text; empty if it was left out."""
        if self.fields.get(name) in (None, ""):
            return ""
        return self.text(name, chars_max=chars_max, pattern=pattern)

    def amount(self, name: str) -> int:
        """Return a positive amount in sen."""
        if self.fields.get(name) is None:
            raise Refusal(400, "02", name)
        try:
            amount = read_amount(self.fields[name])
        except ValueError:
            raise Refusal(400, "01", name) from None
        if amount == 0:
            raise Refusal(404, "13")
        return amount

    def moment(self, name: str) -> datetime:
        """Return a time that must be there."""
        try:
            return read_timestamp(self.text(name, chars_max=35))
        except ValueError:
            raise Refusal(400, "01", name) from None

    def optional_moment(self, name: str) -> datetime | None:
        """Return a time; None if it was left out."""
        return self.moment(name) if self.fields.get(name) not in (None, "") else None

    def count(self, name: str, *, default: int, at_most: int) -> int:
        """Return a number of at least one, written as a number or as digits."""
        value = str(self.fields.get(name, default))
        if not re.fullmatch(r"[0-9]{1,6}", value, re.ASCII) or not 1 <= int(value) <= at_most:
            raise Refusal(400, "01", name)
        return int(value)

    def additional(self) -> Body:
        """Return the object ``additionalInfo``; empty if it was left out."""
        more = self.fields.get("additionalInfo") or {}
        if not isinstance(more, dict):
            raise Refusal(400, "01", "additionalInfo")
        return Body(more)
