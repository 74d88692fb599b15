"""Models of parcels as their couriers track them: what was asked, what was told, and how the couriers answer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shop.models.orders import Shipment

CODE_CHARS_MAX, TEXT_CHARS_MAX, PLACE_CHARS_MAX, ERROR_CHARS_MAX = 40, 200, 80, 200


class TrackedParcel(models.Model):
    """
    A parcel by its courier and tracking number, whichever orders travel in it.

    ``heard_at`` is when the courier last told something of it; ``missed_at`` when it last answered that it has nothing
    about the number. ``ask_at`` is when it is asked again; None once no order waits for the parcel.
    """

    courier = models.CharField(max_length=Shipment.COURIER_CHARS_MAX)
    resi = models.CharField(max_length=Shipment.RESI_CHARS_MAX)
    named_at = models.DateTimeField()
    ask_at = models.DateTimeField(null=True)
    # How often the courier gave no answer since the last one.
    failures = models.PositiveIntegerField(default=0)
    heard_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["courier", "resi"], name="shop_trackedparcel_once"),)
        indexes = (
            models.Index(
                fields=["courier", "ask_at"], condition=Q(ask_at__isnull=False), name="shop_trackedparcel_due"
            ),
        )


class Checkpoint(models.Model):
    """
    One event of a parcel, as its courier told it. Append-only.

    ``raw`` is what was told and ``raw_hash`` its SHA-256, so an event that is told again is stored once. ``step`` is
    what the code meant when it was told; empty if that was not known.
    """

    class Source(models.TextChoices):
        PULL = "pull"  # Told when it was asked.
        PUSH = "push"  # Told unasked, signed.

    parcel = models.ForeignKey(TrackedParcel, on_delete=models.PROTECT, related_name="checkpoints", db_index=False)
    source = models.CharField(max_length=4, choices=Source)
    raw_hash = models.CharField(max_length=64)
    raw = models.TextField()
    code = models.CharField(max_length=CODE_CHARS_MAX)
    step = models.CharField(max_length=20, default="", blank=True)
    text = models.CharField(max_length=TEXT_CHARS_MAX, default="", blank=True)
    place = models.CharField(max_length=PLACE_CHARS_MAX, default="", blank=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["parcel", "raw_hash"], name="shop_checkpoint_once"),
            models.CheckConstraint(condition=Q(source__in=["pull", "push"]), name="shop_checkpoint_source_known"),
        )


class CourierHealth(models.Model):
    """
    The answers of a courier: when the last one came, and since when none does.

    ``turn_at`` is when it is asked next; whoever moves it has the turn. ``paused_until`` is up to when the timers of
    its delivered orders were moved on because of its silence.
    """

    courier = models.CharField(max_length=Shipment.COURIER_CHARS_MAX, primary_key=True)
    turn_at = models.DateTimeField()
    ok_at = models.DateTimeField(null=True)
    silent_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=ERROR_CHARS_MAX, default="", blank=True)
    last_error_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(silent_since=None, failures=0, paused_until=None)
                | Q(silent_since__isnull=False, failures__gt=0),
                name="shop_courierhealth_silent_iff_failing",
            ),
        )
