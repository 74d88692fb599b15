"""Queries of members and their sessions."""

from __future__ import annotations

from datetime import datetime

from superapp.console.domain.sessions import IDLE_MAX, LENGTH_MAX
from superapp.console.errors import MemberNotFound
from superapp.console.models import ConsoleMember, ConsoleSession


def find_active_member(user_id: int) -> ConsoleMember | None:
    """Return the member that a user is, or None."""
    found = ConsoleMember.objects.filter(user_id=user_id, is_active=True, user__is_active=True)
    return found.select_related("user").first()


def get_member_of_user(user_id: int) -> ConsoleMember:
    """
    Return the member that a user is, active or not.

    :raises MemberNotFound: if the user is none
    """
    found = ConsoleMember.objects.filter(user_id=user_id).select_related("user").first()
    if found is None:
        raise MemberNotFound
    return found


def lock_member(member_id: int) -> ConsoleMember:
    """Lock an active member's row and return it; raises MemberNotFound if the member is not active any more."""
    found = ConsoleMember.objects.select_for_update(no_key=True).filter(pk=member_id, is_active=True).first()
    if found is None:
        raise MemberNotFound
    return found


def list_members() -> list[ConsoleMember]:
    """Return all members, active ones first, in the order in which they were added."""
    return list(ConsoleMember.objects.select_related("user").order_by("-is_active", "pk"))


def find_open_session(*, member_id: int, session_key: str, now: datetime) -> ConsoleSession | None:
    """Return the member's session in this browser, unless it was idle or open for too long."""
    return ConsoleSession.objects.filter(
        member_id=member_id,
        session_key=session_key,
        ended_at=None,
        seen_at__gt=now - IDLE_MAX,
        opened_at__gt=now - LENGTH_MAX,
    ).first()
