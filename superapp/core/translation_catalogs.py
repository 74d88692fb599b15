"""Extraction of translatable strings from code and templates into the translation catalogs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LANGUAGE = "id"
# The positions of the string, its plural and its context among the arguments of a call.
ARGUMENTS = {
    "_": (0, None, None),
    "gettext": (0, None, None),
    "gettext_lazy": (0, None, None),
    "gettext_noop": (0, None, None),
    "ngettext": (0, 1, None),
    "ngettext_lazy": (0, 1, None),
    "pgettext": (1, None, 0),
    "pgettext_lazy": (1, None, 0),
    "npgettext": (1, 2, 0),
    "npgettext_lazy": (1, 2, 0),
}
CALL = re.compile(r"(?<![\w.])(" + "|".join(sorted(ARGUMENTS, key=len, reverse=True)) + r")\(")


@dataclass(frozen=True, slots=True, order=True)
class TranslatableString:
    """A translatable string in English; ``plural`` and ``context`` are empty if it has none."""

    text: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> str | tuple[str, str]:
        return (self.text, self.plural) if self.plural else self.text


def extract_from_app(directory: Path) -> set[TranslatableString]:
    """Return every translatable string of an app's code and templates."""
    found: set[TranslatableString] = set()
    # The strings of the settings belong to no app and are translated with the app ``web``.
    settings = directory.parent.glob("settings.py") if directory.name == "web" else ()
    for path in sorted([*directory.rglob("*.py"), *settings]):
        if "migrations" not in path.parts:
            found.update(extract_from_code(path.read_text()))
    for path in sorted((directory / "templates").rglob("*")):
        if path.suffix in (".html", ".txt", ".webmanifest"):
            found.update(extract_from_template(path.read_text()))
    return found


def extract_from_code(source: str) -> Iterator[TranslatableString]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _of_call(node)


def extract_from_template(source: str) -> Iterator[TranslatableString]:
    code = templatize(source)
    for match in CALL.finditer(code):
        call = _call_at(code, match.start())
        if call is not None:
            yield from _of_call(call)


def _call_at(code: str, start: int) -> ast.Call | None:
    # Text between the calls is not Python: the call ends at the first bracket that makes it valid.
    for bracket in re.finditer(r"\)", code[start:]):
        try:
            parsed = ast.parse(code[start : start + bracket.end()], mode="eval").body
        except SyntaxError:
            continue
        return parsed if isinstance(parsed, ast.Call) else None
    return None


def _of_call(call: ast.Call) -> Iterator[TranslatableString]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in ARGUMENTS:
        return
    texts = [_text_of(call, place) for place in ARGUMENTS[name]]
    if texts[0]:
        yield TranslatableString(*texts)


def _text_of(call: ast.Call, place: int | None) -> str:
    argument = call.args[place] if place is not None and place < len(call.args) else None
    value = argument.value if isinstance(argument, ast.Constant) else None
    return value if isinstance(value, str) else ""


def catalog_path(directory: Path) -> Path:
    return directory / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def read_catalog(directory: Path) -> Catalog:
    """Read an app's catalog; return an empty one if there is none yet."""
    path = catalog_path(directory)
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def list_untranslated(directory: Path) -> list[TranslatableString]:
    """List the strings of an app that have no Indonesian translation."""
    catalogue = read_catalog(directory)
    missing = []
    for sentence in sorted(extract_from_app(directory)):
        message = catalogue.get(sentence.key, sentence.context or None)
        texts = message.string if message is not None else ""
        if message is None or message.fuzzy or not texts or not all(texts):
            missing.append(sentence)
    return missing


def render_catalog(directory: Path) -> bytes:
    """
    Render an app's up-to-date catalog: all strings, in order, with the existing translations.

    It contains no times and no line numbers, so that it changes only when a string does.
    """
    before = read_catalog(directory)
    after = Catalog(locale=LANGUAGE, fuzzy=False, header_comment="# What people read in Indonesian.")
    after.mime_headers = [("Plural-Forms", "nplurals=1; plural=0;")]
    for sentence in sorted(extract_from_app(directory)):
        known = before.get(sentence.key, sentence.context or None)
        after.add(
            sentence.key,
            known.string if known is not None else "",
            context=sentence.context or None,
            user_comments=known.user_comments if known is not None else (),
            flags=known.flags if known is not None else (),
        )
    file = BytesIO()
    write_po(file, after, width=120, no_location=True)
    # Author, time and tools are known from the history of the repository.
    kept = ("Language:", "MIME-Version:", "Content-Type:", "Content-Transfer-Encoding:", "Plural-Forms:")
    header, between, rest = file.getvalue().partition(b"\n\n")
    lines = [line for line in header.split(b"\n") if not line.startswith(b'"') or line[1:].startswith(_bytes(kept))]
    return b"\n".join(lines) + between + rest


def _bytes(texts: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(text.encode() for text in texts)
