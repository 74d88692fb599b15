"""Requests for money between two people."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from peer_payments.models.splits import BillSplit
from superapp.core import ids

KEY_CHARS_MAX = 64


class MoneyRequest(models.Model):
    """
    A request for money from ``payer`` by ``requester``; it is closed once, and then never changed.

    ``split`` is the bill of which it is a share, if it is one. ``journal`` is the public id of the payment. ``version``
    grows with every change of the state. ``attempts`` counts payments that the ledger refused: each is final under its
    own idempotency key, the next one has another. ``notified_at`` is when the payer was last told, by the request
    itself or by a reminder.
    """

    class State(models.TextChoices):
        OPEN = "open"
        PAID = "paid"
        DECLINED = "declined"
        CANCELLED = "cancelled"
        EXPIRED = "expired"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    split = models.ForeignKey(BillSplit, on_delete=models.PROTECT, null=True, related_name="shares", db_index=False)
    note = models.CharField(max_length=140, default="", blank=True)
    idempotency_key = models.CharField(max_length=KEY_CHARS_MAX)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    attempts = models.PositiveIntegerField(default=0)
    journal = models.UUIDField(null=True, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    notified_at = models.DateTimeField()
    reminders = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="peer_payments_request_of_something"),
            models.CheckConstraint(condition=~Q(requester=F("payer")), name="peer_payments_request_of_another"),
            models.CheckConstraint(
                condition=Q(state="paid", journal__isnull=False) | (~Q(state="paid") & Q(journal=None)),
                name="peer_payments_request_paid_iff_journal",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="peer_payments_request_closed_iff_not_open",
            ),
            models.UniqueConstraint(fields=["split", "payer"], name="peer_payments_share_once"),
            models.UniqueConstraint(fields=["requester", "idempotency_key"], name="peer_payments_request_once"),
        )
        indexes = (
            models.Index(fields=["expires_at"], condition=Q(state="open"), name="peer_payments_request_due"),
            models.Index(fields=["requester", "-id"], name="peer_payments_request_made"),
            models.Index(fields=["payer", "-id"], name="peer_payments_request_got"),
        )
