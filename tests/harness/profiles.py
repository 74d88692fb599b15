"""
The two depths of the suite: `make check` tries a little of everything, `make check-deep` much.

``NUSA_DEEP=1`` chooses the second. ``NUSA_EXAMPLES=10`` has every generator stop after so many, for whoever looks for
something.
"""

from __future__ import annotations

import os

from hypothesis import settings

IS_DEEP = os.environ.get("NUSA_DEEP") == "1"


def examples(*, check: int, deep: int) -> int:
    """How many examples a generator makes at this depth."""
    return int(os.environ.get("NUSA_EXAMPLES") or (deep if IS_DEEP else check))


def load() -> None:
    """Have Hypothesis make as many examples as this depth has; no example is too slow, since machines differ."""
    settings.register_profile("nusa", max_examples=examples(check=100, deep=2_000), deadline=None)
    settings.load_profile("nusa")
