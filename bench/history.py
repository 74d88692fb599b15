"""
Measure pages of a conversation with a million messages beside one with ten thousand, and a return after a long while.

Value is pages a second in the large conversation, read alternately at its end and in its middle; the limit is the same
in the small one, in the same run. ``rows_read`` is how many rows of messages PostgreSQL touched for one page.
``sync_bytes`` and ``sync_ms`` are what a person costs who missed 1,000 messages in 50 conversations, ``sync`` and the
changes of each conversation together. All of it is called in this process, without a socket.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from bench import environment, measure
from bench.environment import BenchUser

SMALL, LARGE = 10_000, 1_000_000
PAGES = 200
PAGE_ROWS = 50
CONVERSATIONS, MISSED_IN_EACH = 50, 20
# Beside a page there is the row that tells whether another page is before it; no more may be read in a larger one.
ROWS_READ_MAX = 2 * (PAGE_ROWS + 1)
SLOWER_MAX = 1.25

# Every message by the first member, as the log stores them.
FILL = """
    INSERT INTO chat_message (
        conversation_id, seq, rev, counted, sender_id, client_id, content_hash, kind, body, card_type, edits, sent_at
    )
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)
    SELECT %s, n, n, n, %s, 'b' || n, '', 'text', 'sudah dikirim kak? nomor ' || n, '', 0, %s FROM numbers
"""
COUNT_READ = """
    SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'chat_message'
"""


def fill(conversation: str, sender: BenchUser, messages: int) -> None:
    """Store so many messages in a conversation, as if they had been posted."""
    from django.db import connection

    from chat.models import Conversation
    from superapp.core import clock

    found = Conversation.objects.get(public_id=conversation)
    with connection.cursor() as cursor:
        cursor.execute(FILL, [messages, found.pk, sender.id, clock.now()])
    Conversation.objects.filter(pk=found.pk).update(last_seq=messages, rev=messages, counted=messages)


def read_pages(conversation: str, reader: BenchUser, messages: int) -> dict[str, float]:
    """Read pages at the end and in the middle; return pages a second, CPU and the rows that were touched for each."""
    from uuid import UUID

    from django.db import connection, transaction

    from chat import api as chat

    place = UUID(conversation)
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(PAGES):
        before = messages // 2 + number if number % 2 else None
        page = chat.fetch_history(place, reader.id, before_seq=before, limit=PAGE_ROWS)
        assert len(page.rows) == PAGE_ROWS
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    rows_read = 0
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            # The counters hold what this connection read before, too.
            cursor.execute(COUNT_READ)
            earlier = cursor.fetchone()[0]
            chat.fetch_history(place, reader.id, before_seq=messages // 2, limit=PAGE_ROWS)
            cursor.execute(COUNT_READ)
            rows_read = int(cursor.fetchone()[0] - earlier)
    return {"per_second": PAGES / seconds, "cpu_ms": used / PAGES * 1_000, "rows_read": rows_read}


def come_back(people: list[BenchUser], conversations: list[str]) -> dict[str, float]:
    """Miss messages in many conversations, and catch up; return the bytes and the time it took."""
    from uuid import UUID

    from chat import api as chat
    from superapp.realtime import registry
    from superapp.realtime.registry import Caller

    reader = people[0]
    caller = Caller(reader.id, UUID(reader.public_id), None, None, "id")
    cursor = _ask(registry, caller, "sync", cursor=None)["cursor"]
    revs = {}
    for place, sender in zip(conversations, people[1:], strict=True):
        revs[place] = chat.fetch_summary(UUID(place), reader.id).rev
        for _number in range(MISSED_IN_EACH):
            environment.post_message(place, sender)
    began = time.perf_counter()
    answers = [_ask(registry, caller, "sync", cursor=cursor)]
    answers += [_ask(registry, caller, "chat.changes", conversation=place, after=rev) for place, rev in revs.items()]
    ended = time.perf_counter()
    missed = sum(len(answer.get("rows", ())) for answer in answers)
    assert missed == CONVERSATIONS * MISSED_IN_EACH, missed
    return {
        "sync_ms": (ended - began) * 1_000,
        "sync_bytes": sum(len(msgspec.json.encode(answer)) for answer in answers),
    }


def _ask(registry: Any, caller: Any, name: str, **fields: Any) -> Any:
    command = registry.commands[name]
    ask: Callable[..., Any] = command.handler
    return msgspec.json.decode(msgspec.json.encode(ask(caller, msgspec.convert(fields, command.schema))))


def main() -> None:
    options = measure.arguments(__doc__ or "")
    with environment.start_database(options.db, has_redis=False):
        people = environment.create_users(CONVERSATIONS + 1)
        small, large, *others = environment.create_direct_conversations(
            [(people[0], people[1]), (people[0], people[2])]
        ) + environment.create_direct_conversations([(people[0], person) for person in people[3:]])
        fill(small, people[1], SMALL)
        fill(large, people[2], LARGE)
        environment.settle_database()
        runs = []
        for _run in range(options.runs):
            limit = read_pages(small, people[0], SMALL)
            run = read_pages(large, people[0], LARGE)
            runs.append({**run, **{f"limit_{key}": value for key, value in limit.items()}})
        back = come_back(people, [small, large, *others])
    for run in runs:
        run |= {"client_cpu_share": 0.0, "limit_client_cpu_share": 0.0, **back}
    slower = measure.median([run["limit_per_second"] / run["per_second"] for run in runs])
    result = measure.median_result(
        "history",
        "pages/s",
        runs,
        db=options.db,
        lost=0,
        doubled=0,
        bounds=(
            measure.Limit("slower_than_small", slower, SLOWER_MAX),
            measure.Limit("rows_read", measure.median([run["rows_read"] for run in runs]), ROWS_READ_MAX),
        ),
    )
    measure.report(result, as_json=options.json)


if __name__ == "__main__":
    main()
