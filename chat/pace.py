"""How often one person may be seen writing in one conversation."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

EVERY = timedelta(seconds=3)
# A client that keeps the pace exactly arrives a little early when the line was slow just before.
EARLY_MAX = timedelta(seconds=1)


class Pace:
    """
    One step every three seconds on the average; steps in between are left out.

    Kept in memory, for a hint that passes by itself: another process would let one more through. Whose pace is over is
    forgotten when there are many.
    """

    STEPS_MAX = 20_000

    def __init__(self) -> None:
        self._due: dict[tuple[int, UUID], datetime] = {}
        self._lock = threading.Lock()  # Commands run beside each other.
        self._swept_at = datetime.min.replace(tzinfo=UTC)

    def is_due(self, user_id: int, conversation_id: UUID, *, now: datetime) -> bool:
        due = self._due.get((user_id, conversation_id))
        return due is None or due - now <= EARLY_MAX

    def step(self, user_id: int, conversation_id: UUID, *, now: datetime) -> None:
        key = (user_id, conversation_id)
        with self._lock:
            self._due[key] = max(self._due.get(key, now), now) + EVERY
            if len(self._due) > self.STEPS_MAX and now - self._swept_at >= EVERY:
                self._swept_at = now
                self._due = {key: due for key, due in self._due.items() if due > now}


typing = Pace()
