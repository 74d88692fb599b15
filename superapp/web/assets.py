"""Resolve static files to the addresses under which they are served."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

# What an import specifier begins with → the folder of static files.
MODULES = {
    "#lib/": "js/lib/",
    "#ui/": "js/ui/",
    "#chat/": "chat/js/",
    "#payments/": "payments/js/",
    "#shop/": "shop/js/",
}
IMPORT = re.compile(r'^import\s[^"]*"(#[^"]+)"', re.MULTILINE)
# What the shell is made of: kept on the device, so that it opens without a line.
SHELL_FOLDERS = ("css/", "js/", "web/", "chat/", "payments/", "shop/")


@cache
def import_map() -> dict[str, dict[str, str]]:
    """Return the import map: every module's specifier and its URL."""
    imports = {
        specifier + path.removeprefix(folder): staticfiles_storage.url(path)
        for specifier, folder in MODULES.items()
        for path in list_files(folder)
        if path.endswith(".js")
    }
    return {"imports": dict(sorted(imports.items()))}


@cache
def imports_of(path: str) -> tuple[str, ...]:
    """The addresses of all modules that a module imports, directly or not: a browser then fetches them side by side."""
    pending, reached = [path], {path}
    while pending:
        specifiers = IMPORT.findall(read_file(pending.pop()).decode())
        imported = {_path_of(specifier) for specifier in specifiers} - reached
        reached |= imported
        pending.extend(imported)
    return tuple(staticfiles_storage.url(each) for each in sorted(reached - {path}))


@cache
def list_styles(*folders: str) -> tuple[str, ...]:
    return tuple(
        staticfiles_storage.url(path) for folder in folders for path in list_files(folder) if path.endswith(".css")
    )


@cache
def shell_files() -> tuple[str, ...]:
    """The addresses of everything the shell needs."""
    return tuple(staticfiles_storage.url(path) for folder in SHELL_FOLDERS for path in list_files(folder))


@cache
def version() -> str:
    """A short name for the present content of the shell."""
    digest = hashlib.sha256()
    for folder in SHELL_FOLDERS:
        for path in list_files(folder):
            digest.update(path.encode())
            digest.update(read_file(path))
    return digest.hexdigest()[:12]


def read_file(path: str) -> bytes:
    """
    Return the content of one of our static files.

    :raises FileNotFoundError: if there is none
    """
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(path)
    return Path(found).read_bytes()


@cache
def list_files(folder: str) -> tuple[str, ...]:
    """All static files of ours under a folder, in the order of their names."""
    return tuple(sorted({path for path in _all_files() if path.startswith(folder)}))


def _path_of(specifier: str) -> str:
    begins, _, rest = specifier.partition("/")
    return MODULES[f"{begins}/"] + rest


def _all_files() -> Iterator[str]:
    for finder in finders.get_finders():
        for path, _storage in finder.list(None):
            yield path.replace("\\", "/")
