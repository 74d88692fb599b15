"""Reference data that apps bring along, such as the regions of a country; loaded whenever a database was migrated."""

from __future__ import annotations

from collections.abc import Callable

from django.core.management.base import CommandError

# Each is called after every migration, and writes only what is not in the database yet.
Loader = Callable[[], None]
_loaders: list[Loader] = []


class ReferenceDataBroken(CommandError):
    """Reference data cannot be read, such as that of a file which an operator names."""


def reference_data(function: Loader) -> Loader:
    """Register a function that brings reference data into the database. It must be idempotent."""
    _loaders.append(function)
    return function


def load_all() -> None:
    """Bring all reference data into the database, where it is missing or older."""
    for load in _loaders:
        load()
