"""Pages of rows in the order of their ids, with the id of the last row as the token of the next page."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from superapp.core.errors import InputInvalid

DIGITS_MAX = len(str(2**63)) - 1

Row = TypeVar("Row", bound=Model)


def fetch_page(found: QuerySet[Row], *, after: str | None, limit: int) -> tuple[list[Row], str | None]:
    """
    Fetch a page of these rows, lowest id first, and the token of the next page; None after the last one.

    :raises InputInvalid: if ``after`` is no such token
    """
    if after is not None:
        found = found.filter(pk__gt=parse_token(after, field="after"))
    rows = list(found.order_by("pk")[: limit + 1])
    page = rows[:limit]
    return page, str(page[-1].pk) if len(rows) > limit else None


def parse_token(token: str, *, field: str) -> int:
    """
    Return the id of a token.

    :raises InputInvalid: if it is none, at ``field``
    """
    if not (token.isascii() and token.isdigit() and len(token) <= DIGITS_MAX):
        raise InputInvalid(detail=field)
    return int(token)
