"""Hints: notifications to open sockets after a commit. They may be lost, since clients detect missing numbers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from django.db import transaction

from superapp.realtime import bus
from superapp.realtime.bus import UserHint

encode = msgspec.json.Encoder().encode


def send_after_commit(user_ids: Collection[int], hint: dict[str, Any]) -> None:
    """
    Send a hint to these people's sockets once the running transaction is committed. Never raises after the commit.
    """
    frame = encode(hint)

    # A closure and not functools.partial: Django names a failed robust hook by __qualname__, which a partial
    # lacks, so that its failure would escape into a caller whose work is already committed.
    def send() -> None:
        bus.publish([UserHint(user_ids, frame)])

    transaction.on_commit(send, robust=True)
