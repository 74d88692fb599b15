"""
``commit_message.py FILE``: refuse the message of a commit that does not look as CONTRIBUTING.md says.

It is run by ``.githooks/commit-msg`` with whatever Python a machine has, and imports nothing of ours.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

SUBJECT_CHARS_MAX = 72
SUBJECT = re.compile(r"^(?P<apps>[a-z][a-z0-9_-]*(, [a-z][a-z0-9_-]*)*): (?P<sentence>\S.*)$")
# Git writes these itself, and takes the marks of a fixup out again.
MADE_BY_GIT = ("Merge ", "Revert ", "fixup! ", "squash! ", "amend! ")
# Verbs that end like a past tense or a third person, and are neither.
# fmt: off
IMPERATIVES = {
    "access", "address", "bless", "bring", "compress", "cross", "discuss", "dismiss", "embed", "express", "feed",
    "focus", "guess", "harness", "heed", "impress", "kiss", "miss", "need", "pass", "ping", "press", "proceed",
    "process", "progress", "ring", "seed", "shed", "speed", "string", "succeed", "suppress", "toss", "weed",
}
# fmt: on


def breaches(message: str) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with a commit's message; comments of Git do not count."""
    lines = [line.rstrip() for line in message.splitlines() if not line.startswith("#")]
    while lines and not lines[-1]:
        lines.pop()
    subject = lines[0] if lines else ""
    if subject.startswith(MADE_BY_GIT):
        return
    if len(subject) > SUBJECT_CHARS_MAX:
        yield f"The subject has {len(subject)} characters; at most {SUBJECT_CHARS_MAX}."
    matched = SUBJECT.match(subject)
    if matched is None:
        yield "The subject names the app and says what the commit does: `chat: Number messages per conversation`."
    else:
        yield from _sentence_breaches(matched["sentence"])
    if len(lines) < 3 or lines[1]:
        yield "After an empty line, the body says why."


def _sentence_breaches(sentence: str) -> Iterator[str]:
    first = sentence.split()[0]
    if not first[0].isupper():
        yield f"The sentence after the app begins with a capital letter, not with “{first}”."
    if re.search(r"(ed|ing|[^s]s)$", first.lower()) and first.lower() not in IMPERATIVES:
        yield f"The sentence is imperative (“Number”, not “Numbers” or “Numbered”): “{first}”."
    if sentence.endswith("."):
        yield "A subject ends without a full stop."


def main() -> int:
    """Print what is wrong with the message in the file that is named, and return the exit code."""
    found = list(breaches(Path(sys.argv[1]).read_text(encoding="utf-8")))
    for breach in found:
        print(f"commit-msg: {breach}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
