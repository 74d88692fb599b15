"""Refunds that merchants give."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from payments.models.journals import REFERENCE_CHARS_MAX, Journal
from superapp.core import ids

NUMBER_CHARS_MAX = 64
REASON_CHARS_MAX = 200


class MerchantRefund(models.Model):
    """
    A refund of all or part of a payment, once under the merchant's own ``number``.

    It waits until the merchant has the money, and is then done, or failed if it cannot be any more. ``is_suspended``
    says that the money did not fit into the payer's wallet and went to suspense.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    merchant = models.CharField(max_length=REFERENCE_CHARS_MAX)
    number = models.CharField(max_length=NUMBER_CHARS_MAX)
    payment = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="merchant_refunds")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=REASON_CHARS_MAX, default="", blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    is_suspended = models.BooleanField(default=False)
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["merchant", "number"], name="payments_merchantrefund_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & ~Q(number="") & ~Q(merchant=""), name="payments_merchantrefund_is_whole"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", journal=None, closed_at=None, is_suspended=False)
                | Q(state="done", journal__isnull=False, closed_at__isnull=False)
                | Q(state="failed", journal=None, closed_at__isnull=False, is_suspended=False),
                name="payments_merchantrefund_closed_iff_not_waiting",
            ),
        )
        indexes = (models.Index(fields=["id"], condition=Q(state="waiting"), name="payments_merchantrefund_due"),)
