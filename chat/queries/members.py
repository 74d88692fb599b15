"""Queries for memberships. They take the asking person: an outsider gets the error for a missing conversation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, F, Min, Q, QuerySet, When, Window
from django.db.models.functions import Coalesce, Greatest, RowNumber

from chat.domain.enums import ConversationKind
from chat.errors import ConversationNotFound
from chat.models import Conversation, Member
from superapp.core.compiled_queries import CompiledQuery

MEMBERS_MAX = 50


@dataclass(frozen=True, slots=True)
class PutAwayCounts:
    """
    The numbers of conversations that a person hid, archived, and archived with unread messages, unless muted; and of
    groups in which they are no longer.
    """

    hidden: int
    archived: int
    archived_unread: int
    past_groups: int


def fetch_membership(conversation_id: UUID, user_id: int) -> Member:
    """
    Fetch the person's membership with ``conversation`` loaded, also of a conversation that they left.

    :raises ConversationNotFound: if there is no such conversation, or the person never was a member
    """
    found = _MEMBERSHIP.fetch(conversation_id, user_id)
    if not found:
        raise ConversationNotFound
    return found[0]


_MEMBERSHIP = CompiledQuery(
    lambda conversation_id, user_id: Member.objects.filter(
        conversation__public_id=conversation_id, user_id=user_id
    ).select_related("conversation__face", "conversation__group")
)


def fetch_current_membership(conversation_id: UUID, user_id: int) -> Member:
    """
    Fetch the person's current membership with ``conversation`` loaded.

    :raises ConversationNotFound: if the person is not a member now
    """
    member = fetch_membership(conversation_id, user_id)
    if member.until_seq is not None:
        raise ConversationNotFound
    return member


def list_current_memberships(conversation_ids: Iterable[UUID], *, user_id: int) -> list[Member]:
    """List the person's current memberships among these conversations, each with ``conversation`` loaded."""
    present = Member.objects.filter(conversation__public_id__in=list(conversation_ids), user_id=user_id, until_seq=None)
    return list(present.select_related("conversation").order_by("conversation_id"))


def list_member_public_ids(conversation: Conversation, public_ids: Collection[UUID]) -> list[UUID]:
    """List those of these people who are or were members."""
    members = Member.objects.filter(conversation=conversation, user__public_id__in=public_ids)
    return list(members.values_list("user__public_id", flat=True))


def list_recipients(conversation_id: int) -> list[int]:
    """List the user ids of the current members."""
    return list_recipients_by_conversation([conversation_id])[conversation_id]


def list_recipients_by_conversation(conversation_ids: Collection[int]) -> dict[int, list[int]]:
    """List the user ids of the current members of each conversation."""
    found: dict[int, list[int]] = {conversation_id: [] for conversation_id in conversation_ids}
    present = Member.objects.filter(conversation_id__in=conversation_ids, until_seq=None).order_by("user_id")
    for conversation_id, user_id in present.values_list("conversation_id", "user_id"):
        found[conversation_id].append(user_id)
    return found


def list_visible_members(memberships: Iterable[Member]) -> dict[int, list[Member]]:
    """
    List the first ``MEMBERS_MAX`` members of the conversation of each of one person's memberships, with their user.

    The person is always among them.

    Conversations that the person left are omitted: former members may not see the current ones.
    """
    own = [member for member in memberships if member.until_seq is None]
    found: dict[int, list[Member]] = {}
    own_ids, conversation_ids = [one.pk for one in own], [one.conversation_id for one in own]
    for member in _VISIBLE_MEMBERS.fetch(own_ids, conversation_ids, per_conversation=MEMBERS_MAX):
        found.setdefault(member.conversation_id, []).append(member)
    return found


def _first_members(
    own_ids: Collection[int], conversation_ids: Collection[int], *, per_conversation: int
) -> QuerySet[Member]:
    is_own = Case(When(pk__in=own_ids, then=0), default=1)
    ranked = Member.objects.filter(conversation_id__in=conversation_ids, until_seq=None).annotate(
        place=Window(RowNumber(), partition_by="conversation_id", order_by=[is_own, "id"])
    )
    return ranked.filter(place__lte=per_conversation).select_related("user").order_by("conversation_id", "id")


