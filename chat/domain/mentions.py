"""
Mentions in the text of a message: the stretches that name a mentioned person with an @.

``#chat/mentions.js`` does the same, and ``tests/js/mentions.json`` holds the cases for both.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from chat.domain.extras import ALL, MessageExtras
from chat.domain.formatting import Block, Line, Run
from superapp.accounts.api import PersonRow

# The words for everybody, in each language: a text keeps the one that its writer used.
ALL_WORDS = ("semua", "all")
# The letter of the style of a mention.
STYLE = "m"


def names_in(extras: MessageExtras | None, people: Iterable[PersonRow]) -> tuple[str, ...]:
    """Return the names that a message mentions, as they stand in its text, of the people that are known."""
    if extras is None or not extras.mentions:
        return ()
    known = {person["id"]: (person["name"],) for person in people if person["name"]} | {ALL: ALL_WORDS}
    return tuple(name for one in extras.mentions for name in known.get(one, ()))


def mark_mentions(blocks: list[Block], names: Collection[str]) -> list[Block]:
    """Give each mention of these names its style; code and addresses are left alone."""
    if not names:
        return blocks
    # The longest first: of "Ana" and "Ana Wulan" the latter is meant where both fit.
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    pattern = re.compile(rf"(?<!\w)@(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    return [
        Block(block.kind, [Line(list(_split(line.runs, pattern)), line.number) for line in block.lines])
        for block in blocks
    ]


def _split(runs: list[Run], pattern: re.Pattern[str]) -> Iterator[Run]:
    for run in runs:
        if set(run.style) & {"a", "c"}:
            yield run
            continue
        end = 0
        for match in pattern.finditer(run.text):
            if match.start() > end:
                yield Run(run.text[end : match.start()], run.style)
            yield Run(match[0], run.style + STYLE)
            end = match.end()
        if end < len(run.text):
            yield Run(run.text[end:], run.style)
