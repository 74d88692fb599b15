"""
Hashing of secrets with Argon2, with a limit of concurrent hashes.

A hash is expensive by design, so that many at once would use up memory and CPU. In each process two run
concurrently and a few wait; further ones are refused with ``Busy``, so that the threads for other requests are
never all waiting here.
"""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher

from superapp.core.errors import Busy
from superapp.core.fair_semaphore import FairSemaphore

CONCURRENT_MAX = 2
# Fewer than the threads of one process that answer pages, or commands.
WAITING_MAX = 3
WAIT_SECONDS_MAX = 3

hashing_slots = FairSemaphore(CONCURRENT_MAX, waiting_max=WAITING_MAX)


class BoundedArgon2Hasher(Argon2PasswordHasher):
    """
    Argon2id in one lane, with the minimum parameters that OWASP recommends: 19 MiB, two passes.

    Online guessing is limited by counting attempts; against offline guessing from a stolen database, no parameters
    that a server can afford protect six digits, and the operators' passwords are long.

    :raises Busy: if the semaphore was not granted in time
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
