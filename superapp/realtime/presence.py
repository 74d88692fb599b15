"""
Presence: which people use the app right now, over all processes, without a write for each message.

A socket is *in use* while its client says that its page is looked at. Each process puts the set of its people into
Redis every few seconds, under a name of its own that expires; who asks reads the sets of all processes. Where Redis is
needed and away, the answer is that nothing is known.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections
from redis.backoff import NoBackoff
from redis.retry import Retry

from superapp.core import clock, infrastructure_errors
from superapp.realtime import redis_bus
from superapp.realtime.hub import hub

TICK_SECONDS = 3.0
VALID_FOR = timedelta(seconds=15)
# People who stay are written down this often, those who leave at the next tick.
RECORD_EVERY = timedelta(minutes=5)
CONNECT_SECONDS_MAX = 0.5

log = structlog.get_logger(__name__)
# People who were active until now, and the time: to be written down. Called in a thread, with the database.
Recorder = Callable[[Collection[int], datetime], None]


class PresenceBoard:
    """The people who use this process, and what it knows of those of the others."""

    def __init__(self) -> None:
        self._active: frozenset[int] = frozenset()
        self._recorded_at: dict[int, datetime] = {}
        self._recorder: Recorder | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._client: redis.Redis[bytes] | None = None
        self._lock = threading.Lock()
        self._name = secrets.token_hex(8)

    def set_recorder(self, recorder: Recorder) -> None:
        """Set the function that writes down when people were active."""
        self._recorder = recorder

    def mark(self, user_id: int, connection_number: int, *, is_in_use: bool) -> None:
        """Mark a socket of this process as in use or not; called on the hub's loop."""
        for connection in hub.connections_of(user_id):
            if connection.number == connection_number:
                connection.is_in_use = is_in_use
        loop = asyncio.get_running_loop()
        if self._ticking is None or self._ticking.done() or self._ticking.get_loop() is not loop:
            self._ticking = loop.create_task(self._tick())

    def find_active(self, user_ids: Collection[int]) -> set[int] | None:
        """Return those of these people who use the app right now, or None if that is not known."""
        here = {user_id for user_id in user_ids if user_id in self._active}
        if not settings.REDIS_URL:
            return here
        try:
            return here | self._find_elsewhere(list(user_ids))
        except (redis.RedisError, OSError) as error:
            log.warning("presence_not_known", error=str(error))
            return None

    async def _tick(self) -> None:
        """Publish and record, until nobody uses this process."""
        while True:
            now = clock.now()
            active = _find_people_here()
            left = self._active - active
            self._active = active
            await asyncio.to_thread(self._publish_and_record, active, left, now)
            if active:
                await asyncio.sleep(TICK_SECONDS)
            # Somebody may have come back meanwhile, whose mark found this task still running.
            elif not _find_people_here():
                return

    def _publish_and_record(self, active: frozenset[int], left: frozenset[int], now: datetime) -> None:
        if settings.REDIS_URL:
            try:
                self._publish(active, now)
            except (redis.RedisError, OSError) as error:
                log.warning("presence_not_published", error=str(error))
        due = {user for user in active if self._recorded_at.get(user, now - RECORD_EVERY) <= now - RECORD_EVERY} | left
        # Also if writing fails: who comes back is due at once.
        for user in left:
            self._recorded_at.pop(user, None)
        if due and self._recorder is not None:
            close_old_connections()
            try:
                self._recorder(due, now)
            except (DatabaseError, InterfaceError) as error:
                log.warning("presence_not_recorded", error=infrastructure_errors.summarize(error))
                return
            finally:
                close_old_connections()
        self._recorded_at |= dict.fromkeys(due & active, now)

    def _publish(self, active: frozenset[int], now: datetime) -> None:
        own = f"{_prefix()}:{self._name}"
        with self._redis().pipeline(transaction=True) as pipeline:
            pipeline.delete(own)
            if active:
                pipeline.sadd(own, *active)
                pipeline.expire(own, VALID_FOR)
            pipeline.zadd(_prefix(), {own: (now + VALID_FOR).timestamp()})
            pipeline.zremrangebyscore(_prefix(), 0, now.timestamp())
            pipeline.expire(_prefix(), VALID_FOR)
            pipeline.execute()

    def _find_elsewhere(self, user_ids: list[int]) -> set[int]:
        if not user_ids:
            return set()
        client = self._redis()
        processes = client.zrangebyscore(_prefix(), clock.now().timestamp(), "+inf")
        found: set[int] = set()
        with client.pipeline(transaction=False) as pipeline:
            for process in processes:
                pipeline.smismember(process, user_ids)  # type: ignore[no-untyped-call]
            for answers in pipeline.execute():
                found |= {user_id for user_id, is_there in zip(user_ids, answers, strict=True) if is_there}
        return found

    def _redis(self) -> redis.Redis[bytes]:
        with self._lock:
            if self._client is None:
                self._client = redis.Redis.from_url(
                    settings.REDIS_URL,
                    socket_connect_timeout=CONNECT_SECONDS_MAX,
                    socket_timeout=CONNECT_SECONDS_MAX,
                    retry=Retry(NoBackoff(), 0),
                )
            return self._client


def _find_people_here() -> frozenset[int]:
    return frozenset(one.caller.user_id for one in hub.all_connections() if one.is_in_use)


def _prefix() -> str:
    return f"{redis_bus.channel_name()}:presence"


board = PresenceBoard()
