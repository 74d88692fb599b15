"""Queries of contacts, invitations and invite links."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from superapp.accounts.errors import InvitationNotFound, InviteLinkNotFound
from superapp.accounts.models import Contact, Invitation, InviteLink, User
from superapp.core.compiled_queries import CompiledQuery

INVITATIONS_MAX = 200


def find_both_sides(user_id: int, peer_id: int) -> tuple[Contact | None, Contact | None]:
    """Return both directions of the contact between two people."""
    rows = Contact.objects.filter(owner_id__in=(user_id, peer_id), peer_id__in=(user_id, peer_id))
    by_owner = {side.owner_id: side for side in rows}
    return by_owner.get(user_id), by_owner.get(peer_id)


def visible_contacts(owner_id: int) -> QuerySet[Contact]:
    """Return the contacts that a person was told of, as a queryset."""
    return Contact.objects.filter(owner_id=owner_id, rev__gt=0).select_related("peer")


def pending_contact_requests(user_id: int, _now: datetime) -> QuerySet[Contact]:
    """Return the contact requests that await a person's answer, as a queryset for badges."""
    return Contact.objects.filter(owner_id=user_id, state=Contact.State.ASKS, is_blocked=False, rev__gt=0)


def list_open_invitations(owner_id: int) -> list[Invitation]:
    """List a person's open invitations by number, newest first."""
    rows = Invitation.objects.filter(owner_id=owner_id, cancelled_at=None)
    return list(rows.order_by("-invited_at", "-pk")[:INVITATIONS_MAX])


def lock_invitation(invitation_id: int) -> Invitation | None:
    """
    Lock an invitation.

    The two people must be locked before it.
    """
    return Invitation.objects.select_for_update(of=("self",), no_key=True).filter(pk=invitation_id).first()


def lock_own_invitation(owner_id: int, public_id: UUID) -> Invitation:
    """
    Lock an open invitation of this person.

    :raises InvitationNotFound: if it belongs to another person, was cancelled, or does not exist
    """
    rows = Invitation.objects.select_for_update(of=("self",), no_key=True)
    found = rows.filter(owner_id=owner_id, public_id=public_id, cancelled_at=None).first()
    if found is None:
        raise InvitationNotFound
    return found


def find_newest_invite_link(owner_id: int) -> InviteLink | None:
    """Return the invite link that this person created last, open or not, or None."""
    return InviteLink.objects.filter(owner_id=owner_id).order_by("-pk").first()


def find_invite_link(token: str) -> InviteLink | None:
    """Return the invite link with this token and its owner, or None."""
    return InviteLink.objects.select_related("owner").filter(token=token, owner__is_active=True).first()


def lock_invite_link(link_id: int) -> InviteLink:
    """
    Lock an invite link.

    The people who become contacts by it must be locked before it.
    """
    return InviteLink.objects.select_for_update(no_key=True).get(pk=link_id)


def lock_own_invite_link(owner_id: int, public_id: UUID) -> InviteLink:
    """
    Lock an invite link of this person.

    :raises InviteLinkNotFound: if it belongs to another person or does not exist
    """
    found = InviteLink.objects.select_for_update(no_key=True).filter(owner_id=owner_id, public_id=public_id).first()
    if found is None:
        raise InviteLinkNotFound
    return found


def list_changed_contacts(
    owner_id: int, *, since: int | None, after: tuple[int, int] | None, rows_max: int
) -> list[Contact]:
    """Return the contacts that changed since the cursor, latest first, after the row ``after`` (stamp, id)."""
    return _CHANGED_CONTACTS.fetch(owner_id, since, *(after or (None, None)), rows_max=rows_max)


def list_changed_peers(owner_id: int, *, since: int, after: tuple[int, int] | None, rows_max: int) -> list[User]:
    """Return the contacts' users that changed since the cursor, latest first, after the row ``after`` (stamp, id)."""
    return _CHANGED_PEERS.fetch(owner_id, since, *(after or (None, None)), rows_max=rows_max)


def _changed_contacts(
    owner_id: int, since: int | None, changed: int | None, pk: int | None, *, rows_max: int
) -> QuerySet[Contact]:
    found = visible_contacts(owner_id).filter(_before_cursor(changed, pk))
    if since is not None:
        found = found.filter(changed__gte=since)
    return found.order_by("-changed", "-pk")[:rows_max]


def _changed_peers(owner_id: int, since: int, changed: int | None, pk: int | None, *, rows_max: int) -> QuerySet[User]:
    known = visible_contacts(owner_id).exclude(state=Contact.State.ENDED).values("peer_id")
    found = User.objects.filter(_before_cursor(changed, pk), pk__in=known, changed__gte=since)
    return found.order_by("-changed", "-pk")[:rows_max]


def _before_cursor(changed: int | None, pk: int | None) -> Q:
    return Q() if changed is None else Q(changed__lt=changed) | Q(changed=changed, pk__lt=pk)


_CHANGED_CONTACTS = CompiledQuery(_changed_contacts)
_CHANGED_PEERS = CompiledQuery(_changed_peers)


def has_blocked(owner_id: int, peer_id: int) -> bool:
    return Contact.objects.filter(owner_id=owner_id, peer_id=peer_id, is_blocked=True).exists()


# For SQL of other apps: true if ``owner`` has blocked ``peer``, both given as SQL expressions.
HAS_BLOCKED_SQL = (
    "EXISTS (SELECT 1 FROM accounts_contact k WHERE k.owner_id = {owner} AND k.peer_id = {peer} AND k.is_blocked)"
)


def is_blocked_between(user_id: int, peer_id: int) -> bool:
    """Return whether one of the two has blocked the other."""
    pair = Contact.objects.filter(owner_id__in=(user_id, peer_id), peer_id__in=(user_id, peer_id))
    return pair.filter(is_blocked=True).exists()


def filter_blocked_between(user_id: int, peer_ids: Collection[int]) -> set[int]:
    """Return those of these people who have blocked this person or were blocked by them, in one query."""
    ours, theirs = Q(owner_id=user_id, peer_id__in=peer_ids), Q(owner_id__in=peer_ids, peer_id=user_id)
    sides = Contact.objects.filter(ours | theirs, is_blocked=True).values_list("owner_id", "peer_id")
    return {peer_id if owner_id == user_id else owner_id for owner_id, peer_id in sides}


def list_users_with_contact(user_id: int) -> list[int]:
    """Return the ids of the users who have this person among their contacts."""
    rows = Contact.objects.filter(peer_id=user_id, rev__gt=0).exclude(state=Contact.State.ENDED)
    return list(rows.order_by("owner_id").values_list("owner_id", flat=True))
