"""Reads of regions: by code, within each other, and by words."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from django.db import connection
from django.db.models import Q

from superapp.addresses.contracts import RegionPath, RegionRow
from superapp.addresses.domain.region_words import PREFIX_CHARS_MIN, list_readings, parse_query
from superapp.addresses.domain.regions import is_region_code, list_ancestors
from superapp.addresses.models import Region, RegionDataset, RegionWord

FOUND_MAX = 20
# After every character of a folded word.
_LAST_CHAR = "\U0010ffff"
# What it costs a result that a word is only begun, and that it is in the name of an ancestor.
_BEGUN, _OF_ANCESTOR = 2, 1


# By the code of a region with a word of a search in its name: whether only the beginning of one, and how many words of
# the name are left out.
Hits = dict[str, tuple[bool, int]]


def fetch_dataset_version() -> str:
    """Return the version of the loaded dataset; empty if none is loaded."""
    return RegionDataset.objects.values_list("version", flat=True).first() or ""


def get_region(code: str) -> RegionPath | None:
    """Return a region with its ancestors, or None if the loaded dataset does not have it."""
    return next(iter(list_regions([code])), None)


def list_regions(codes: Iterable[str]) -> list[RegionPath]:
    """List these regions with their ancestors, in the given order and in one query; unknown ones are left out."""
    wanted = [code for code in codes if is_region_code(code)]
    chains = {code: [*list_ancestors(code), code] for code in wanted}
    named = {code for chain in chains.values() for code in chain}
    names = dict(Region.objects.filter(code__in=named).values_list("code", "name")) if named else {}
    return [RegionPath(code, tuple(names[one] for one in chains[code])) for code in wanted if code in names]


def list_regions_within(code: str) -> list[RegionPath]:
    """List the regions directly within one by their names; the provinces if it is empty."""
    codes = Region.objects.filter(parent=code).order_by("name", "code").values_list("code", flat=True)
    return list_regions(codes)


def search_regions(text: str, *, limit: int = FOUND_MAX) -> list[RegionPath]:
    """
    Find regions by words of their own and their ancestors' names ("cikutra bandung"), the best first.

    Each word stands for one that begins with it; shorter ones than three letters are compared as a whole. If nothing
    is found, two neighbouring words are read as one.
    """
    words = parse_query(text)
    hits: dict[str, Hits] = {}
    for reading in list_readings(words):
        found = _find_all(reading, hits)
        if found and (codes := _rank(found, limit)):
            return list_regions(codes)
    return []


def serialize_region(region: RegionPath) -> RegionRow:
    return {"code": region.code, "level": int(region.level), "name": region.name, "names": list(region.names)}


def _find_all(words: list[str], hits: dict[str, Hits]) -> list[Hits]:
    """Return the hits of each word, remembered in ``hits``; none at all if one of the words is nowhere."""
    # The longest first: fewer names have it, and no word after one that is nowhere is asked for.
    for word in sorted(words, key=lambda word: (word not in hits, -len(word))):
        if word not in hits:
            hits[word] = _find_hits(word)
        if not hits[word]:
            return []
    return [hits[word] for word in words]


def _find_hits(word: str) -> Hits:
    """Return the regions with this word in their own name, by code, each with its best hit."""
    found: Hits = {}
    rows = RegionWord.objects.filter(_begins_with(word)).values_list("code", "word", "omitted_words")
    for code, whole, omitted in rows:
        hit = (whole != word, omitted)
        if code not in found or hit < found[code]:
            found[code] = hit
    return found


def _begins_with(word: str) -> Q:
    if len(word) < PREFIX_CHARS_MIN:
        return Q(word=word)
    # Each in the form for which the database uses its index.
    if connection.vendor == "postgresql":
        return Q(word__startswith=word)
    return Q(word__gte=word, word__lt=word + _LAST_CHAR)


def _rank(hits: list[Hits], limit: int) -> list[str]:
    """
    Return the codes of the regions in which each word was found, in their own names or an ancestor's, the best first.

    One of the words at least is in the region's own name.
    """
    # The rarest word first: most regions fail it.
    ordered = sorted(hits, key=len)
    rarest = ordered[0]
    if len(ordered) == 1:
        return heapq.nsmallest(limit, rarest, key=lambda code: (*rarest[code], len(code), code))
    candidates = {
        code
        for found in ordered
        for code in found
        if code in rarest or code[:8] in rarest or code[:5] in rarest or code[:2] in rarest
    }
    costs = {code: cost for code in candidates if (cost := _cost(code, ordered)) is not None}
    return heapq.nsmallest(limit, costs, key=lambda code: (*costs[code], len(code), code))


def _cost(code: str, hits: list[Hits]) -> tuple[int, int] | None:
    """Return how far a region is from what was searched, with the words of its name left out; None if it fails."""
    ancestors = list_ancestors(code)
    cost, left, own = 0, 0, 0
    for found in hits:
        hit = found.get(code)
        if hit is not None:
            is_begun, omitted = hit
            left, own = (min(left, omitted) if own else omitted), own + 1
            cost += _BEGUN * is_begun
            continue
        nearest = min((found[one][0] for one in ancestors if one in found), default=None)
        if nearest is None:
            return None
        cost += _BEGUN * nearest + _OF_ANCESTOR
    return cost, max(0, left - own + 1)
