"""Contacts, invitations and invite links."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from superapp.accounts.models.users import User
from superapp.core import ids


class Contact(models.Model):
    """
    One direction of a contact between two people; the other direction is another row.

    ``rev`` is the revision of the owner's topic ``me`` at the last change that the owner was told of. 0 means that the
    owner knows nothing of the row, as after an invitation by phone number: even a number that moves would reveal an
    account.
    """

    class State(models.TextChoices):
        INVITED = "invited"  # The owner sent a request.
        ASKS = "asks"  # The peer sent a request.
        ACCEPTED = "accepted"
        ENDED = "ended"

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="contacts")
    peer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State)
    # Invited by phone number: the owner is shown nothing of the invitation until it is accepted.
    is_by_phone = models.BooleanField(default=False)
    is_blocked = models.BooleanField(default=False)
    # The two have a business relation, such as an order: they may chat in conversations with a face, such as a
    # shop's, without being contacts.
    has_business = models.BooleanField(default=False, db_default=False)
    # When the owner declined; for a while, further requests change nothing.
    declined_at = models.DateTimeField(null=True)
    rev = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["owner", "peer"], name="accounts_contact_once"),
            models.CheckConstraint(condition=~models.Q(owner=models.F("peer")), name="accounts_contact_not_oneself"),
        )
        indexes = (
            models.Index(fields=["owner", "rev"], name="accounts_contact_owner_rev"),
            models.Index(fields=["owner", "changed"], name="accounts_contact_owner_changed"),
            models.Index(fields=["peer"], name="accounts_contact_peer"),
        )


class Invitation(models.Model):
    """
    An invitation to a phone number, whether or not it has an account.

    It stays until the two are contacts or its owner cancels it, and looks the same to its owner in either case:
    ``delivered_to``, the invited user, is shown to nobody. ``cancelled_at`` is set until the contact request is
    withdrawn from that user, too.
    """

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=16, db_index=True)
    invited_at = models.DateTimeField()
    delivered_to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner", "number"], name="accounts_invitation_once"),)


class InviteLink(models.Model):
    """
    A link by which a limited number of people become contacts of its owner.

    ``token`` is the part of the URL that cannot be guessed: 128 random bits.
    """

    LASTS_FOR = timedelta(days=14)
    USES_MAX = 20
    TOKEN_CHARS_MAX = 43

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.CharField(max_length=TOKEN_CHARS_MAX, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    uses = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(uses__lte=20), name="accounts_invite_link_uses_bounded"),
        )

    def is_open(self, now: datetime) -> bool:
        """Return whether the link still accepts contacts."""
        return self.revoked_at is None and now < self.expires_at and self.uses < self.USES_MAX
