"""
Splits of an angpao into slots: in equal parts, or drawn from a seed by the double-mean algorithm.

A split follows from its seed alone, so that anybody who is shown the seed can repeat it; ``static/angpao/js/split.js``
does so in the browser. The commitment, published with the packet, shows later that neither was changed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from angpao.domain.enums import Mode

SEED_BYTES = 32
# Drawn numbers have 48 bits, which JavaScript counts exactly.
_NUMBER_BYTES = 6
_NUMBERS = 256**_NUMBER_BYTES


class _SeededDraws:
    """Uniform draws that follow from a seed: the hashes of the seed and a counter."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def below(self, bound: int) -> int:
        """Return a number from 0 up to but not including ``bound``; numbers that would favour some are skipped."""
        fair = _NUMBERS - _NUMBERS % bound
        while True:
            digest = hashlib.sha256(f"{self._seed}:{self._count}".encode()).digest()
            self._count += 1
            number = int.from_bytes(digest[:_NUMBER_BYTES], "big")
            if number < fair:
                return number % bound


def make_seed() -> str:
    """Return a new secret seed, in hexadecimal."""
    return secrets.token_hex(SEED_BYTES)


def split(mode: Mode, *, total: int, slots: int, least: int, seed: str) -> list[int]:
    """
    Split ``total`` rupiah into so many slots of at least ``least`` rupiah each.

    :raises ValueError: if the total is too little, or not a multiple of the slots in an equal split
    """
    if slots < 1 or total < slots * least:
        raise ValueError("each slot has at least the minimum")
    if mode == Mode.EQUAL:
        if total % slots:
            raise ValueError("equal slots have a total that they divide")
        return [total // slots] * slots
    return _split_lucky(total, slots, least, _SeededDraws(seed))


def commit_to(seed: str, amounts: Sequence[int]) -> str:
    """Return the commitment to a seed and its split: SHA-256 of the seed, a bar and the amounts in rupiah."""
    return hashlib.sha256(f"{seed}|{','.join(map(str, amounts))}".encode()).hexdigest()


def _split_lucky(total: int, slots: int, least: int, draws: _SeededDraws) -> list[int]:
    """
    Draw each slot between the minimum and twice the mean of what is left; the last takes the rest. Then shuffle.

    Later slots vary more than earlier ones, and rounding favours the last: shuffled, all places are alike.
    """
    left = total - slots * least
    amounts = []
    for others in range(slots - 1, 0, -1):
        extra = draws.below(2 * left // (others + 1) + 1)
        amounts.append(least + extra)
        left -= extra
    amounts.append(least + left)
    for last in range(slots - 1, 0, -1):
        other = draws.below(last + 1)
        amounts[last], amounts[other] = amounts[other], amounts[last]
    return amounts
