"""Makes the data of the emoji picker from Unicode's annotations; see ``make emoji``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

TARGET = Path(__file__).resolve().parents[2] / "static" / "chat" / "emoji.json"
ABOUT = (
    "Names and keywords: Unicode CLDR, Unicode License V3 (cldr-annotations-full, cldr-annotations-derived-full)."
    " Order and groups: Unicode emoji-test, MIT (unicode-emoji-json). Made by `make emoji`."
)
# Newer ones are missing in the fonts of phones of the last years.
VERSION_MAX = 15.1
LANGUAGES = ("id", "en")
# Indonesian words around prayer and Lebaran, which those of CLDR lack. A ketupat is no emoji: rice in a leaf, and
# pressed rice, come nearest.
OWN_KEYWORDS = {
    "🕌": "salat sholat shalat lebaran idulfitri",
    "🤲": "salat sholat shalat",
    "🙇": "salat sholat shalat",
    "🛐": "salat sholat shalat",
    "📿": "salat sholat shalat zikir",
    "🌙": "lebaran idulfitri puasa",
    "🙏": "lebaran idulfitri maaf",
    "🫔": "ketupat lontong lebaran",
    "🍙": "ketupat lontong",
}
VARIATION = "\ufe0f"


class Command(BaseCommand):
    help = "Generate the emoji picker's data from unpacked npm packages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sources", type=Path, help="directory with one folder per package, named like the package")

    def handle(self, *args: Any, sources: Path, **options: Any) -> None:
        annotations = {language: _read_annotations(sources, language) for language in LANGUAGES}
        groups = json.loads((sources / "unicode-emoji-json" / "data-by-group.json").read_text())
        made = {
            "about": ABOUT,
            "groups": [
                {"name": group["slug"], "emoji": [_entry(one, annotations) for one in _shown(group["emojis"])]}
                for group in groups
            ],
        }
        lines = json.dumps(made, ensure_ascii=False, separators=(",", ":")).replace('["', '\n["')
        TARGET.write_text(lines + "\n")


def _shown(emoji: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in emoji if float(one["emoji_version"]) <= VERSION_MAX]


def _read_annotations(sources: Path, language: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for package, key in (("annotations", "annotations"), ("annotations-derived", "annotationsDerived")):
        path = sources / f"cldr-{package}-full" / key / language / "annotations.json"
        found |= json.loads(path.read_text())[key]["annotations"]
    return found


def _entry(one: dict[str, Any], annotations: dict[str, dict[str, dict[str, list[str]]]]) -> list[Any]:
    """Return an emoji, whether it has skin tones, and for each language its name and further keywords."""
    emoji = one["emoji"]
    entry = [emoji, int(one["skin_tone_support"])]
    for language in LANGUAGES:
        known = annotations[language].get(emoji.replace(VARIATION, "")) or annotations[language].get(emoji, {})
        name = (known.get("tts") or [one["name"]])[0]
        in_name = set(name.casefold().replace(":", " ").split())
        words = [word for phrase in known.get("default", []) for word in phrase.casefold().split()]
        words += OWN_KEYWORDS.get(emoji, "").split() if language == "id" else []
        entry += [name, " ".join(dict.fromkeys(word for word in words if word not in in_name))]
    return entry
