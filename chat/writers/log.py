"""
Writer of messages; no other module stores new messages.

Messages are appended in batches, in two steps: first the conversations are locked in the order of their ids; then,
in new statements and therefore in a new snapshot, membership, blocks and repeats are checked, and the messages are
numbered and stored. A check inside the locking statement would be as of before the wait.

On PostgreSQL one database function does all of it (``sql/postgres_append.sql``), on SQLite the same steps are plain
statements (``log_sqlite.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from chat import push
from chat.contracts import AppendOutcome, AppendResult, NewMessage, PostedMessage
from chat.writers import log_postgres, log_sqlite, mentions
from superapp.core import clock
from superapp.core.batching import Batcher
from superapp.realtime.bus import UserHint


def append(entries: Sequence[NewMessage], *, now: datetime, checks_permission: bool = True) -> list[AppendOutcome]:
    """
    Append these messages inside the running transaction, and notify the members after its commit.

    Returns one outcome for each entry, in their order: its numbers, or the error for which it was refused; a
    refusal does not affect other entries. Without ``checks_permission``, nobody asks whether the sender may
    write there (contacts, blocks, silenced members, admins only), as for system events and cards.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("messages are appended inside a transaction")
    return _append(entries, now=now, checks_permission=checks_permission)


def write(entries: Sequence[NewMessage]) -> list[AppendOutcome]:
    """Append these messages in a transaction of their own."""
    if connection.vendor == "postgresql" and not any(map(mentions.has_mentions, entries)):
        # The single statement is the transaction; BEGIN and COMMIT would be two more round trips.
        return _append(entries, now=clock.now(), checks_permission=True)
    with transaction.atomic():
        return append(entries, now=clock.now())


# Each process has its own batcher; the lock on the conversation serializes processes.
writer: Batcher[NewMessage, PostedMessage] = Batcher("chat-log", write, lock_key=lambda entry: entry.conversation_id)


def _append(entries: Sequence[NewMessage], *, now: datetime, checks_permission: bool) -> list[AppendOutcome]:
    path = log_postgres if connection.vendor == "postgresql" else log_sqlite
    appended = path.append(entries, now=now, checks_permission=checks_permission)
    if any(map(mentions.has_mentions, entries)):
        mentions.record_mentions(entries, appended.outcomes)
    outcomes, notifications = _attach_hints(entries, appended)
    push.send_after_commit(notifications)
    return outcomes


def _attach_hints(entries: Sequence[NewMessage], appended: AppendResult) -> tuple[list[AppendOutcome], list[UserHint]]:
    """Return the outcomes with the hints for each sending socket, and the hints for all other sockets."""
    own_hints = {}
    for moved in appended.read_states:
        entry = entries[moved.entry_number - 1]
        own_hints[entry.conversation_id, entry.sender_id] = push.membership_changed_hint(
            entry.sender_id, moved.row(entry.conversation_id)
        )
    outcomes: list[AppendOutcome] = []
    posted: list[UserHint] = []
    for entry, outcome in zip(entries, appended.outcomes, strict=True):
        if isinstance(outcome, PostedMessage) and outcome.is_new:
            posted_hint = push.message_posted_hint(
                entry.conversation_id, entry.row(outcome), to_user_ids=appended.recipients[entry.conversation_id]
            )
            posted.append(posted_hint)
            if entry.connection_number:
                own = own_hints.get((entry.conversation_id, entry.sender_id))
                hints_of_entry = [posted_hint] if own is None else [own, posted_hint]
                for hint in hints_of_entry:
                    hint.excluded_connections.append(entry.connection_number)
                hints = tuple(hint.encoded for hint in hints_of_entry)
                outcome = PostedMessage(
                    outcome.seq, outcome.rev, outcome.counted, outcome.sent_at, is_new=True, hints=hints
                )
        outcomes.append(outcome)
    return outcomes, [*own_hints.values(), *posted]
