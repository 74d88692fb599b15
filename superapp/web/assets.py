"""URLs and content of static files, as they are served."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

from superapp.web import bundles
from superapp.web.finders import delivered

# The folders of the shell, whose files a device stores to open the app offline.
SHELL_FOLDERS = ("css/", "js/", "web/", "notifications/", "chat/", "payments/", "peer_payments/", "angpao/", "shop/")


@cache
def import_map() -> dict[str, dict[str, str]]:
    """Return the import map: the bundles that others import, and their URLs."""
    made = delivered().bundles
    named = [entry for entry in made.entries if entry in bundles.SHARED or made.modules[entry].exports]
    return {"imports": {bundles.BUNDLE_PREFIX + entry: staticfiles_storage.url(entry) for entry in named}}


@cache
def imports_of(entry: str) -> tuple[str, ...]:
    """Return the URLs of the bundles that a bundle imports, so that a browser can preload them."""
    made = delivered().bundles
    imported = made.imports_of(entry) if entry in made.modules else ()
    return tuple(staticfiles_storage.url(each) for each in imported)


@cache
def shell_files() -> tuple[str, ...]:
    """Return the URLs of all files of the shell."""
    return tuple(staticfiles_storage.url(path) for folder in SHELL_FOLDERS for path in list_files(folder))


@cache
def version() -> str:
    """Return a short hash of the current content of the shell."""
    digest = hashlib.sha256("\n".join(shell_files()).encode())
    digest.update(read_file(bundles.SERVICE_WORKER))
    return digest.hexdigest()[:12]


def style_text(path: str) -> str:
    """Return a delivered style sheet, joined with those that it imports."""
    return delivered().join(path)


def read_file(path: str) -> bytes:
    """
    Read the source of one of our static files.

    :raises FileNotFoundError: if there is none
    """
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(path)
    return Path(found).read_bytes()


@cache
def list_files(folder: str) -> tuple[str, ...]:
    """List all delivered static files under a folder, in the order of their names."""
    found = {path.replace("\\", "/") for finder in finders.get_finders() for path, _storage in finder.list(None)}
    return tuple(sorted(path for path in found if path.startswith(folder)))
