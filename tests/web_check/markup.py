"""Markup as the Nu HTML checker reads it."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

# Every word is in one of the two languages, whatever the checker takes a page of names and numbers for.
LANGUAGE_GUESSES = "This document appears to be written in"
# A first visit has its style sheets in the page, and of those the checker knows less than browsers do: it is asked for
# markup alone.
STYLE_GUESSES = "CSS: "


def faults_of_markup(texts: Mapping[str, str], *, jar: Path) -> list[str]:
    """Return the errors and warnings of pages by name, with one start of Java for all of them."""
    with tempfile.TemporaryDirectory(prefix="markup-") as folder:
        names = {}
        for place, (name, text) in enumerate(texts.items()):
            path = Path(folder) / f"{place}.html"
            path.write_text(text)
            names[path.as_uri()] = name
        done = subprocess.run(
            ["java", "-jar", str(jar), "--format", "json", "--stdout", folder], capture_output=True, text=True
        )
    said = json.loads(done.stdout)["messages"]
    return [
        f"{names[one['url'].replace('file:/', 'file:///', 1) if 'file:///' not in one['url'] else one['url']]}:"
        f" {one.get('subType', one['type'])}: {one['message']} {one.get('extract', '').strip()!r}"
        for one in said
        if not one["message"].startswith((LANGUAGE_GUESSES, STYLE_GUESSES))
    ]
