"""Statements that the bank lays ready as files."""

from __future__ import annotations

import http.client
import time
from datetime import date
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings

from payments.adapters.bank import BankSilent
from superapp.core.http_exchange import connect

BYTES_MAX = 64 * 1_048_576
CHUNK_BYTES = 65_536
SECONDS_MAX = 300


def has_statements() -> bool:
    """Return whether the bank lays statements ready."""
    return bool(settings.BANK_URL and _get_template())


def download_statement(day: date, into: BinaryIO) -> bool:
    """
    Write the bank's statement of a day into a file, and return whether there is one yet.

    :raises BankSilent: if the bank gave no whole file
    """
    url = _get_template().format(day=day.isoformat())
    parts = urlsplit(url)
    connection = connect(url, seconds_max=settings.BANK_SECONDS_MAX)
    until, left = time.monotonic() + SECONDS_MAX, BYTES_MAX
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        response = connection.getresponse()
        if response.status == http.client.NOT_FOUND:
            return False
        if response.status != http.client.OK:
            raise BankSilent(f"statement of {day}: status {response.status}")
        while chunk := response.read(CHUNK_BYTES):
            left -= len(chunk)
            if left < 0 or time.monotonic() > until:
                raise BankSilent(f"statement of {day}: too large or too slow")
            into.write(chunk)
        if response.length:
            raise BankSilent(f"statement of {day}: broken off")
    except (OSError, http.client.HTTPException) as error:
        raise BankSilent(f"statement of {day}: {type(error).__name__}: {error}") from error
    finally:
        connection.close()
    return True


def _get_template() -> str:
    """Return the address of a day's statement, with ``{day}`` in it; empty if there is none."""
    simulated = f"{settings.BANK_URL}/statements/{{day}}.csv" if settings.SIMULATED_BANK else ""
    return settings.BANK_STATEMENT_URL or simulated
