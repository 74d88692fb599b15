"""
Hashes that cost nothing, for all tests but those of hashing.

How strong a hash is, and how many are made at once, is elsewhere a while that is waited. The format stays, so that a
server that a test starts takes what was hashed in the test.
"""

from __future__ import annotations

from typing import Any

import pytest

from superapp.core import password_hashing
from superapp.core.fair_semaphore import FairSemaphore
from superapp.core.password_hashing import BoundedArgon2Hasher

_CHEAP: tuple[tuple[Any, str, Any], ...] = (
    (BoundedArgon2Hasher, "time_cost", 1),
    (BoundedArgon2Hasher, "memory_cost", 8),
    (password_hashing, "hashing_slots", FairSemaphore(1_000, waiting_max=1_000)),
)
_FULL = [getattr(owner, name) for owner, name, _ in _CHEAP]


def make_cheap() -> None:
    """From now on hashes cost nothing in this process."""
    for owner, name, cheap in _CHEAP:
        setattr(owner, name, cheap)


def make_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as the product does, until the monkeypatch is undone."""
    for (owner, name, _), full in zip(_CHEAP, _FULL, strict=True):
        monkeypatch.setattr(owner, name, full)
