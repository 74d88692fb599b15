"""A finder of static files for delivery: bundles and joined style sheets, and all other files as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder, get_finder
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage

from superapp.core import clock
from superapp.web import bundles
from superapp.web.bundles import Bundles


class BundleStorage(Storage):
    """A storage of bundles by the path of their entry, built when they are opened."""

    def __init__(self, finder: DeliveredFinder) -> None:
        self._finder = finder

    def path(self, name: str) -> str:
        return self._finder.source_path(name)

    def get_modified_time(self, _name: str) -> datetime:
        """Return the present time, since any file in a bundle may have changed."""
        return clock.now()

    def _open(self, name: str, _mode: str = "rb") -> File[bytes]:
        return ContentFile(self._finder.join(name).encode(), name=name)


class DeliveredFinder(AppDirectoriesFinder):
    """
    A finder of the delivered files: ``list`` has bundles in place of their sources; ``find`` returns sources.

    Only listed files are collected.
    """

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **options: Any) -> None:
        super().__init__(app_names, *args, **options)
        self._sources = {path.replace("\\", "/"): storage.path(path) for path, storage in super().list([])}
        self.bundles: Bundles = Bundles(tuple(sorted(self._sources)), self._read)
        self._joined = BundleStorage(self)

    @property
    def style_sheets(self) -> frozenset[str]:
        """The style sheets that no other imports."""
        every = self._our_style_sheets
        imported = {found for path in every for found in bundles.imported_styles(path, self._read)}
        return every - imported

    @property
    def _our_style_sheets(self) -> frozenset[str]:
        return frozenset(
            path for path in self._sources if path.endswith(".css") and path.startswith(bundles.STYLE_FOLDERS)
        )

    def source_path(self, name: str) -> str:
        return str(self._sources[name])

    def join(self, name: str) -> str:
        if name.endswith(".css"):
            return bundles.join_style_sheet(name, self._read)
        return self.bundles.join(name)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        joined = {*self.bundles.entries, *self.style_sheets}
        sources = {*self.bundles.modules, *self._our_style_sheets, bundles.SERVICE_WORKER}
        for path, storage in super().list(ignore_patterns):
            name = path.replace("\\", "/")
            if name in joined:
                yield path, self._joined
            elif name not in sources:
                yield path, storage

    def _read(self, name: str) -> str:
        return Path(self._sources[name]).read_text()


def delivered() -> DeliveredFinder:
    """Return the finder of this process, which Django keeps."""
    finder = get_finder("superapp.web.finders.DeliveredFinder")
    assert isinstance(finder, DeliveredFinder)
    return finder
