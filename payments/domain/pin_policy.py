"""PIN policy: the format of a PIN, and which PINs are too easy to guess."""

from __future__ import annotations

from itertools import pairwise

PIN_DIGITS = 6
# Patterns of lines and corners on a keypad.
_KEYPAD = frozenset({
    "147258", "147369", "258369", "258147", "369258", "369147", "741852", "741963", "852963", "852741",
    "963852", "963741", "159753", "159357", "357159", "753159", "142536", "147896", "789654",
})  # fmt: skip


def is_well_formed(written: object) -> bool:
    """Return whether the value is a string of six digits."""
    return isinstance(written, str) and len(written) == PIN_DIGITS and written.isascii() and written.isdigit()


def is_guessable(pin: str) -> bool:
    """
    Return whether six digits follow a pattern that attackers try first.

    Patterns: a row up or down, also in each half; repeats (111111, 121212, 123123, 112233, 111222); nearly all digits
    the same (000001); a mirror (123321); a line on the keypad.

    Dates of birth are accepted: the owner's is not known here, and there are too many to refuse all.
    """
    first, second = pin[:3], pin[3:]
    return (
        max(pin.count(digit) for digit in pin) >= PIN_DIGITS - 1
        or first == second
        or pin[:2] * 3 == pin
        or pin[0::2] == pin[1::2]
        or pin == pin[::-1]
        or _is_row(pin)
        or (_is_plain(first) and _is_plain(second))
        or pin in _KEYPAD
    )


def _is_plain(digits: str) -> bool:
    return _is_row(digits) or len(set(digits)) == 1


def _is_row(digits: str) -> bool:
    """Return whether all digits have the same distance of one or two, up or down, wrapping from 9 to 0."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    return len(steps) == 1 and steps <= {1, 2, 8, 9}
