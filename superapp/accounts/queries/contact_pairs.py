"""Queries of which pairs of people may chat with each other."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection

from superapp.core import prepared


def filter_accepted_pairs(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return those pairs that are contacts without a block on either side, in one query."""
    return _filter_pairs(pairs, function="accounts_accepted_pairs", terms=_ACCEPTED_SQL)


def filter_business_pairs(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return those pairs that are contacts or in a business relation without a block on either side, in one query."""
    return _filter_pairs(pairs, function="accounts_business_pairs", terms=f"({_ACCEPTED_SQL} OR {_BUSINESS_SQL})")


_ACCEPTED_SQL = "(ours.state = 'accepted' AND theirs.state = 'accepted')"
_BUSINESS_SQL = "(ours.has_business AND theirs.has_business)"


def _filter_pairs(pairs: Collection[tuple[int, int]], *, function: str, terms: str) -> set[tuple[int, int]]:
    if not pairs:
        return set()
    ordered = sorted({(min(pair), max(pair)) for pair in pairs})
    if connection.vendor == "postgresql":
        # A database function, since the chat log's own functions call it too.
        sql = f"SELECT * FROM {function}(%s::bigint[], %s::bigint[])"  # noqa: S608  # One of two constant names.
        params: list[Any] = [list(side) for side in zip(*ordered, strict=True)]
        with prepared.cursor() as cursor:
            cursor.execute(sql, params)
            accepted = {ordered[place - 1] for (place,) in cursor.fetchall()}
    else:
        accepted = _filter_pairs_on_sqlite(ordered, terms)
    return {pair for pair in pairs if (min(pair), max(pair)) in accepted}


def _filter_pairs_on_sqlite(ordered: list[tuple[int, int]], terms: str) -> set[tuple[int, int]]:
    # Both sides are checked, though they should agree: if one is wrong, the pair must be refused.
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
