"""Statements of wallets, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from payments import api
from payments.queries import statements


def stream_csv(user_id: int, *, since: datetime, until: datetime, now: datetime) -> Iterator[str]:
    return statements.stream_csv(api.get_or_open_wallet(user_id=user_id, now=now), since, until, now=now)


def stream_beancount(user_id: int, *, since: datetime, until: datetime, now: datetime) -> Iterator[str]:
    return statements.stream_beancount(api.get_or_open_wallet(user_id=user_id, now=now), since, until, now=now)
