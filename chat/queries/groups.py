"""Queries for groups, their members, invitations and links."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When

from chat.domain import group_rules
from chat.domain.enums import ConversationKind, MemberRole
from chat.errors import MemberNotFound
from chat.models import Conversation, Group, GroupInvitation, GroupLink, JoinRequest, Member
from superapp.accounts import api as accounts
from superapp.core import ids
from superapp.core.errors import InputInvalid

MEMBERS_PER_PAGE = 100
INVITATIONS_MAX = 100
REQUESTS_MAX = 200


def find_created_group(user_id: int, idempotency_key: str) -> Conversation | None:
    """Return the group that a person created under this key, or None."""
    found = Group.objects.filter(created_by_id=user_id, idempotency_key=idempotency_key).select_related("conversation")
    group = found.first()
    return group.conversation if group is not None else None


def get_member_by_public_id(conversation: Conversation, user: UUID, *, is_current: bool = True) -> Member:
    """
    Return the membership of the person with this public id; with ``is_current`` false, also one that ended.

    :raises MemberNotFound: if there is none
    """
    members = Member.objects.filter(conversation=conversation, user__public_id=user)
    member = (members.filter(until_seq=None) if is_current else members).first()
    if member is None:
        raise MemberNotFound
    return member


def list_current_user_ids(conversation: Conversation, user_ids: Collection[int]) -> list[int]:
    """List those of these people who are members now."""
    present = Member.objects.filter(conversation=conversation, user_id__in=user_ids, until_seq=None)
    return list(present.values_list("user_id", flat=True))


def list_current_public_ids(conversation: Conversation, public_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these people, by public id, who are members now."""
    present = Member.objects.filter(conversation=conversation, user__public_id__in=public_ids, until_seq=None)
    return set(present.values_list("user__public_id", flat=True))


def list_removed(conversation: Conversation, user_ids: Collection[int]) -> list[int]:
    """List those of these people whom an admin removed, and who were not added again since."""
    removed = Member.objects.filter(conversation=conversation, user_id__in=user_ids, is_removed=True)
    return list(removed.values_list("user_id", flat=True))


def find_successor(conversation: Conversation, owner_id: int) -> Member | None:
    """Return the oldest admin beside the owner, or else the oldest member, or None."""
    others = Member.objects.filter(conversation=conversation, until_seq=None).exclude(user_id=owner_id)
    return others.order_by(_role_rank(), "from_seq", "pk").first()


def page_members(
    conversation: Conversation, *, search: str = "", after: str | None = None, limit: int = MEMBERS_PER_PAGE
) -> tuple[list[Member], str | None]:
    """
    List current members with their users: owner, admins, then the others, each by name; and the next page's token.

    ``search`` filters by a part of the name, or by the beginning of the handle.

    :raises InputInvalid: if ``after`` is no token of a page before
    """
    present = Member.objects.filter(conversation=conversation, until_seq=None)
    if search:
        by_name = Q(user__name__icontains=search)
        present = present.filter(by_name | Q(user__handle__startswith=search.removeprefix("@").lower()))
    return _page(present.annotate(rank=_role_rank()), conversation, after=after, limit=limit)


def page_receivers(
    conversation: Conversation, *, seq: int, sender_id: int, after: str | None, limit: int = MEMBERS_PER_PAGE
) -> tuple[list[Member], str | None]:
    """
    List the other current members who may see a message: who read it, who received it, and the rest, each by name.

    :raises InputInvalid: if ``after`` is no token of a page before
    """
    others = _receivers(conversation, seq=seq, sender_id=sender_id)
    rank = Case(When(read_seq__gte=seq, then=0), When(delivered_seq__gte=seq, then=1), default=2)
    return _page(others.annotate(rank=rank), conversation, after=after, limit=limit)


def count_receivers(conversation: Conversation, *, seq: int, sender_id: int) -> tuple[int, int, int]:
    """Count the other current members who read a message, who received it (readers included), and all of them."""
    read = Q(read_seq__gte=seq)
    counted = _receivers(conversation, seq=seq, sender_id=sender_id).aggregate(
        read=Count("pk", filter=read), delivered=Count("pk", filter=read | Q(delivered_seq__gte=seq)), total=Count("pk")
    )
    return counted["read"], counted["delivered"], counted["total"]


def _receivers(conversation: Conversation, *, seq: int, sender_id: int) -> QuerySet[Member]:
    present = Member.objects.filter(conversation=conversation, until_seq=None, from_seq__lte=seq)
    return present.exclude(user_id=sender_id)


def _role_rank() -> Case:
    return Case(When(role=MemberRole.OWNER, then=0), When(role=MemberRole.ADMIN, then=1), default=2)


