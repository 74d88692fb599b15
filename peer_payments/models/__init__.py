"""Database tables of payments between people."""

from peer_payments.models.requests import KEY_CHARS_MAX, MoneyRequest
from peer_payments.models.schedules import Occurrence, Schedule
from peer_payments.models.splits import BillSplit

__all__ = ["KEY_CHARS_MAX", "BillSplit", "MoneyRequest", "Occurrence", "Schedule"]
