"""Transfers that are made later: once, or repeated."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from superapp.core import ids
from superapp.core.money import Money


class Schedule(models.Model):
    """
    A transfer that a person authorized for later. ``mandate`` is the authorization, kept by payments.

    ``first_on`` and ``next_on`` are dates in ``time_zone``; ``next_at`` is when the next transfer is due, None once
    there is none. ``told_on`` is the date of which the person was told the day before.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        DONE = "done"
        STOPPED = "stopped"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    note = models.CharField(max_length=140, default="", blank=True)
    repeat = models.CharField(max_length=7)
    time_zone = models.CharField(max_length=64)
    first_on = models.DateField()
    next_on = models.DateField(null=True)
    next_at = models.DateTimeField(null=True)
    told_on = models.DateField(null=True)
    state = models.CharField(max_length=7, choices=State, default=State.ACTIVE)
    mandate = models.UUIDField(unique=True)
    idempotency_key = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="peer_payments_schedule_of_something"),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="peer_payments_schedule_to_another"),
            models.CheckConstraint(
                condition=Q(next_on=None, next_at=None) | Q(next_on__isnull=False, next_at__isnull=False),
                name="peer_payments_schedule_next",
            ),
            models.UniqueConstraint(fields=["sender", "idempotency_key"], name="peer_payments_schedule_once"),
        )
        indexes = (
            models.Index(fields=["next_at"], condition=Q(state="active"), name="peer_payments_schedule_due"),
            models.Index(fields=["sender", "-id"], name="peer_payments_schedule_made"),
        )

    @property
    def money(self) -> Money:
        """The amount of each transfer."""
        return Money(self.amount)


class Occurrence(models.Model):
    """
    One transfer of a schedule, made at most once for its date.

    ``tries`` counts what the ledger refused; ``retry_at`` is when it is tried again. ``code`` is the last refusal.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        PAID = "paid"
        FAILED = "failed"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="occurrences", db_index=False)
    due_on = models.DateField()
    state = models.CharField(max_length=7, choices=State, default=State.PENDING)
    tries = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=64, default="", blank=True)
    journal = models.UUIDField(null=True, unique=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["schedule", "due_on"], name="peer_payments_occurrence_once"),
            models.CheckConstraint(
                condition=Q(state="paid", journal__isnull=False) | (~Q(state="paid") & Q(journal=None)),
                name="peer_payments_occurrence_paid_iff_journal",
            ),
        )
        indexes = (
            models.Index(fields=["retry_at"], condition=Q(state="pending"), name="peer_payments_occurrence_due"),
        )
