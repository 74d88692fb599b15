"""Static files as they are delivered: compressed, named by their content, and scripts without their comments."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.base import ContentFile, File
from whitenoise.storage import CompressedManifestStaticFilesStorage

# A comment that has its lines to itself; one behind code stays, for only a parser could tell it from a string.
COMMENT = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)


def strip_comments(script: str) -> str:
    """A module without the comments that stand on lines of their own.

    They are a third of what a phone would fetch. Everything else stays as it was written, so that a fault's place in a
    script can be read by a person.
    """
    return COMMENT.sub("", script)


class StaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Static files storage that strips comments from our scripts on collectstatic."""

    def file_hash(self, name: str | None, content: File[Any] | None = None) -> str | None:
        digest: str | None = super().file_hash(name, minify(name, content) if name and content else content)
        return digest

    def _save(self, name: str, content: File[Any]) -> str:
        saved: str = super()._save(name, minify(name, content))
        return saved


def minify(name: str, content: File[Any]) -> File[Any]:
    if not name.endswith(".js") or name.startswith("swagger/"):
        return content
    content.seek(0)
    raw = content.read()
    return ContentFile(strip_comments(raw if isinstance(raw, str) else raw.decode()).encode())
