"""Bounds of requests: how much, how many, how long and how often."""

from __future__ import annotations

from datetime import timedelta

from peer_payments import errors
from superapp.core.money import Money
from superapp.core.text_cleaning import clean_line

AMOUNT_MAX = Money(100_000_000_00)
NOTE_CHARS_MAX = 140
REQUEST_DAYS = 30
REQUEST_LIFETIME = timedelta(days=REQUEST_DAYS)
REMINDER_INTERVAL = timedelta(days=1)
OPEN_REQUESTS_MAX = 50
OPEN_REQUESTS_OF_PAIR_MAX = 5
# Shares of bills are no requests by that count, since people of a group eat together often.
OPEN_SHARES_OF_PAIR_MAX = 20


def require_amount(amount: Money) -> Money:
    """
    Return the amount if it is positive, whole rupiah, and not above ``AMOUNT_MAX``.

    :raises AmountInvalid: if it is not positive
    :raises AmountNotWhole: if it has a fraction of a rupiah
    :raises AssetsMixed: if it is not in rupiah
    :raises AmountTooLarge: if it is too large
    """
    if amount.require_whole() > AMOUNT_MAX:
        raise errors.AmountTooLarge(amount_max=str(AMOUNT_MAX))
    return amount


def clean_note(written: str) -> str:
    """
    Return a note in one line, cleaned as memos of transfers are.

    :raises NoteTooLong: if it is longer than a memo may be
    """
    note = clean_line(written)
    if len(note) > NOTE_CHARS_MAX:
        raise errors.NoteTooLong(chars_max=NOTE_CHARS_MAX)
    return note