_VISIBLE_MEMBERS = CompiledQuery(_first_members)


def list_changed_memberships(
    user_id: int, *, since: int | None, before: tuple[int, int] | None, limit: int, is_archived: bool | None = None
) -> list[Member]:
    """
    List the person's memberships that changed since the cursor, newest first, each with ``changed_last``.

    A conversation that the person left counts as changed when they left. ``before`` is the ``(changed_last, id)``
    of the last row of the page before. ``is_archived`` filters by the archive; None returns all.
    """
    return _CHANGED.fetch(user_id, since, *(before or (None, None)), limit=limit, is_archived=is_archived)


def _changed_memberships(
    user_id: int,
    since: int | None,
    changed_before: int | None,
    pk_before: int | None,
    *,
    limit: int,
    is_archived: bool | None,
) -> QuerySet[Member]:
    picked = {} if is_archived is None else {"is_archived": is_archived}
    memberships = (
        Member.objects.filter(user_id=user_id, **picked)
        .select_related("conversation__face", "conversation__group")
        .annotate(
            # A changed face counts as a change of its conversations, for their current members.
            changed_last=Greatest(
                "changed",
                Case(When(until_seq=None, then=F("conversation__changed")), default=0),
                Case(When(until_seq=None, then=Coalesce(F("conversation__face__changed"), 0)), default=0),
            )
        )
    )
    # A device without a cursor knows no conversation that it could remove.
    memberships = memberships.filter(until_seq=None) if since is None else memberships.filter(changed_last__gte=since)
    if changed_before is not None:
        is_older = Q(changed_last__lt=changed_before) | Q(changed_last=changed_before, pk__lt=pk_before)
        memberships = memberships.filter(is_older)
    return memberships.order_by("-changed_last", "-pk")[:limit]


_CHANGED = CompiledQuery(_changed_memberships)


def list_hidden_memberships(user_id: int, *, before: tuple[int, int] | None, limit: int) -> list[Member]:
    """
    List the memberships of conversations that the person hid and that have no message since, newest change first.

    ``before`` is the ``(changed, id)`` of the last row of the page before.
    """
    return _list_before(Member.objects.filter(_IS_HIDDEN, user_id=user_id, until_seq=None), before, limit)


def list_past_group_memberships(user_id: int, *, before: tuple[int, int] | None, limit: int) -> list[Member]:
    """
    List the memberships of groups that the person left or was removed from, newest change first.

    ``before`` is the ``(changed, id)`` of the last row of the page before.
    """
    return _list_before(Member.objects.filter(_IS_PAST_GROUP, user_id=user_id), before, limit)


def _list_before(memberships: QuerySet[Member], before: tuple[int, int] | None, limit: int) -> list[Member]:
    if before is not None:
        changed, pk = before
        memberships = memberships.filter(Q(changed__lt=changed) | Q(changed=changed, pk__lt=pk))
    ordered = memberships.select_related("conversation__face", "conversation__group").order_by("-changed", "-pk")
    return list(ordered[:limit])


def count_put_away(user_id: int, now: datetime) -> PutAwayCounts:
    """
    Count the conversations that a person hid, archived or left. One that is both hidden and archived counts as hidden;
    empty ones are ignored.
    """
    is_present = Q(until_seq=None)
    is_hidden = is_present & _IS_HIDDEN
    is_archived = is_present & ~_IS_HIDDEN & Q(is_archived=True, conversation__last_seq__gt=0)
    # Conversations that were never put away are not joined: most are not, and every page of the list asks.
    is_away = Q(is_archived=True) | Q(hidden_seq__gt=0) | Q(until_seq__isnull=False)
    counted = Member.objects.filter(is_away, user_id=user_id).aggregate(
        hidden=Count("pk", filter=is_hidden),
        archived=Count("pk", filter=is_archived),
        archived_unread=Count("pk", filter=is_archived & _IS_UNREAD & (_is_loud(now) | _IS_MENTIONED)),
        past_groups=Count("pk", filter=_IS_PAST_GROUP),
    )
    return PutAwayCounts(**counted)