def _page(
    ranked: QuerySet[Member], conversation: Conversation, *, after: str | None, limit: int
) -> tuple[list[Member], str | None]:
    if after is not None:
        ranked = ranked.filter(_is_after(conversation, after))
    ordered = ranked.select_related("user").order_by("rank", "user__name", "user__public_id")  # type: ignore[misc]  # Annotated.
    found = list(ordered[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    return found, f"{found[-1].rank}.{found[-1].user.public_id}" if more else None  # type: ignore[attr-defined]  # Annotated.


def _is_after(conversation: Conversation, token: str) -> Q:
    """Return the condition for members after the one that a token names, who may have left meanwhile."""
    rank, _, public_id = token.partition(".")
    parsed = ids.parse_id(public_id)
    if parsed is None or rank not in ("0", "1", "2"):
        raise InputInvalid(detail="after")
    last = Member.objects.filter(conversation=conversation, user__public_id=parsed).select_related("user").first()
    if last is None:
        raise InputInvalid(detail="after")
    same_rank = Q(user__name__gt=last.user.name) | Q(user__name=last.user.name, user__public_id__gt=last.user.public_id)
    return Q(rank__gt=int(rank)) | Q(rank=int(rank)) & same_rank


# Invitations.


def list_open_invitations(user_id: int) -> list[GroupInvitation]:
    """List the invitations that a person has not answered, newest first."""
    found = _open_invitations().filter(user_id=user_id).select_related("conversation__group", "invited_by")
    newest = list(found.order_by("-invited_at", "-pk")[:INVITATIONS_MAX])
    # A block after the invitation takes it back.
    blocked = accounts.filter_blocked_between(user_id, [one.invited_by_id for one in newest])
    return [one for one in newest if one.invited_by_id not in blocked]


def count_open_invitations(user_id: int) -> int:
    """Count the invitations that a person has not answered, as many as are listed."""
    return len(list_open_invitations(user_id))


def find_open_invitation(conversation_id: UUID, user_id: int) -> GroupInvitation | None:
    """Return a person's unanswered invitation to a group, or None."""
    found = _open_invitations().filter(conversation__public_id=conversation_id, user_id=user_id).first()
    is_blocked = found is not None and bool(accounts.filter_blocked_between(user_id, [found.invited_by_id]))
    return None if is_blocked else found


def has_open_invitation(conversation_id: int, user_id: int) -> bool:
    """Return whether a person has an unanswered invitation to a group."""
    found = _open_invitations().filter(conversation_id=conversation_id, user_id=user_id).first()
    return found is not None and not accounts.filter_blocked_between(user_id, [found.invited_by_id])


def list_open_invited(conversation: Conversation, user_ids: Collection[int]) -> set[int]:
    """Return those of these people who have an open invitation to this group."""
    found = _open_invitations().filter(conversation=conversation, user_id__in=user_ids)
    return set(found.values_list("user_id", flat=True))


def count_invitations_by(inviter_id: int, user_ids: Collection[int]) -> dict[int, int]:
    """Count the unanswered invitations that each of these people has from one person."""
    found = _open_invitations().filter(invited_by_id=inviter_id, user_id__in=user_ids)
    return dict(found.values_list("user_id").annotate(count=Count("pk")).order_by())


def _open_invitations() -> QuerySet[GroupInvitation]:
    # Who left the group, or was removed, has nobody to invite any more.
    inviter = Member.objects.filter(conversation=OuterRef("conversation"), user=OuterRef("invited_by"), until_seq=None)
    return GroupInvitation.objects.filter(Exists(inviter), declined_at=None)


# Links.


def list_open_links(conversation: Conversation, now: datetime) -> list[GroupLink]:
    """List the links of a group that still let people in, newest first."""
    found = GroupLink.objects.filter(conversation=conversation, revoked_at=None).order_by("-pk")
    return [link for link in found if link.is_open(now)]


def find_link(token: str) -> GroupLink | None:
    """Return the link of this token with its group, open or not, or None."""
    return GroupLink.objects.select_related("conversation__group").filter(token=token).first()


def list_requests(conversation: Conversation) -> list[JoinRequest]:
    """List the people who asked to be let in, oldest first."""
    found = JoinRequest.objects.filter(conversation=conversation).select_related("user")
    return list(found.order_by("asked_at", "pk")[:REQUESTS_MAX])


def count_requests_by_conversation(memberships: Collection[Member]) -> dict[int, int]:
    """
    Count the people who asked to be let into the groups of these memberships, by the conversation's id.

    Groups that their member may let nobody into are left out; without any, nothing is read.
    """
    led = [
        member.conversation_id
        for member in memberships
        if member.until_seq is None and member.is_active_admin and member.conversation.kind == ConversationKind.GROUP
    ]
    if not led:
        return {}
    asked = JoinRequest.objects.filter(conversation_id__in=led).order_by().values_list("conversation_id")
    return dict.fromkeys(led, 0) | dict(asked.annotate(count=Count("pk")))


def list_admin_ids(conversation: Conversation) -> list[int]:
    """List the user ids of the members who may let people in."""
    admins = Member.objects.filter(
        conversation=conversation, until_seq=None, role__in=group_rules.ADMIN_ROLES, is_silenced=False
    )
    return list(admins.order_by("user_id").values_list("user_id", flat=True))


def count_requests(conversation: Conversation) -> int:
    """Count the people who asked to be let in."""
    return JoinRequest.objects.filter(conversation=conversation).count()


def has_asked(conversation: Conversation, user_id: int) -> bool:
    """Return whether a person asked to be let in and waits for an admin."""
    return JoinRequest.objects.filter(conversation=conversation, user_id=user_id).exists()
