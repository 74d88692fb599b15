"""Mistyped words: near words are found by equality, exactly as if each word had been compared."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superapp.search.domain import spelling
from superapp.search.domain.completions import complete


@pytest.mark.parametrize(
    ("mistyped", "word", "is_near"),
    [
        ("gelnag", "gelang", True),
        ("glang", "gelang", True),
        ("gelanng", "gelang", True),
        ("gelamg", "gelang", True),
        ("galeng", "gelang", False),
        ("selendan", "selendang", True),
        ("selemdamg", "selendang", True),
        ("kalung", "gelang", False),
        ("tas", "tes", False),
        ("tass", "tas", False),
    ],
)
def test_distance_allows_one_letter_in_short_words_and_two_in_long_ones(mistyped, word, is_near):
    assert (spelling.near_distance(mistyped, word) is not None) is is_near
    assert spelling.near_distance(word, mistyped) == spelling.near_distance(mistyped, word)


WORDS = st.text(alphabet="abcd", min_size=4, max_size=12)


@given(WORDS, st.randoms(use_true_random=False))
def test_every_near_word_shares_a_deletion(word, chance):
    mistyped = _mistype(word, chance)

    if spelling.near_distance(mistyped, word) is not None:
        assert spelling.deletions(mistyped) & spelling.deletions(word)


@given(WORDS, WORDS)
def test_distance_is_symmetric_and_zero_only_for_the_same_word(one, other):
    assert spelling.distance(one, other) == spelling.distance(other, one)
    assert (spelling.distance(one, other) == 0) is (one == other)


@pytest.mark.parametrize("word", ["abc", "sku123", "12345", ""])
def test_codes_and_very_short_words_are_taken_as_they_are(word):
    assert not spelling.is_correctable(word)


def test_deletions_of_the_longest_word_are_few():
    assert len(spelling.deletions("abcdefghijklmnopqrstuvwxyzabcdefghijklmn")) == 1 + 8 + 28


def _mistype(word: str, chance: random.Random) -> str:
    letters = list(word)
    for _time in range(2):
        place = chance.randrange(len(letters))
        way = chance.choice(("remove", "insert", "replace", "swap"))
        if way == "remove":
            del letters[place]
        elif way == "insert":
            letters.insert(place, chance.choice("abcd"))
        elif way == "replace":
            letters[place] = chance.choice("abcd")
        elif place:
            letters[place - 1], letters[place] = letters[place], letters[place - 1]
    return "".join(letters)


# Completions.

TITLES = [" gelang manik hijau ", " gelang manik ", " gelang tenun ", " gelas kopi ", " kalung "]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["gel"], ["gelang", "gelas", "gelang manik", "gelang tenun", "gelas kopi"]),
        (["gelang", "m"], ["gelang manik", "gelang manik hijau"]),
        (["gelang"], ["gelang manik", "gelang tenun"]),
        (["cincin"], []),
    ],
    ids=["beginning", "second word", "whole word", "nothing"],
)
def test_completions_are_words_and_pairs_of_titles_the_most_frequent_first(words, expected):
    assert complete(words, TITLES) == expected
