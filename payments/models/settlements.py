"""Settlements: scheduled payouts of merchant balances to their owners' wallets or bank accounts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.models.journals import REFERENCE_CHARS_MAX, Journal
from superapp.core import ids


class SettlementSchedule(models.Model):
    """
    A merchant's rhythm of settlements and where they go, with the owner who authorized them by PIN and when.

    ``next_at`` is when the next one is due, None while the owner pays out by hand. ``since_seq`` is the number of the
    last posting on the merchant's account that a settlement has covered, or that was there when the rhythm was chosen.
    """

    class Rhythm(models.TextChoices):
        BY_HAND = "by_hand"
        DAILY = "daily"
        WEEKLY = "weekly"

    class Target(models.TextChoices):
        WALLET = "wallet"
        BANK = "bank"

    merchant = models.CharField(max_length=REFERENCE_CHARS_MAX, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    rhythm = models.CharField(max_length=7, choices=Rhythm)
    target = models.CharField(max_length=6, choices=Target, default=Target.WALLET)
    chosen_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    since_seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(merchant="")
                & (Q(rhythm="by_hand", next_at=None) | Q(rhythm__in=["daily", "weekly"], next_at__isnull=False)),
                name="payments_settlementschedule_due_iff_scheduled",
            ),
        )
        indexes = (
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="payments_settlement_due"),
        )


class Settlement(models.Model):
    """
    A settlement of a merchant, one for each ``day`` that is due, stored in the transaction of its journal.

    It covers every posting since the settlement before, up to and with ``last_seq``: sales are ``gross`` less
    ``fees``, and ``other`` is the rest, such as payouts by hand. ``opening + net + other`` is the balance, of which
    ``paid`` went to the wallet, or was held for a payout to the bank with its fee; then the journal is that hold.
    ``reason`` says why something is ``left``. Money that is held for a payout has left the balance.
    """

    class Reason(models.TextChoices):
        WALLET_FULL = "wallet_full"
        REFUNDS_WAIT = "refunds_wait"
        ACCOUNT_NOT_OPEN = "account_not_open"
        BELOW_MINIMUM = "below_minimum"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    merchant = models.CharField(max_length=REFERENCE_CHARS_MAX)
    day = models.DateField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    last_seq = models.BigIntegerField()
    opening = models.BigIntegerField()
    gross = models.BigIntegerField()
    fees = models.BigIntegerField()
    refunds = models.BigIntegerField()
    net = models.BigIntegerField()
    other = models.BigIntegerField()
    paid = models.BigIntegerField()
    left = models.BigIntegerField()
    reason = models.CharField(max_length=16, choices=Reason, default="", blank=True)
    # Null where nothing was paid.
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["merchant", "day"], name="payments_settlement_once"),
            models.CheckConstraint(
                condition=~Q(merchant="")
                & Q(gross__gte=0, fees__gte=0, refunds__gte=0, fees__lte=F("gross"))
                & Q(net=F("gross") - F("fees") - F("refunds"))
                & Q(left=F("opening") + F("net") + F("other") - F("paid")),
                name="payments_settlement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(paid__gt=0, journal__isnull=False) | Q(paid=0, journal=None),
                name="payments_settlement_paid_iff_posted",
            ),
            models.CheckConstraint(
                condition=Q(left=0, reason="") | Q(left__gt=0) & ~Q(reason=""),
                name="payments_settlement_says_why_it_is_left",
            ),
        )
