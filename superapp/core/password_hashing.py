"""
Hashing secrets with Argon2, a bounded number at a time.

A hash is made to be expensive, so that many at once spend everybody's memory and processors. In each process two run
beside each other and a few wait; whoever comes then is told to come again. So the threads that answer others are never
all waiting here.
"""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher

from superapp.core.errors import Busy
from superapp.core.fair_semaphore import FairSemaphore

CONCURRENT_MAX = 2
# Fewer than the threads that answer pages, or commands, in one process.
WAITING_MAX = 3
WAIT_SECONDS_MAX = 3

hashing_slots = FairSemaphore(CONCURRENT_MAX, waiting_max=WAITING_MAX)


class BoundedArgon2Hasher(Argon2PasswordHasher):
    """
    Argon2id in one lane, with the parameters that OWASP recommends as the least: 19 MiB, two passes.

    Against guessing here, tries are limited; against guessing from a stolen database, six digits cannot be protected by
    any parameters that a server can afford, and the operators' passwords are long.

    :raises Busy: if no turn came in time
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with hashing_slots.acquired(WAIT_SECONDS_MAX, timeout_error=Busy):
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with hashing_slots.acquired(WAIT_SECONDS_MAX, timeout_error=Busy):
            return bool(super().verify(password, encoded))
