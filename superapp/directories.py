"""Directories named by settings: created when the settings are read, or refused with the name of the variable."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def make_directory(name: str, directory: Path) -> None:
    """
    Create the directory that a variable names, if it does not exist.

    :raises ImproperlyConfigured: if that fails
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name} cannot be made: {error}") from None


def require_writable(name: str, directory: Path) -> None:
    """
    Check that this user may write into the directory that a variable names.

    :raises ImproperlyConfigured: otherwise
    """
    if not os.access(directory, os.W_OK):
        raise ImproperlyConfigured(f"{name}: {directory} cannot be written by this user; let it, or name another one")
