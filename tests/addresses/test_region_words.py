"""Words of regions: folded alike in names and searches, abbreviations written out."""

from __future__ import annotations

import pytest

from superapp.addresses.domain.region_words import list_index_words, list_readings, parse_query, split_words
from superapp.addresses.domain.regions import RegionLevel, get_level, get_parent, is_region_code, list_ancestors


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Cibeunying Kidul", ["cibeunying", "kidul"]),
        ("JA'AN", ["jaan"]),
        ("Ja’an", ["jaan"]),
        ("Grong-grong", ["grong", "grong"]),
        ("Pulo Lon / Pulo Dayah", ["pulo", "lon", "pulo", "dayah"]),
        ("Café Ｂａｎｄｕｎｇ", ["cafe", "bandung"]),
        ("İzmir", ["izmir"]),
        ("<b>=1+1</b>", ["b", "1", "1", "b"]),
        ("\u202e \x00", []),
    ],
    ids=lambda value: ascii(value)[:20] if isinstance(value, str) else "words",
)
def test_words_are_folded_and_separated(text, words):
    assert split_words(text) == words


def test_name_is_found_by_each_word_and_as_one_word():
    assert list_index_words("Lebak Gede") == [("lebak", 1), ("gede", 1), ("lebakgede", 0)]
    assert list_index_words("Cikutra") == [("cikutra", 0)]


def test_kind_of_a_regency_is_no_part_of_its_name():
    assert list_index_words("Kota Bandung") == [("kota", 1), ("bandung", 0)]
    assert list_index_words("Kota Administrasi Jakarta Pusat") == [
        ("kota", 2),
        ("administrasi", 2),
        ("jakarta", 1),
        ("pusat", 1),
        ("jakartapusat", 0),
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("cikutra bandung", ["cikutra", "bandung"]),
        ("Kel. Cikutra, Kec. Cibeunying Kidul", ["cikutra", "cibeunying", "kidul"]),
        ("tebet jaksel", ["tebet", "jakarta", "selatan"]),
        ("kelurahan", ["kelurahan"]),
        ("bandung Bandung BANDUNG", ["bandung"]),
        ("satu dua tiga empat lima enam tujuh delapan", ["satu", "dua", "tiga", "empat", "lima", "enam"]),
        ("a" * 10_000, ["a" * 100]),
        ("", []),
        (" '\" ", []),
    ],
    ids=str,
)
def test_search_is_parsed_into_at_most_six_telling_words(typed, words):
    assert parse_query(typed) == words


def test_search_is_read_as_written_then_by_official_names_then_with_joined_words():
    assert list(list_readings(["banjarsari", "solo"])) == [
        ["banjarsari", "solo"],
        ["banjarsari", "surakarta"],
        ["banjarsarisolo"],
    ]
    assert list(list_readings([])) == []


def test_code_tells_its_level_and_its_ancestors():
    assert [get_level(code) for code in ("32", "32.73", "32.73.14", "32.73.14.1002")] == list(RegionLevel)
    assert list_ancestors("32.73.14.1002") == ["32", "32.73", "32.73.14"]
    assert (get_parent("32.73"), get_parent("32")) == ("32", "")


@pytest.mark.parametrize(
    "text", ["", "3", "3273", "32.73.14.100", "32.73.14.1002 ", "３２", "32.7x", "32.73.14.1002.1"]
)
def test_text_of_another_form_is_no_code(text):
    assert not is_region_code(text)
