"""Invite links: creating, revoking and accepting."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from superapp.accounts import queries
from superapp.accounts.actions.contacts import CONTACT_REQUEST_LIMIT, ContactPair
from superapp.accounts.contracts import ContactRow
from superapp.accounts.errors import ContactBlocked, ContactOneself, InviteLinkNotFound
from superapp.accounts.models import Contact, InviteLink, User
from superapp.accounts.queries import serializers
from superapp.accounts.writers import rate_limits
from superapp.accounts.writers.rate_limits import RateLimit
from superapp.core import ids

TOKEN_BYTES = 16
CREATE_LIMIT = RateLimit("invite.link", 20, timedelta(days=1))
OPEN_LIMIT = RateLimit("invite.open", 120, timedelta(hours=1))


def find_own_link(*, user_id: int, now: datetime) -> InviteLink | None:
    """Return a person's open invite link, or None."""
    link = queries.find_newest_invite_link(user_id)
    return link if link is not None and link.is_open(now) else None


def get_or_create_link(*, user_id: int, now: datetime) -> InviteLink:
    """
    Return a person's open invite link, created if there is none.

    :raises RateLimited: after too many new links in a day
    """
    standing = find_own_link(user_id=user_id, now=now)
    if standing is not None:
        return standing
    rate_limits.consume([(CREATE_LIMIT, f"user:{user_id}")], now=now)
    with transaction.atomic():
        # The lock serializes calls for one person: the second one finds the link of the first.
        queries.lock_people((user_id,))
        standing = find_own_link(user_id=user_id, now=now)
        if standing is not None:
            return standing
        return InviteLink.objects.create(
            public_id=ids.new_id(),
            owner_id=user_id,
            token=secrets.token_urlsafe(TOKEN_BYTES),
            created_at=now,
            expires_at=now + InviteLink.LASTS_FOR,
        )


def revoke_link(*, user_id: int, link: UUID, now: datetime) -> None:
    """
    Revoke an invite link. Idempotent.

    :raises InviteLinkNotFound: if it belongs to another person or does not exist
    """
    with transaction.atomic():
        found = queries.lock_own_invite_link(user_id, link)
        if found.revoked_at is None:
            found.revoked_at = now
            found.save(update_fields=["revoked_at"])


def get_inviter(*, token: str, user_id: int | None, now: datetime) -> User:
    """
    Return the owner of an open invite link; ``user_id`` is None for a visitor who is not logged in.

    :raises InviteLinkNotFound: if it is unknown, expired, used up or revoked, or its owner blocked this person
    :raises RateLimited: after too many look-ups in an hour
    """
    if user_id is not None:
        rate_limits.consume([(OPEN_LIMIT, f"user:{user_id}")], now=now)
    link = queries.find_invite_link(token)
    if link is None or not link.is_open(now):
        raise InviteLinkNotFound
    # A blocked person must not learn of the block, so the link looks revoked.
    if user_id is not None and queries.has_blocked(link.owner_id, user_id):
        raise InviteLinkNotFound
    return link.owner


def accept_invite(*, user_id: int, token: str, now: datetime) -> ContactRow:
    """
    Accept an invite link: become a contact of its owner, who is notified. Idempotent.

    :raises InviteLinkNotFound: if it is unknown, expired, used up or revoked, or its owner blocked this person
    :raises ContactOneself: if it is one's own
    :raises ContactBlocked: if this person has blocked its owner
    :raises RateLimited: after too many requests in a day
    """
    rate_limits.consume([(CONTACT_REQUEST_LIMIT, f"user:{user_id}")], now=now)
    link = queries.find_invite_link(token)
    if link is None:
        raise InviteLinkNotFound
    if link.owner_id == user_id:
        raise ContactOneself
    with transaction.atomic():
        pair = ContactPair(user_id, link.owner_id, now)
        locked = queries.lock_invite_link(link.pk)
        if pair.theirs.is_blocked or not locked.is_open(now):
            raise InviteLinkNotFound
        if pair.mine.is_blocked:
            raise ContactBlocked
        if pair.mine.state != Contact.State.ACCEPTED:
            locked.uses += 1
            locked.save(update_fields=["uses"])
            pair.connect(is_answer=True)
            pair.save()
        return serializers.serialize_contact(pair.mine)
