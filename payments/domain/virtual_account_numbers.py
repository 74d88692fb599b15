"""
Numbers of virtual accounts: the prefix that the bank gave us, random digits and a check digit.

Random, since a number in order would tell how many there are, and let anybody walk through them. The check digit
catches a digit that was mistyped or two that were swapped (Luhn, ISO/IEC 7812-1).
"""

from __future__ import annotations

import secrets

DIGITS = 12


def draw_number(prefix: str) -> str:
    """Return a new number, without the padding of the prefix."""
    return prefix.strip() + with_check_digit(f"{secrets.randbelow(10**DIGITS):0{DIGITS}}")


def group_digits(number: str) -> str:
    """Return a number in groups of four, as people read it out."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def with_check_digit(digits: str) -> str:
    """Return digits with their check digit behind them."""
    doubled = (int(digit) * 2 if index % 2 == 0 else int(digit) for index, digit in enumerate(reversed(digits)))
    return digits + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)
