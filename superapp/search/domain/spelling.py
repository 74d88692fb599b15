"""
Spelling: which words of a vocabulary a mistyped word may have meant.

Two words within a distance of each other have a text in common that is left of each when so many letters are deleted
(the symmetric deletes of SymSpell). The vocabulary is therefore kept under all such texts, and a mistyped word finds
its neighbours by equality, however large the vocabulary is.
"""

from __future__ import annotations

from itertools import combinations

SHORT_CHARS_MIN, LONG_CHARS_MIN = 4, 8
# Letters after these are compared, but not deleted: it keeps the number of texts small, and misses no word.
DELETED_FROM_CHARS = 8


def is_correctable(word: str) -> bool:
    """Return whether a word may be a mistyped one: codes, numbers and very short words are taken as they are."""
    return word.isalpha() and len(word) >= SHORT_CHARS_MIN


def distance_allowed(word: str) -> int:
    """Return how many letters of a word may be wrong."""
    return 0 if len(word) < SHORT_CHARS_MIN else 1 if len(word) < LONG_CHARS_MIN else 2


def deletions(word: str) -> set[str]:
    """Return the beginning of a word with as many letters deleted as may be wrong, or fewer."""
    start = word[:DELETED_FROM_CHARS]
    counts = range(len(start) - distance_allowed(word), len(start) + 1)
    return {"".join(left) for count in counts for left in combinations(start, count)}


def near_distance(mistyped: str, word: str) -> int | None:
    """Return the distance of two words; None if it is more than the shorter of them allows."""
    found = distance(mistyped, word)
    return found if found <= min(distance_allowed(mistyped), distance_allowed(word)) else None


def distance(one: str, other: str) -> int:
    """
    Return the number of letters to insert, remove, replace or swap with their neighbour (optimal string alignment).
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        earlier, before, row = before, row, [place]
        for column, other_letter in enumerate(other, 1):
            cost = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != other_letter))
            is_swap = place > 1 and column > 1 and letter == other[column - 2] and one[place - 2] == other_letter
            row.append(min(cost, earlier[column - 2] + 1) if is_swap else cost)
    return row[-1]
