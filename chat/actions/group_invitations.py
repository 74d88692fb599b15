"""Invitations to groups: sent in place of adding a person who lets only contacts add them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from chat import push
from chat.actions.memberships import join_people
from chat.errors import InvitationNotFound
from chat.models import Conversation, GroupInvitation
from chat.queries.groups import count_invitations_by, find_open_invitation, list_open_invited, list_removed
from chat.queries.locking import lock_conversation
from superapp.accounts import api as accounts

# As many unanswered invitations a person may have from one inviter; more would hide those of others.
OPEN_FROM_ONE_MAX = 5
# For so long, a person who declined is not asked again for the same group.
DECLINE_COOLDOWN = timedelta(days=30)


def invite_people(conversation: Conversation, *, by_user_id: int, user_ids: Sequence[int], now: datetime) -> None:
    """
    Invite these people to a group, and tell them; the caller holds the lock.

    People are passed over, without the inviting member learning of it, if one of the two blocked the other, if an
    admin removed them, or if they declined lately, are invited already, or have many invitations from this member.
    """
    # A person may invite from several groups at once; the lock makes the count below exact.
    accounts.lock_people({by_user_id})
    blocked = accounts.filter_blocked_between(by_user_id, user_ids)
    removed = list_removed(conversation, user_ids)
    standing = {
        one.user_id: one for one in GroupInvitation.objects.filter(conversation=conversation, user__in=user_ids)
    }
    still_open = list_open_invited(conversation, user_ids)
    many = {user for user, count in count_invitations_by(by_user_id, user_ids).items() if count >= OPEN_FROM_ONE_MAX}
    declined = {user_id for user_id, one in standing.items() if _was_declined_lately(one, now)}
    invited = sorted(set(user_ids) - blocked - set(removed) - still_open - many - declined)
    invitations = [
        standing.get(user_id) or GroupInvitation(conversation=conversation, user_id=user_id) for user_id in invited
    ]
    for invitation in invitations:
        invitation.invited_by_id, invitation.invited_at, invitation.declined_at = by_user_id, now, None
    GroupInvitation.objects.bulk_create([one for one in invitations if one.pk is None])
    GroupInvitation.objects.bulk_update(
        [one for one in invitations if one.pk is not None], ["invited_by", "invited_at", "declined_at"]
    )
    push.invitations_changed(invited)


def _was_declined_lately(invitation: GroupInvitation, now: datetime) -> bool:
    return invitation.declined_at is not None and now - invitation.declined_at < DECLINE_COOLDOWN


def answer_invitation(*, conversation_id: UUID, user_id: int, accepts: bool, now: datetime) -> None:
    """
    Accept or decline an invitation to a group. The group learns of an acceptance only.

    :raises InvitationNotFound: if there is none
    :raises GroupFull: if the group has no room; the invitation stays
    """
    # Looked for before anything is locked. A group that does not exist is no invitation either.
    if find_open_invitation(conversation_id, user_id) is None:
        raise InvitationNotFound
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        invitation = find_open_invitation(conversation_id, user_id)
        if invitation is None:
            raise InvitationNotFound
        if accepts:
            join_people(conversation, [user_id], event="member_joined", actor_id=user_id, now=now)
        else:
            invitation.declined_at = now
            invitation.save(update_fields=["declined_at"])
        push.invitations_changed([user_id])
