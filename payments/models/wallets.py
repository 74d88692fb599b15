"""Verification tiers and top-ups."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.models.accounts import ASSET_CHARS_MAX
from payments.models.journals import Journal
from superapp.core import ids


class Tier(models.Model):
    """The verification tier of a person, which sets the ceiling of their wallet; ``basic`` without a row."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+")
    name = models.CharField(max_length=16)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()


class TopUp(models.Model):
    """
    A top-up at the counter, requested by one operator and decided by another.

    Neither operator may be the owner of the wallet.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        APPROVED = "approved"
        REJECTED = "rejected"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    asset = models.CharField(max_length=ASSET_CHARS_MAX)
    reason = models.CharField(max_length=140)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_topup_of_something"),
            models.CheckConstraint(
                condition=~Q(maker=F("checker")) | Q(checker=None), name="payments_topup_takes_two_persons"
            ),
            models.CheckConstraint(
                condition=~Q(maker=F("user")) & (~Q(checker=F("user")) | Q(checker=None)),
                name="payments_topup_not_for_oneself",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", checker=None, journal=None)
                | Q(state="approved", checker__isnull=False, journal__isnull=False)
                | Q(state="rejected", checker__isnull=False, journal=None),
                name="payments_topup_posted_iff_approved",
            ),
        )
