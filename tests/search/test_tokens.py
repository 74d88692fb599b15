"""Tokens: the same for a document and a query, whatever somebody writes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superapp.core.text_folding import fold
from superapp.search.domain import synonyms, tokens

EVIL = "' \" \\ :* & | ! <-> ( ) % _ - + ^ ; NEAR AND OR NOT * {} [] :: \x00 \u202e"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Gelang manik", ["gelang", "manik"]),
        ("GELANG-Manik's", ["gelang", "manik", "s"]),
        ("Café Ｎｕｓａ ﬁlter", ["cafe", "nusa", "filter"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("كِتَاب عربي", ["كتاب", "عربي"]),
        ("🧿📿", []),
        ("250g 1.5kg", ["250g", "1", "5kg"]),
        ("کتاب\u200cها", ["کتاب", "ها"]),
        (EVIL, ["near", "and", "or", "not"]),
        ("x" * 90, ["x" * 40]),
        ("", []),
    ],
    ids=["plain", "signs", "looks", "case", "arabic", "emoji", "digits", "joiner", "syntax", "long", "empty"],
)
def test_text_is_folded_and_split_into_words(text, words):
    assert tokens.split_words(text) == words


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("makanan", ("makanan", "makan")),
        ("bracelets", ("bracelets", "bracelet")),
        ("kemeja", ("kemeja",)),
        ("tas", ("tas",)),
        ("250g", ("250g",)),
        ("кольцо", ("кольцо",)),
    ],
    ids=["indonesian", "english", "only looks like it", "short", "digits", "another script"],
)
def test_word_has_its_stems(word, forms):
    assert tokens.with_stems(word) == forms


def test_stems_are_the_same_in_many_threads():
    words = [f"ber{letter}{vowel}rikan" for letter in "bcdfghjklm" for vowel in "aiueo"]
    alone = [tokens.with_stems.__wrapped__(word) for word in words]

    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(tokens.with_stems.__wrapped__, words * 20))

    assert together == alone * 20


def test_document_has_a_bounded_number_of_tokens_and_the_title_first():
    found = tokens.document_tokens(["gelang manik", " ".join(f"kata{number}" for number in range(5_000))], scope=255)

    assert len(found) == tokens.TOKENS_MAX
    assert found[:3] == ["§ff", "gelang", "manik"]


@given(st.text(max_size=80))
def test_no_text_looks_like_a_scope_or_an_operator(text):
    for token in tokens.document_tokens([text], scope=None):
        assert token.isalnum()
        assert token == fold(token)[: tokens.WORD_CHARS_MAX]


@given(st.text(max_size=80))
def test_words_of_words_are_the_same_words(text):
    words = tokens.split_words(text)

    assert tokens.split_words(" ".join(words)) == words


# Synonyms.


def test_synonyms_are_found_by_every_word_of_the_group_and_its_stems():
    assert set(synonyms.synonyms_of("bracelets")) == {"gelang", "bracelet"}
    assert synonyms.synonyms_of("gelang") == ("bracelet",)
    assert synonyms.synonyms_of("barongko") == ()


@pytest.mark.parametrize(
    "text", ["hp, ponsel\ntelepon, hp", "hp, telepon genggam", "HP, ponsel"], ids=["twice", "two words", "not folded"]
)
def test_synonyms_that_would_not_be_found_are_refused(text):
    with pytest.raises(ValueError, match=r"two groups|one word"):
        synonyms.parse_groups(text)
