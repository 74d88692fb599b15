"""Amounts as SNAP and statements write them. Inside, an amount is a whole number of sen."""

from __future__ import annotations

import re

from superapp.core.money import SEN_PER_RUPIAH, Money

_VALUE = re.compile(r"(?P<rupiah>[0-9]{1,13})\.(?P<sen>[0-9]{2})", re.ASCII)
CURRENCY = "IDR"


def write_amount(sen: int) -> dict[str, str]:
    """Return an amount as SNAP writes it: ``{"value": "10000.00", "currency": "IDR"}``."""
    return {"value": write_value(sen), "currency": CURRENCY}


def write_value(sen: int) -> str:
    """Return an amount in rupiah with two decimals: ``-10000.00``."""
    rupiah, rest = divmod(abs(sen), SEN_PER_RUPIAH)
    return f"{'-' if sen < 0 else ''}{rupiah}.{rest:02}"


def read_amount(written: object) -> int:
    """
    Return the sen of an amount of SNAP.

    :raises ValueError: if it is none
    """
    if (
        not isinstance(written, dict)
        or written.get("currency") != CURRENCY
        or not isinstance(written.get("value"), str)
    ):
        raise ValueError("an amount has a value and the currency IDR")
    found = _VALUE.fullmatch(written["value"])
    if found is None:
        raise ValueError("a value has digits and two decimals")
    return int(found["rupiah"]) * SEN_PER_RUPIAH + int(found["sen"])


def read_typed(text: str) -> int:
    """
    Return the sen of whole rupiah as a person types them: ``50000``, ``50.000`` or ``Rp 50.000``.

    :raises ValueError: if it is no such amount, or nothing
    """
    digits = re.sub(r"[\s.]|rp", "", text, flags=re.IGNORECASE)
    if not re.fullmatch(r"[0-9]{1,12}", digits, re.ASCII) or int(digits) == 0:
        raise ValueError("an amount in whole rupiah")
    return int(digits) * SEN_PER_RUPIAH


def show(sen: int) -> str:
    """Return an amount for people: ``Rp50.000``."""
    return str(Money(sen))
