"""Transactions that the database aborted for another's sake are retried, if they are ours to repeat."""

from __future__ import annotations

import pytest
from django.db import OperationalError, transaction

from superapp.core.retry_on_deadlock import retry_on_deadlock


class DriverError(Exception):
    """An error as the driver raises it, with an SQLSTATE of five letters."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


class Work:
    """Work that meets these troubles, one a try, and is then done."""

    def __init__(self, *troubles: str) -> None:
        self.troubles = list(troubles)
        self.tries = 0

    def __call__(self) -> str:
        self.tries += 1
        if len(self.troubles) < self.tries:
            return "done"
        trouble = self.troubles[self.tries - 1]
        raise OperationalError("the database gave up") from (DriverError(trouble) if trouble else None)


def test_deadlock_victim_is_retried(real_db):
    work = Work("40001", "40P01")

    assert retry_on_deadlock(work) == "done"

    assert work.tries == 3


def test_third_deadlock_is_raised(real_db):
    work = Work("40P01", "40001", "40P01", "40001")

    with pytest.raises(OperationalError, match="gave up"):
        retry_on_deadlock(work)

    assert work.tries == 3


@pytest.mark.parametrize("trouble", ["55P03", ""])
def test_lock_timeout_is_raised_at_once(real_db, trouble):
    work = Work(trouble)

    with pytest.raises(OperationalError, match="gave up"):
        retry_on_deadlock(work)

    assert work.tries == 1


def test_deadlock_inside_a_callers_transaction_is_raised(real_db):
    work = Work("40001")

    with transaction.atomic(), pytest.raises(OperationalError, match="gave up"):
        retry_on_deadlock(work)

    assert work.tries == 1
