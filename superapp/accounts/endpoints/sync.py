"""Sync parts of accounts: contacts, people and the profile."""

from __future__ import annotations

from typing import Any

from superapp.accounts import queries
from superapp.accounts.errors import PersonNotFound
from superapp.accounts.queries import serializers
from superapp.realtime.registry import Caller, SyncPage, register_sync_part, register_user_topic_rows

ROWS_PER_PAGE = 50


@register_sync_part("contacts")
def contacts_changed(caller: Caller, since: int | None, after: str | None) -> SyncPage:
    """Return the contacts that changed since the cursor, latest first."""
    found = queries.list_changed_contacts(
        caller.user_id, since=since, after=_parse_cursor(after), rows_max=ROWS_PER_PAGE + 1
    )
    page = found[:ROWS_PER_PAGE]
    more = f"{page[-1].changed}.{page[-1].pk}" if len(found) > ROWS_PER_PAGE else None
    return SyncPage([serializers.serialize_contact(side) for side in page], more)


@register_sync_part("people")
def people_changed(caller: Caller, since: int | None, after: str | None) -> SyncPage:
    """
    Return the contacts whose profile changed since the cursor, latest first.

    Empty at the first sync, since contact rows include the person.
    """
    if since is None:
        return SyncPage([], None)
    found = queries.list_changed_peers(
        caller.user_id, since=since, after=_parse_cursor(after), rows_max=ROWS_PER_PAGE + 1
    )
    page = found[:ROWS_PER_PAGE]
    more = f"{page[-1].changed}.{page[-1].pk}" if len(found) > ROWS_PER_PAGE else None
    return SyncPage([serializers.serialize_person(user) for user in page], more)


@register_user_topic_rows
def contacts_after(user_id: int, after: int, rows_max: int) -> list[dict[str, Any]]:
    found = queries.visible_contacts(user_id).filter(rev__gt=after).order_by("rev", "pk")[:rows_max]
    return [dict(serializers.serialize_contact(side)) for side in found]


@register_user_topic_rows
def profile_after(user_id: int, after: int, rows_max: int) -> list[dict[str, Any]]:
    try:
        user = queries.get_user_by_id(user_id)
    except PersonNotFound:
        return []
    return [dict(serializers.serialize_profile(user, queries.find_phone_number(user_id)))] if user.rev > after else []


def _parse_cursor(after: str | None) -> tuple[int, int] | None:
    """Parse a page cursor into the stamp and the id of the last row."""
    if after is None:
        return None
    changed, _, pk = after.partition(".")
    return int(changed), int(pk)
