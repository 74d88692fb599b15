"""Refusals that a person at the bank reads."""

from __future__ import annotations


class NotPayable(Exception):
    """A virtual account or a code cannot be paid; the message says why, to the payer."""
