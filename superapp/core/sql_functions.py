"""PostgreSQL functions of this product, and their installation by migrations. SQLite has none of them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROOT = Path(__file__).resolve().parent.parent.parent
_HEAD = re.compile(r"^CREATE OR REPLACE FUNCTION (\w+)", re.MULTILINE)


def file_digest(path: str) -> str:
    """Return the digest by which a migration recognizes the version of the file that it was written for."""
    return hashlib.sha256((ROOT / path).read_bytes()).hexdigest()[:16]


class InstallFunctions(migrations.RunPython):
    """
    A migration operation that installs the functions of an SQL file.

    A file that has changed since the migration was written is left to a later migration with its new ``text``; a
    test checks that there is one.
    """

    def __init__(self, path: str, *, text: str) -> None:
        self.path = path
        self.text = text
        super().__init__(self._install, self._remove)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [self.path], {"text": self.text})

    def _install(self, _apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor == "postgresql" and file_digest(self.path) == self.text:
            schema_editor.execute((ROOT / self.path).read_text(), params=None)

    def _remove(self, _apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for name in _HEAD.findall((ROOT / self.path).read_text()):
                schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}", params=None)
