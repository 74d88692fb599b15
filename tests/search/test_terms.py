"""Queries: what somebody types is at most a few plain words, in the syntax of either database."""

from __future__ import annotations

import time

import pytest

from superapp.search.domain import engine_syntax, terms


def syntax(text: str, scope: int | None = None) -> tuple[str, str]:
    made = terms.make_terms(terms.parse_words(text))
    return engine_syntax.to_tsquery(made, scope=scope), engine_syntax.to_fts5(made, scope=scope)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tas untuk anak", ["tas", "anak"]),
        ("untuk yang", ["untuk", "yang"]),
        ("kopi kopi KOPI", ["kopi"]),
        ("a b c d e f g h i j k", ["b", "c", "d", "e", "f", "g", "h", "i"]),
        ("gelang" * 2_000, [("gelang" * 20)[:40]]),
        ("x " * 5_000, ["x"]),
        ("🧿 ' \" *", []),
    ],
    ids=["stop words", "only stop words", "repeated", "many", "long word", "long", "no words"],
)
def test_query_is_a_bounded_number_of_words(text, words):
    assert terms.parse_words(text) == words


def test_expanding_signs_do_not_lengthen_a_query():
    began = time.perf_counter()

    words = terms.parse_words("ﷺ" * 10_000)

    assert len(words) <= terms.WORDS_MAX
    assert time.perf_counter() - began < 0.1


def test_query_is_written_for_both_databases():
    assert syntax("makanan bayi", scope=31) == (
        "'§1f' & ('makanan' | 'makan') & ('bayi' | 'baby' | 'bayi':*)",
        '"§1f" AND ("makanan" OR "makan") AND ("bayi" OR "baby" OR "bayi" *)',
    )


def test_one_letter_is_no_beginning():
    assert syntax("vitamin c")[0] == "('vitamin') & ('c')"
