"""Reading of the demo data in ``data/*.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

FOLDER = Path(__file__).parent / "data"
T = TypeVar("T")


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base of all values that are read from a file; an unknown field is refused."""


def read_list(name: str, kind: type[T]) -> tuple[T, ...]:
    """Read the tables ``[[name]]`` of the file of that name."""
    written = (FOLDER / f"{name}.toml").read_bytes()
    return msgspec.toml.decode(written, type=dict[str, tuple[kind, ...]])[name]  # type: ignore[valid-type]  # Made as it runs.


def read_one(name: str, kind: type[T]) -> T:
    """Read the content of a whole file."""
    return msgspec.toml.decode((FOLDER / f"{name}.toml").read_bytes(), type=kind)
