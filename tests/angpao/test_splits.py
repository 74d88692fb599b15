"""Splits: exact sums, minimums, fairness in expectation, and commitments."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angpao.domain import splits
from angpao.domain.enums import Mode

VECTORS = Path(__file__).parent.parent / "js" / "angpao_splits.json"


@given(
    slots=st.integers(1, 60),
    least=st.integers(1, 5_000),
    extra=st.integers(0, 2_000_000),
    seed=st.binary(min_size=32, max_size=32).map(bytes.hex),
)
def test_lucky_split_is_exact_and_no_slot_is_below_the_minimum(slots, least, extra, seed):
    total = slots * least + extra

    amounts = splits.split(Mode.LUCKY, total=total, slots=slots, least=least, seed=seed)

    assert (len(amounts), sum(amounts)) == (slots, total)
    assert min(amounts) >= least


@given(slots=st.integers(1, 500), each=st.integers(1_000, 100_000))
def test_equal_split_gives_everybody_the_same(slots, each):
    amounts = splits.split(Mode.EQUAL, total=slots * each, slots=slots, least=1_000, seed="")

    assert amounts == [each] * slots


def test_every_place_in_line_is_fair_in_expectation():
    rounds, slots, total = 6_000, 4, 44_000
    sums = [0] * slots
    for number in range(rounds):
        amounts = splits.split(Mode.LUCKY, total=total, slots=slots, least=1_000, seed=f"{number:064x}")
        sums = [so_far + amount for so_far, amount in zip(sums, amounts, strict=True)]

    # The mean of a place is 11,000; its standard error here is about 80.
    assert [abs(one / rounds - total / slots) < 400 for one in sums] == [True] * slots


def test_draws_are_uniform_over_a_bound_that_does_not_divide_their_range():
    draws = splits._SeededDraws("00")
    counts = [0, 0, 0]
    for _draw in range(9_000):
        counts[draws.below(3)] += 1

    assert [abs(count - 3_000) < 250 for count in counts] == [True, True, True]


@pytest.mark.parametrize(
    ("mode", "total", "slots", "reason"),
    [
        (Mode.EQUAL, 1_998, 2, "each slot"),
        (Mode.LUCKY, 1_999, 2, "each slot"),
        (Mode.EQUAL, 5_000, 0, "each slot"),
        (Mode.EQUAL, 10_001, 2, "equal slots"),
    ],
)
def test_impossible_split_is_refused(mode, total, slots, reason):
    with pytest.raises(ValueError, match=reason):
        splits.split(mode, total=total, slots=slots, least=1_000, seed="00")


def test_seed_is_drawn_anew_and_has_256_bits():
    one, other = splits.make_seed(), splits.make_seed()

    assert len(bytes.fromhex(one)) == 32
    assert one != other


def test_commitment_is_the_hash_of_seed_and_split():
    assert splits.commit_to("ab12", [3, 4]) == hashlib.sha256(b"ab12|3,4").hexdigest()
    assert splits.commit_to("ab12", [4, 3]) != splits.commit_to("ab12", [3, 4])


def test_browser_and_server_share_their_vectors():
    vectors = json.loads(VECTORS.read_text())

    assert len(vectors) == 4
    for one in vectors:
        amounts = splits.split(
            Mode(one["mode"]), total=one["total"], slots=one["slots"], least=one["least"], seed=one["seed"]
        )
        assert (amounts, splits.commit_to(one["seed"], amounts)) == (one["amounts"], one["commitment"])


def test_drawn_numbers_that_would_favour_some_are_skipped(monkeypatch):
    """Of a byte, 200 to 255 would come out as 0 to 55, which came twice as often then."""
    monkeypatch.setattr(splits, "_NUMBERS", 256)
    monkeypatch.setattr(splits, "_NUMBER_BYTES", 1)
    hashed = [hashlib.sha256(f"seed:{count}".encode()).digest()[0] for count in range(100)]
    fair = [number for number in hashed if number < 200]
    draws = splits._SeededDraws("seed")

    assert 0 < len(fair) < len(hashed)
    assert [draws.below(200) for _number in fair] == fair


def test_greatest_number_of_all_is_skipped_where_it_would_favour_one(monkeypatch):
    """Divided by three, 48 bits leave one number over: the greatest."""
    hashed = iter([b"\xff" * 32, b"\xff" * 5 + b"\xfe" + bytes(26)])
    monkeypatch.setattr(
        splits, "hashlib", SimpleNamespace(sha256=lambda _text: SimpleNamespace(digest=lambda: next(hashed)))
    )

    assert splits._SeededDraws("00").below(3) == (2**48 - 2) % 3
