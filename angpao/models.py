"""Tables of angpao: packets, their slots, and the nightly integrity check."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from angpao.domain.enums import Mode, State
from superapp.core.money import SEN_PER_RUPIAH
from superapp.core.nightly_checks import NightlyCheckRun

REFERENCE_CHARS_MAX = 64
MESSAGE_CHARS_MAX = 100
SLOTS_MAX = 500
TOTAL_SEN_MAX = 1_000_000_000 * SEN_PER_RUPIAH


class Packet(models.Model):
    """
    An angpao: an amount that was set aside for an audience, split into slots before anybody opens it.

    ``public_id`` is chosen by the sender's client, so that a repeated request is the same packet. ``commitment``
    is the hash of seed and split, published at once; the seed is shown when the packet is closed. A packet whose
    remainder does not fit into the sender's wallet is tried again at ``return_at``.
    """

    public_id = models.UUIDField(unique=True, editable=False)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The opaque reference of the people it is for, and the name they had.
    audience = models.CharField(max_length=REFERENCE_CHARS_MAX)
    is_group = models.BooleanField()
    mode = models.CharField(max_length=8, choices=Mode)
    total_sen = models.BigIntegerField()
    # The least that each slot had to have when the packet was split.
    least_sen = models.BigIntegerField()
    slot_count = models.PositiveSmallIntegerField()
    message = models.CharField(max_length=MESSAGE_CHARS_MAX, default="", blank=True)
    seed = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    return_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    total_sen__gt=0,
                    total_sen__lte=TOTAL_SEN_MAX,
                    least_sen__gt=0,
                    slot_count__gt=0,
                    slot_count__lte=SLOTS_MAX,
                    mode__in=["equal", "lucky"],
                ),
                name="angpao_packet_amounts_sound",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | Q(state__in=["finished", "returned"], closed_at__isnull=False),
                name="angpao_packet_closed_iff_not_open",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("sent_at"), return_at__gte=F("expires_at")),
                name="angpao_packet_times_in_order",
            ),
        )
        indexes = (models.Index(fields=["return_at"], condition=Q(state="open"), name="angpao_packet_due"),)


class Slot(models.Model):
    """
    One share of a packet. Slots are opened in the order of their positions, each by one person.

    ``journal`` is the movement that put it into the opener's wallet.
    """

    packet = models.ForeignKey(Packet, on_delete=models.PROTECT, related_name="slots", db_index=False)
    position = models.PositiveSmallIntegerField()
    amount_sen = models.BigIntegerField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    journal = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["packet", "position"], name="angpao_slot_position_once"),
            models.UniqueConstraint(
                fields=["packet", "opened_by"], condition=Q(opened_by__isnull=False), name="angpao_slot_person_once"
            ),
            models.CheckConstraint(condition=Q(amount_sen__gt=0), name="angpao_slot_amount_positive"),
            models.CheckConstraint(
                condition=Q(opened_by=None, opened_at=None, journal=None)
                | Q(opened_by__isnull=False, opened_at__isnull=False, journal__isnull=False),
                name="angpao_slot_opened_whole",
            ),
        )


class AngpaoNight(NightlyCheckRun):
    """A night's run of the integrity check of angpao."""
