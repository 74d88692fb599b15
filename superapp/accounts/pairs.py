"""Which two people may write to each other: contacts privately, those who have business together under a face."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection

from superapp.core import prepared


def accepted_pairs(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the pairs who are contacts of each other and have blocked each other neither way; in one query."""
    return _pairs_on_terms(pairs, function="accounts_accepted_pairs", terms=_ACCEPTED)


def business_pairs(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the pairs who are contacts or have business, and have blocked each other neither way; in one query."""
    return _pairs_on_terms(pairs, function="accounts_business_pairs", terms=f"({_ACCEPTED} OR {_BUSINESS})")


_ACCEPTED = "(ours.state = 'accepted' AND theirs.state = 'accepted')"
_BUSINESS = "(ours.has_business AND theirs.has_business)"


def _pairs_on_terms(pairs: Collection[tuple[int, int]], *, function: str, terms: str) -> set[tuple[int, int]]:
    if not pairs:
        return set()
    ordered = sorted({(min(pair), max(pair)) for pair in pairs})
    if connection.vendor == "postgresql":
        # A function, since the log's own asks it too.
        sql = f"SELECT * FROM {function}(%s::bigint[], %s::bigint[])"  # noqa: S608  # One of two names of ours.
        params: list[Any] = [list(side) for side in zip(*ordered, strict=True)]
        with prepared.cursor() as cursor:
            cursor.execute(sql, params)
            accepted = {ordered[place - 1] for (place,) in cursor.fetchall()}
    else:
        accepted = _pairs_plain(ordered, terms)
    return {pair for pair in pairs if (min(pair), max(pair)) in accepted}


def _pairs_plain(ordered: list[tuple[int, int]], terms: str) -> set[tuple[int, int]]:
    # Both sides are read, though they agree: a fault in one of them must refuse, not admit.
    sql = f"""
        WITH pair (lower_id, higher_id) AS (VALUES {", ".join(["(%s, %s)"] * len(ordered))})
        SELECT pair.lower_id, pair.higher_id
        FROM pair
        JOIN accounts_contact AS ours ON ours.owner_id = pair.lower_id AND ours.peer_id = pair.higher_id
        JOIN accounts_contact AS theirs ON theirs.owner_id = pair.higher_id AND theirs.peer_id = pair.lower_id
        WHERE {terms} AND NOT ours.is_blocked AND NOT theirs.is_blocked
    """  # noqa: S608  # Only placeholders are put in.
    with connection.cursor() as cursor:
        cursor.execute(sql, [one for pair in ordered for one in pair])
        return {(lower, higher) for lower, higher in cursor.fetchall()}
