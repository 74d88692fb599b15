"""Log-in at the console with a one-time code, and its end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from superapp.accounts.api import RateLimit, consume_rate_limits
from superapp.console import queries
from superapp.console.actions.audit import record
from superapp.console.contracts import Member
from superapp.console.domain import one_time_codes
from superapp.console.domain.sessions import TOUCH_INTERVAL
from superapp.console.errors import ConsoleCodeWrong
from superapp.console.models import ConsoleSession

# Three codes are valid at a time: a thousand hours of guessing find one of a million in the mean.
CODES = RateLimit("console.code", 5, timedelta(minutes=10))


def open_session(*, member: Member, code: str, session_key: str, now: datetime) -> None:
    """
    Open a session of a member in this browser, which a one-time code proves.

    :raises ConsoleCodeWrong: if the code is not a current one, or was used
    :raises RateLimited: after too many tries
    """
    consume_rate_limits([(CODES, str(member.id))], now=now)
    if not _use_code(member, code, session_key, now):
        record(member=member, action="code_refused", subject=f"member:{member.id}", now=now)
        raise ConsoleCodeWrong


def _use_code(member: Member, code: str, session_key: str, now: datetime) -> bool:
    """Use up the code, so that of two browsers that send the same one only the first comes in."""
    with transaction.atomic():
        row = queries.lock_member(member.id)
        step = one_time_codes.find_step(one_time_codes.unseal(row.secret), code, after=row.last_step, now=now)
        if step is None:
            return False
        row.last_step = step
        row.save(update_fields=["last_step"])
        ConsoleSession.objects.filter(session_key=session_key, ended_at=None).update(ended_at=now)
        ConsoleSession.objects.create(member=row, session_key=session_key, opened_at=now, seen_at=now)
        record(member=member, action="logged_in", subject=f"member:{member.id}", now=now)
    return True


def touch_session(session: ConsoleSession, *, now: datetime) -> None:
    """Note that a session is in use, so that it does not end as idle."""
    if now - session.seen_at > TOUCH_INTERVAL:
        ConsoleSession.objects.filter(pk=session.pk, ended_at=None).update(seen_at=now)


def end_session(*, member: Member, session_key: str, now: datetime) -> None:
    """End a member's session in this browser."""
    with transaction.atomic():
        ConsoleSession.objects.filter(member_id=member.id, session_key=session_key, ended_at=None).update(ended_at=now)
        record(member=member, action="logged_out", subject=f"member:{member.id}", now=now)
