"""
Words of region names and of searches for them.

Both are folded alike, so that "ja’an", "Ja'an" and "JAAN" are the same word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from superapp.core.text_folding import fold

# Raise it after a change that gives a name other words: the regions are then loaded anew.
WORDS_VERSION = 1
QUERY_CHARS_MAX = 100
QUERY_WORDS_MAX = 6
# Shorter words are compared as a whole: too many names begin with them.
PREFIX_CHARS_MIN = 3

# Marks within a word, such as that of a glottal stop.
_MARKS = re.compile("['\"`´‘’ʼ]")
_WORD = re.compile(r"[a-z0-9]+")
# Words that say of which kind a region is. People write them or leave them out, and names of villages lack them.
_KINDS_LEFT_OUT = frozenset(["desa", "kel", "kelurahan", "kec", "kecamatan", "kab", "prov", "provinsi", "propinsi"])
# Words of the names of regencies that say nothing about which one it is.
KINDS_IN_NAMES = frozenset(("kabupaten", "kota", "administrasi"))
_ABBREVIATIONS = {
    "babel": "bangka belitung",
    "diy": "istimewa yogyakarta",
    "jabar": "jawa barat",
    "jakbar": "jakarta barat",
    "jakpus": "jakarta pusat",
    "jaksel": "jakarta selatan",
    "jaktim": "jakarta timur",
    "jakut": "jakarta utara",
    "jateng": "jawa tengah",
    "jatim": "jawa timur",
    "jogja": "yogyakarta",
    "kalbar": "kalimantan barat",
    "kalsel": "kalimantan selatan",
    "kalteng": "kalimantan tengah",
    "kaltim": "kalimantan timur",
    "kaltara": "kalimantan utara",
    "kepri": "kepulauan riau",
    "ntb": "nusa tenggara barat",
    "ntt": "nusa tenggara timur",
    "sulbar": "sulawesi barat",
    "sulsel": "sulawesi selatan",
    "sulteng": "sulawesi tengah",
    "sultra": "sulawesi tenggara",
    "sulut": "sulawesi utara",
    "sumbar": "sumatera barat",
    "sumsel": "sumatera selatan",
    "sumut": "sumatera utara",
}
# Names that people use beside the official one, and villages elsewhere have.
_OTHER_NAMES = {"solo": "surakarta"}


def split_words(text: str) -> list[str]:
    """Return the folded words of a text: letters a to z and digits, without accents and marks within a word."""
    return _WORD.findall(fold(_MARKS.sub("", text)))


def list_index_words(name: str) -> list[tuple[str, int]]:
    """
    List the words under which a name is found, each with the number of words of the name that it leaves out.

    The name as one word is among them, since "Lebak Gede" is also written "Lebakgede".
    """
    words = list(dict.fromkeys(split_words(name)))
    telling = [word for word in words if word not in KINDS_IN_NAMES] or words
    found = {word: len(telling) - (word in telling) for word in words}
    if len(telling) > 1:
        found.setdefault("".join(telling), 0)
    return list(found.items())


def parse_query(text: str) -> list[str]:
    """Return the words of a search: abbreviations written out, kinds of regions left out, at most six."""
    written = split_words(text[:QUERY_CHARS_MAX])
    told = [word for word in written if word not in _KINDS_LEFT_OUT] or written
    words = " ".join(_ABBREVIATIONS.get(word, word) for word in told).split()
    return list(dict.fromkeys(words))[:QUERY_WORDS_MAX]


def list_readings(words: list[str]) -> Iterator[list[str]]:
    """
    List the ways to read a search, from the likeliest: as written, with official names for others ("solo"), with each
    two neighbours as one word ("lebak gede").
    """
    if words:
        yield words
    official = [_OTHER_NAMES.get(word, word) for word in words]
    if official != words:
        yield official
    for place in range(len(words) - 1):
        yield [*words[:place], words[place] + words[place + 1], *words[place + 2 :]]