def list_memberships_after_rev(user_id: int, *, after_rev: int, limit: int) -> list[Member]:
    """List the memberships that changed after this rev of the person's user topic, in the order of their changes."""
    changed = Member.objects.filter(user_id=user_id, rev__gt=after_rev).select_related("conversation")
    return list(changed.order_by("rev")[:limit])


def unread_memberships(user_id: int, now: datetime) -> QuerySet[Member]:
    """
    Return the memberships that count in the badge: unread, and neither hidden, archived nor left; a muted one counts
    while an unread message mentions the person.

    One row is one conversation.
    """
    return _unread_memberships(now).filter(user_id=user_id)


def list_seen_up_to(
    user_ids: Collection[int], conversation_ids: Collection[UUID], now: datetime
) -> dict[tuple[int, UUID], int]:
    """
    Return up to which number these people have read or received these conversations, in one query.

    Conversations that do not count in the badge of a person are left out.
    """
    found = _unread_memberships(now).filter(user_id__in=user_ids, conversation__public_id__in=conversation_ids)
    columns = found.values_list("user_id", "conversation__public_id", "read_seq", "delivered_seq")
    return {(user_id, conversation): max(read, delivered) for user_id, conversation, read, delivered in columns}


def list_read_up_to(user_ids: Collection[int], conversation_ids: Collection[UUID]) -> dict[tuple[int, UUID], int]:
    """Return up to which number these people, as current members, have read these conversations, in one query."""
    found = Member.objects.filter(user_id__in=user_ids, conversation__public_id__in=conversation_ids, until_seq=None)
    columns = found.values_list("user_id", "conversation__public_id", "read_seq")
    return {(user_id, conversation): read for user_id, conversation, read in columns}


def _unread_memberships(now: datetime) -> QuerySet[Member]:
    return Member.objects.filter(
        _is_loud(now) | _IS_MENTIONED,
        _IS_UNREAD,
        until_seq=None,
        is_archived=False,
        conversation__last_seq__gt=F("hidden_seq"),
    )


_IS_HIDDEN = Q(hidden_seq__gt=0, conversation__last_seq__gt=0, conversation__last_seq__lte=F("hidden_seq"))
_IS_PAST_GROUP = Q(until_seq__isnull=False, conversation__kind=ConversationKind.GROUP)
_IS_UNREAD = Q(conversation__counted__gt=F("read_counted") + F("own_since")) | Q(is_marked_unread=True)

_IS_MENTIONED = Q(mentioned_seq__gt=F("read_seq")) | Q(
    conversation__all_mentioned_seq__gt=F("read_seq"), conversation__all_mentioned_seq__gte=F("from_seq")
)


def _is_loud(now: datetime) -> Q:
    return Q(muted_until=None) | Q(muted_until__lte=now)


def fetch_reach(conversation: Conversation, user_id: int) -> tuple[int, int]:
    """
    Return up to which message all other members have read, and received, a group.

    Of a large group, where a member does not see the receipts of all, nothing is told: ``(0, 0)``.
    """
    if conversation.group.member_count > MEMBERS_MAX:
        return 0, 0
    others = Member.objects.filter(conversation=conversation, until_seq=None).exclude(user_id=user_id)
    reach = others.aggregate(read=Min("read_seq"), delivered=Min(Greatest("read_seq", "delivered_seq")))
    return reach["read"] or 0, reach["delivered"] or 0


def get_member(conversation: Conversation, user_id: int) -> Member:
    """Return the membership of a person, current or not."""
    return Member.objects.get(conversation=conversation, user_id=user_id)


def is_current_member(conversation: Conversation, user_id: int) -> bool:
    """Return whether the person is a member now."""
    return Member.objects.filter(conversation=conversation, user_id=user_id, until_seq=None).exists()


def has_been_member(conversation: Conversation, user_id: int) -> bool:
    """Return whether the person is or ever was a member."""
    return Member.objects.filter(conversation=conversation, user_id=user_id).exists()
