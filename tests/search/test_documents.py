"""Searches of documents: the same on both databases, bounded, and corrected only where no document has the word."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from django.db.models import Q

from shop.models import ProductDocument
from shop.queries.product_documents import PRODUCTS
from superapp.search import api as search
from superapp.search import contracts
from superapp.search.actions import vocabulary as forgetting
from superapp.search.domain import terms, tokens
from superapp.search.maintenance import periodic_tasks
from superapp.search.models import IndexState, VocabularyEntry
from superapp.search.queries import documents, vocabulary
from superapp.search.queries.collections import collections
from superapp.search.writers.document_writer import write_documents
from tests.search.conftest import make_document

pytestmark = pytest.mark.django_db


# What is found.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gelang", [2, 1]),
        ("GELANG MANIK", [1]),
        ("manik gelang", [1]),
        ("gel", [2, 1]),
        ("gelang man", [1]),
        ("bracelets", [2, 1]),
        ("gelang kalung", []),
        ("café", [4]),
        ("makan", [5]),
        ("makanan untuk bayi", [5]),
        ("كتاب", [6]),
        ("كِتَاب", [6]),
        ("🧿", []),
        ("", []),
        ("   ", []),
    ],
)
def test_all_words_must_occur_by_word_stem_synonym_or_beginning(write, find, text, expected):
    write("Gelang manik", "Gelang tenun", "Kalung", "Cafe latte", "Makanan bayi", "كتاب")

    assert find(text) == expected


def test_title_ranks_before_beginnings_and_other_texts(find):
    made = [
        make_document(1, "Kopi arabika"),
        make_document(2, "Kopiah hitam"),
        make_document(3, "Cangkir", "untuk kopi"),
        make_document(4, "Gula untuk kopi"),
    ]
    write_documents(collections[PRODUCTS], made, gone=())

    assert find("kopi") == [1, 4, 2, 3]


def test_search_keeps_to_its_scope_and_to_conditions(find):
    made = [make_document(pk, "Gelang", scope=pk % 2, price=pk * 100) for pk in range(1, 7)]
    write_documents(collections[PRODUCTS], made, gone=())

    assert find("gelang", scope=1) == [5, 3, 1]
    assert find("gelang", scope=7) == []
    assert find("gelang", where=Q(price_sen__gte=300, price_sen__lte=500)) == [5, 4, 3]
    assert find("gelang", order="price_sen") == [1, 2, 3, 4, 5, 6]
    assert find("gelang", order="-price_sen", scope=0) == [6, 4, 2]


def test_facets_of_candidates_are_returned(write):
    write("Gelang")

    (found,) = search.search(PRODUCTS, search.SearchRequest(text="gelang", columns=("town", "price_sen"))).candidates

    assert found.facets == ("Solo", 100)


def test_document_is_replaced_and_deleted(write, find):
    write("Gelang", "Kalung")
    collection = collections[PRODUCTS]

    write_documents(collection, [make_document(1, "Cincin")], gone={2})

    assert find("gelang") == find("kalung") == []
    assert find("cincin") == [1]
    assert list(ProductDocument.objects.values_list("pk", flat=True)) == [1]


@pytest.mark.parametrize("order", ["", "-id", "price_sen"], ids=["relevance", "newest", "price"])
def test_candidates_are_bounded_and_said_to_be(monkeypatch, find, write, order):
    monkeypatch.setattr(documents, "CANDIDATES_MAX", 3)
    write("Gelang", "Gelang", "Gelang")
    assert not search.search(PRODUCTS, search.SearchRequest(text="gelang", order=order)).is_truncated
    write("Gelang", "Gelang", "Gelang", "Gelang")

    found = search.search(PRODUCTS, search.SearchRequest(text="gelang", order=order))

    assert found.is_truncated
    assert [one.id for one in found.candidates] == [4, 3, 2]


def test_search_takes_one_query_if_it_finds_something(write, find, django_assert_num_queries):
    write(*["Gelang manik"] * 40)

    with django_assert_num_queries(1):
        assert len(find("gelang manik")) == 40


# Mistyped words.


@pytest.mark.parametrize(
    ("text", "searched", "expected"),
    [
        ("gelnag", ("gelang",), [1, 2]),
        ("glang mnik", ("gelang", "manik"), [1]),
        ("selemdang gelang", ("selendang", "gelang"), [2]),
    ],
    ids=["swapped", "two", "one of two"],
)
def test_word_that_no_document_has_is_replaced_by_the_nearest(write, text, searched, expected):
    write("Gelang manik", "Selendang gelang", "Kalung")

    found = search.search(PRODUCTS, search.SearchRequest(text=text))

    assert found.is_corrected
    assert found.words == searched
    assert [one.id for one in found.candidates] == expected


def test_words_stay_as_they_are_if_one_of_them_is_near_to_nothing(write):
    write("Gelang manik", "Kalung")

    found = search.search(PRODUCTS, search.SearchRequest(text="glang zzzzz"))

    assert (found.is_corrected, found.words, found.candidates) == (False, ("glang", "zzzzz"), ())


def test_word_that_a_document_has_is_never_replaced(write):
    write("Gelang manik", "Gelas", "Kalung")

    found = search.search(PRODUCTS, search.SearchRequest(text="gelas kalung"))

    assert (found.is_corrected, found.candidates, found.words) == (False, (), ("gelas", "kalung"))


def test_more_frequent_of_equally_near_words_is_taken(write):
    write("Kain tenur", "Kain tenun", "Syal tenun")

    found = search.search(PRODUCTS, search.SearchRequest(text="tenum"))

    assert found.words == ("tenun",)


def test_word_of_documents_that_are_gone_is_not_suggested(write, find):
    write("Gelang", "Gelanggang")
    write_documents(collections[PRODUCTS], [], gone={1})

    assert VocabularyEntry.objects.filter(word="gelang").exists()
    assert search.search(PRODUCTS, search.SearchRequest(text="gelamg")).is_corrected is False


def test_words_of_long_texts_are_not_in_the_vocabulary():
    write_documents(collections[PRODUCTS], [make_document(1, "Gelang", "karangan bebas siapa saja")], gone=())

    assert set(VocabularyEntry.objects.values_list("word", flat=True)) == {"gelang"}


def test_nearest_word_is_found_behind_many_that_are_gone(write):
    gone = [f"gelan{letter}" for letter in "abcdefhijklmnop"]
    write("Gelang", *gone)
    write_documents(collections[PRODUCTS], [], gone=set(range(2, 2 + len(gone))))

    assert search.search(PRODUCTS, search.SearchRequest(text="gelanx")).words == ("gelang",)


def test_look_ups_of_a_mistyped_word_are_bounded(monkeypatch, write):
    monkeypatch.setattr(vocabulary, "LOOK_UPS_MAX", 3)
    write("Gelangg", "Gelana", "Gelanb", "Gelanc", "Geland")
    write_documents(collections[PRODUCTS], [], gone={2, 3, 4, 5})

    assert not search.search(PRODUCTS, search.SearchRequest(text="gelanx")).is_corrected


def test_more_mistyped_words_than_two_are_left_as_they_are(write):
    write("Gelang manik hijau")

    assert search.search(PRODUCTS, search.SearchRequest(text="glang mnik hijau")).is_corrected
    assert not search.search(PRODUCTS, search.SearchRequest(text="glang mnik hijua")).is_corrected


@pytest.mark.parametrize("at_once", [1, 2, 200])
def test_vocabulary_forgets_words_that_no_document_has(monkeypatch, write, at_once):
    monkeypatch.setattr(forgetting, "WORDS_AT_ONCE", at_once)
    IndexState.objects.create(collection=PRODUCTS, version=tokens.VERSION)
    write("Gelang manik", "Selendang", "Kalung")
    write_documents(collections[PRODUCTS], [], gone={2})

    forgotten = sum(periodic_tasks.tidy_vocabularies(datetime.now(UTC)) for _step in range(6))

    assert forgotten == 1
    assert set(VocabularyEntry.objects.values_list("word", flat=True)) == {"gelang", "manik", "kalung"}
    assert search.search(PRODUCTS, search.SearchRequest(text="glang")).words == ("gelang",)

    write_documents(collections[PRODUCTS], [make_document(2, "Selendang")], gone=())
    assert search.search(PRODUCTS, search.SearchRequest(text="selemdang")).words == ("selendang",)


# Suggestions.


def test_suggestions_go_on_with_what_is_typed(write):
    write("Gelang manik", "Gelang manik hijau", "Gelas")

    assert search.suggest(PRODUCTS, "gel") == ["gelang", "gelas", "gelang manik"]
    assert search.suggest(PRODUCTS, "gelang m") == []
    assert search.suggest(PRODUCTS, "gelang ma", scope=2) == []
    assert search.suggest(PRODUCTS, "g") == []
    assert search.suggest(PRODUCTS, "'") == []


# Both databases find the same.

WORDS = """
    gelang manik manikan kalung kalungan kopi kopiah makan makanan dimakan minum minuman batik membatik café cafe
    straße strasse tas tasbih kemeja meja 250g 1 c §1 كتاب كتب книга 日本 日本語 a an untuk anak kids shirt hp ponsel
    ring rings cincin ema emas and or not near
