"""Retries of transactions that PostgreSQL aborted because of a deadlock or serialisation failure."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection

ATTEMPTS_MAX = 3
# Serialisation failure and deadlock: the database aborted this transaction, and nothing was written.
_SQLSTATES = {"40001", "40P01"}

Result = TypeVar("Result")


def is_victim(error: OperationalError) -> bool:
    """Return whether the database aborted this transaction because of a deadlock or serialisation failure."""
    return getattr(error.__cause__, "sqlstate", None) in _SQLSTATES


def retry_on_deadlock(work: Callable[[], Result]) -> Result:
    """
    Call ``work`` up to ``ATTEMPTS_MAX`` times while the database aborts it because of a deadlock.

    Inside a transaction it is called once, since the outer transaction would have to be repeated as a whole.
    """
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            return work()
        except OperationalError as error:
            if not is_victim(error) or connection.in_atomic_block or attempt == ATTEMPTS_MAX:
                raise
            time.sleep(random.uniform(0.005, 0.02) * attempt)  # noqa: S311  # So that two victims do not meet again.
    raise AssertionError("the last try returned or raised")
