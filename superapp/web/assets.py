"""Resolve static files to the addresses under which they are served."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

from superapp.web import bundles
from superapp.web.finders import delivered

# What the shell is made of: kept on the device, so that it opens without a line.
SHELL_FOLDERS = ("css/", "js/", "web/", "chat/", "payments/", "shop/")


@cache
def import_map() -> dict[str, dict[str, str]]:
    """Return the import map: the bundles that others import, and their URLs."""
    made = delivered().bundles
    named = [entry for entry in made.entries if entry in bundles.SHARED or made.modules[entry].exports]
    return {"imports": {bundles.BUNDLE_PREFIX + entry: staticfiles_storage.url(entry) for entry in named}}


@cache
def imports_of(entry: str) -> tuple[str, ...]:
    """The addresses of the bundles that a bundle imports: a browser then fetches them side by side."""
    made = delivered().bundles
    imported = made.imports_of(entry) if entry in made.modules else ()
    return tuple(staticfiles_storage.url(each) for each in imported)


@cache
def shell_files() -> tuple[str, ...]:
    """The addresses of everything the shell needs."""
    return tuple(staticfiles_storage.url(path) for folder in SHELL_FOLDERS for path in list_files(folder))


@cache
def version() -> str:
    """A short name for the present content of the shell, from which the names of its files are made."""
    digest = hashlib.sha256("\n".join(shell_files()).encode())
    digest.update(read_file(bundles.SERVICE_WORKER))
    return digest.hexdigest()[:12]


def style_text(path: str) -> str:
    """Return a style sheet with those that it imports, as it is delivered."""
    return delivered().join(path)


def read_file(path: str) -> bytes:
    """
    Return the content of one of our static files, as it was written.

    :raises FileNotFoundError: if there is none
    """
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(path)
    return Path(found).read_bytes()


@cache
def list_files(folder: str) -> tuple[str, ...]:
    """All static files under a folder that are delivered, in the order of their names."""
    found = {path.replace("\\", "/") for finder in finders.get_finders() for path, _storage in finder.list(None)}
    return tuple(sorted(path for path in found if path.startswith(folder)))
