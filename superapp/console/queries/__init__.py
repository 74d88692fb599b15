"""Queries of the console."""

from __future__ import annotations

from superapp.console.queries.audit import list_entries
from superapp.console.queries.members import (
    find_active_member,
    find_open_session,
    get_member_of_user,
    list_members,
    lock_member,
)
from superapp.console.queries.proposals import (
    count_open_proposals,
    get_proposal,
    has_twin,
    list_proposals,
    lock_open_proposal,
)

__all__ = [
    "count_open_proposals",
    "find_active_member",
    "find_open_session",
    "get_member_of_user",
    "get_proposal",
    "has_twin",
    "list_entries",
    "list_members",
    "list_proposals",
    "lock_member",
    "lock_open_proposal",
]
