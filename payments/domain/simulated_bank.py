"""The simulated bank of a demo, at which people pay with play money."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings


def find_payment_url(page: str, **fields: str) -> str:
    """Return the page of the simulated bank on which this is paid; empty if there is no such bank."""
    return f"{settings.BANK_URL}/{page}/?{urlencode(fields)}" if settings.SIMULATED_BANK and settings.BANK_URL else ""
