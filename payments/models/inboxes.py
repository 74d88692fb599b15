"""Queued credits, open holds and refund counters."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from payments.models.accounts import Account
from payments.models.journals import Journal, Transfer

REFUNDS_MAX = 50


class Inbox(models.Model):
    """A credit of a queued-credit account that is not posted yet; the roll-up turns it into a posting."""

    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, primary_key=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(amount__gt=0), name="payments_inbox_moves_something"),)
        indexes = (models.Index(fields=["account", "transfer"], name="payments_inbox_of_account"),)


class OpenHold(models.Model):
    """A hold that is neither captured nor voided."""

    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, primary_key=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(amount__gt=0), name="payments_openhold_holds_something"),)
        indexes = (models.Index(fields=["expires_at"], name="payments_openhold_expiry"),)


class Refundable(models.Model):
    """The refund cap and the refund counters of a journal, so that concurrent refunds cannot exceed the cap."""

    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, primary_key=True, related_name="refundable")
    cap = models.BigIntegerField()
    refunded = models.BigIntegerField(default=0)
    refunds = models.SmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(cap__gt=0, refunded__gte=0, refunded__lte=F("cap")), name="payments_refundable_capped"
            ),
            models.CheckConstraint(condition=Q(refunds__range=(0, REFUNDS_MAX)), name="payments_refundable_few"),
        )