"""


def test_both_databases_find_what_the_tokens_say():
    """Each run of the suite compares its database with the same sets of tokens: so the two are equal."""
    chance, vocabulary = random.Random(29), WORDS.split()
    texts = {pk: (chance.sample(vocabulary, chance.randint(1, 3)), chance.sample(vocabulary, 4)) for pk in range(300)}
    made = [make_document(pk, " ".join(a), " ".join(b), scope=pk % 3) for pk, (a, b) in texts.items()]
    write_documents(collections[PRODUCTS], made, gone=())
    kept = {document.pk: (document.scope, set(document.tokens.split())) for document in made}
    counts = []

    for _query in range(400):
        text = " ".join(chance.sample(vocabulary, chance.randint(1, 3)))[: chance.randint(1, 20)]
        scope = chance.choice((None, None, 1))
        request = search.SearchRequest(text=text, scope=scope)
        found = {one.id for one in documents._list_candidates(collections[PRODUCTS], terms.parse_words(text), request)}
        made_terms = terms.make_terms(terms.parse_words(text))
        expected = {
            pk
            for pk, (of, had) in kept.items()
            if made_terms and scope in (None, of) and all(_has(had, term) for term in made_terms)
        }
        assert found == expected, text
        counts.append(len(found))

    assert sum(1 for count in counts if count) > 200


def _has(had: set[str], term: terms.Term) -> bool:
    return bool(had & set(term.alternatives)) or (term.is_prefix and any(one.startswith(term.word) for one in had))


@pytest.mark.parametrize(
    "text",
    [
        "' OR 1=1 --",
        '"gelang',
        "gelang* AND NOT kalung",
        "NEAR(gelang kalung)",
        "tokens:gelang",
        "gelang:*",
        "!gelang",
        "gelang <-> manik",
        "(gelang",
        "\\'gelang",
        "§1",
        "^gelang",
        "{tokens}: x",
        "gelang\x00manik",
        "\ud800",
        "%_%",
        "🧿gelang🧿",
        "\u202egnaleg",
        "'" * 10_000,
        "gelang " * 2_000,
        "(" * 10_000,
    ],
    ids=range(21),
)
def test_no_text_is_an_operator_or_an_error(write, text):
    write("Gelang manik", "Kalung")

    found = search.search(PRODUCTS, search.SearchRequest(text=text))
    search.suggest(PRODUCTS, text)

    words = terms.parse_words(text)
    assert ({one.id for one in found.candidates} == {1}) is (words in (["gelang"], ["gelang", "manik"]))
    assert len(found.words) <= terms.WORDS_MAX


def test_facade_names_the_bounds():
    assert (search.CANDIDATES_MAX, search.COUNT_MAX) == (2_000, 1_000)
    assert contracts.CANDIDATES_MAX > contracts.COUNT_MAX
    assert tokens.VERSION >= 1
