"""Amounts as SNAP BI writes them: ``{"value": "10000.00", "currency": "IDR"}``."""

from __future__ import annotations

import re
from typing import Any

from superapp.core.money import IDR, SEN_PER_RUPIAH, Money

_VALUE = re.compile(r"(?P<rupiah>[0-9]{1,14})\.(?P<sen>[0-9]{2})")


def format_amount(amount: Money) -> dict[str, str]:
    """Return an amount in rupiah with two decimals."""
    rupiah, sen = divmod(amount.amount_minor, SEN_PER_RUPIAH)
    return {"value": f"{rupiah}.{sen:02}", "currency": amount.asset}


def read_amount(value: Any) -> Money:
    """
    Return an amount that a bank wrote.

    :raises ValueError: if it is none in rupiah
    """
    found = _VALUE.fullmatch(str(value.get("value", ""))) if isinstance(value, dict) else None
    if found is None or value.get("currency") != IDR:
        raise ValueError("not an amount in rupiah")
    return Money(int(found["rupiah"]) * SEN_PER_RUPIAH + int(found["sen"]), IDR)
