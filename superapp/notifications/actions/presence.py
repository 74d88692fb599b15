"""Presence: who is online, and when somebody was last, for those who show the same of themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.notifications import queries
from superapp.notifications.contracts import PresenceRow
from superapp.notifications.domain.visibility import PresenceVisibility, can_see
from superapp.notifications.models import LastActive
from superapp.realtime.presence import board


def list_presence(*, viewer_id: int, people: Sequence[UUID]) -> list[PresenceRow]:
    """
    Return the presence of people, in their order, as far as it is known and the viewer may see it.

    Somebody whom the viewer may not see looks like somebody of whom nothing is known, and like nobody at all.
    """
    ids = {user.public_id: user.pk for user in accounts.list_users_by_public_id(people)}
    visible = _filter_visible(viewer_id, set(ids.values()))
    active = board.find_active(visible)
    # Where it is not known who is online, a last time would be false for those who are.
    last = queries.fetch_last_active(visible) if active is not None else {}
    rows: list[PresenceRow] = []
    for public_id in people:
        user_id = ids.get(public_id, 0)
        is_online = user_id in active if active is not None and user_id in visible else None
        at = last.get(user_id) if is_online is False else None
        rows.append(
            {"user": str(public_id), "online": is_online, "last_active_at": None if at is None else clock.to_wire(at)}
        )
    return rows


def record_activity(user_ids: Collection[int], now: datetime) -> None:
    """Write down that these people used the app until now, but for those who show it to nobody."""
    shown = queries.fetch_presence_visibilities(user_ids)
    LastActive.objects.bulk_create(
        [
            LastActive(user_id=user_id, at=now)
            for user_id in sorted(user_ids)
            if shown[user_id] != PresenceVisibility.NOBODY
        ],
        update_conflicts=True,
        update_fields=["at"],
        unique_fields=["user_id"],
    )


def _filter_visible(viewer_id: int, user_ids: set[int]) -> set[int]:
    """Return those of these people whose presence the viewer may see."""
    others = user_ids - {viewer_id}
    if not others:
        return set()
    shown = queries.fetch_presence_visibilities({viewer_id, *others})
    pairs = {(viewer_id, other) for other in others}
    strangers = {other for _viewer, other in accounts.find_forbidden_pairs(pairs)}
    # People who trade with each other chat without being contacts; who blocked the other is neither.
    unknown = {other for _viewer, other in accounts.find_forbidden_business_pairs(pairs)}
    return {
        other
        for other in others
        if (other not in strangers or other not in unknown)
        and can_see(viewer=shown[viewer_id], person=shown[other], are_contacts=other not in strangers)
    }
