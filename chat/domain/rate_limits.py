"""The rate limit of typing indicators."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

INTERVAL = timedelta(seconds=3)
# A client that keeps the interval exactly arrives a little early if the message before was delayed.
EARLY_TOLERANCE = timedelta(seconds=1)


class TypingThrottle:
    """
    A limit of one typing indicator in three seconds, on average, for each person and conversation.

    It is kept in the memory of each process, so that another process may allow one more. Expired entries are
    removed when there are more than ``ENTRIES_MAX``.
    """

    ENTRIES_MAX = 20_000

    def __init__(self) -> None:
        self._due: dict[tuple[int, UUID], datetime] = {}
        self._lock = threading.Lock()  # Commands run in several threads.
        self._swept_at = datetime.min.replace(tzinfo=UTC)

    def is_allowed(self, user_id: int, conversation_id: UUID, *, now: datetime) -> bool:
        due = self._due.get((user_id, conversation_id))
        return due is None or due - now <= EARLY_TOLERANCE

    def record(self, user_id: int, conversation_id: UUID, *, now: datetime) -> None:
        key = (user_id, conversation_id)
        with self._lock:
            self._due[key] = max(self._due.get(key, now), now) + INTERVAL
            if len(self._due) > self.ENTRIES_MAX and now - self._swept_at >= INTERVAL:
                self._swept_at = now
                self._due = {key: due for key, due in self._due.items() if due > now}


typing_throttle = TypingThrottle()
