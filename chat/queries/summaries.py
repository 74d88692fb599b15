"""Queries for the summaries of a person's conversations."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from uuid import UUID

from chat.contracts import OwnMembershipRow, SummaryRow
from chat.models import Member
from chat.queries.groups import count_requests_by_conversation
from chat.queries.history import fetch_subjects, list_people
from chat.queries.members import (
    fetch_membership,
    list_changed_memberships,
    list_hidden_memberships,
    list_memberships_after_rev,
    list_past_group_memberships,
    list_visible_members,
)
from chat.queries.messages import (
    fetch_last_messages,
)
from chat.queries.pins import list_pinned
from chat.queries.row_builders import own_membership_row, summary_row
from superapp.core.errors import InputInvalid
from superapp.realtime.registry import Caller, SyncPage

SUMMARIES_PER_PAGE = 50
PINNED_ON_FIRST_PAGE_MAX = 50


def fetch_summary(conversation_id: UUID, user_id: int) -> SummaryRow:
    """
    Fetch one conversation as a row of this person's list.

    :raises ConversationNotFound: if the person never was a member
    """
    return build_summaries([fetch_membership(conversation_id, user_id)])[0]


def build_summaries(memberships: Sequence[Member]) -> list[SummaryRow]:
    """Build the summaries of one person's memberships, with a fixed number of queries."""
    if not memberships:
        return []
    last = fetch_last_messages(memberships)
    members = list_visible_members(memberships)
    subjects = fetch_subjects(last.values())
    requests = count_requests_by_conversation(memberships)
    rows = []
    for member in memberships:
        newest = last.get(member.pk)
        present = members.get(member.conversation_id, [])
        people = list_people([newest] if newest else [], present, subjects=subjects)
        rows.append(
            summary_row(
                member,
                member.conversation,
                last=newest,
                members=present,
                people=people,
                requests=requests.get(member.conversation_id),
            )
        )
    return rows


def list_summaries(user_id: int, *, before: str | None = None, is_archived: bool | None = None) -> SyncPage:
    """
    List a page of the person's conversations, newest change first; ``before`` is ``next`` of the page before.

    ``is_archived`` filters by the archive; None returns all.

    :raises InputInvalid: if ``before`` is no such token
    """
    return _page(user_id, since=None, token=before, is_archived=is_archived)


def list_main_summaries(user_id: int, *, before: str | None = None) -> SyncPage:
    """
    List a page of the conversations that are not archived.

    The first page has the topmost pinned ones, ``PINNED_ON_FIRST_PAGE_MAX`` at most, and no later page has these again.

    :raises InputInvalid: if ``before`` is no such token
    """
    page = list_summaries(user_id, before=before, is_archived=False)
    if before is None and page.next is None:
        return page
    pinned = {str(one) for one in list_pinned(user_id)[:PINNED_ON_FIRST_PAGE_MAX]}
    if before is not None:
        return SyncPage(rows=[row for row in page.rows if row.id not in pinned], next=page.next)
    older = pinned - {row.id for row in page.rows}
    return SyncPage(rows=[*page.rows, *list_summaries_of(user_id, older)], next=page.next)


def list_summaries_of(user_id: int, conversation_ids: Collection[str]) -> list[SummaryRow]:
    """List the summaries of these conversations of the person, those that they left included."""
    memberships = Member.objects.filter(user_id=user_id, conversation__public_id__in=conversation_ids)
    return build_summaries(list(memberships.select_related("conversation__face", "conversation__group")))


def list_hidden_summaries(user_id: int, *, before: str | None = None) -> SyncPage:
    """
    List a page of the conversations that the person hid, newest change first.

    :raises InputInvalid: if ``before`` is no ``next`` of a page before
    """
    found = list_hidden_memberships(user_id, before=_parse_place(before), limit=SUMMARIES_PER_PAGE + 1)
    return _cut(found, "changed")


def list_past_group_summaries(user_id: int, *, before: str | None = None) -> SyncPage:
    """
    List a page of the groups that the person left or was removed from, newest change first.

    :raises InputInvalid: if ``before`` is no ``next`` of a page before
    """
    found = list_past_group_memberships(user_id, before=_parse_place(before), limit=SUMMARIES_PER_PAGE + 1)
    return _cut(found, "changed")


def list_changed_summaries(caller: Caller, since: int | None, token: str | None) -> SyncPage:
    """List a page of part ``conversations`` of ``sync``."""
    return _page(caller.user_id, since=since, token=token)


def list_membership_rows(user_id: int, after_rev: int, limit: int) -> list[OwnMembershipRow]:
    """List the rows of the user topic for memberships that changed after this rev."""
    memberships = list_memberships_after_rev(user_id, after_rev=after_rev, limit=limit)
    return [own_membership_row(member, member.conversation.public_id) for member in memberships]


def _page(user_id: int, *, since: int | None, token: str | None, is_archived: bool | None = None) -> SyncPage:
    memberships = list_changed_memberships(
        user_id, since=since, before=_parse_place(token), limit=SUMMARIES_PER_PAGE + 1, is_archived=is_archived
    )
    return _cut(memberships, "changed_last")


def _parse_place(token: str | None) -> tuple[int, int] | None:
    """Return the place in a list that the token of a page names."""
    if token is None:
        return None
    if not (place := re.fullmatch(r"(\d{1,18})\.(\d{1,18})", token, re.ASCII)):
        raise InputInvalid(detail="before")
    return int(place[1]), int(place[2])


def _cut(found: Sequence[Member], changed: str) -> SyncPage:
    """Build a page of memberships in the order of their attribute ``changed``, found with one more than fits on it."""
    memberships = found[:SUMMARIES_PER_PAGE]
    more = len(found) > SUMMARIES_PER_PAGE
    following = f"{getattr(memberships[-1], changed)}.{memberships[-1].pk}" if more else None
    return SyncPage(rows=build_summaries(memberships), next=following)
