"""Database tables of payments between people."""

from peer_payments.models.requests import KEY_CHARS_MAX, MoneyRequest

__all__ = ["KEY_CHARS_MAX", "MoneyRequest"]
