"""Accounts of the ledger."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.models.constraints import TriggeredCheck
from superapp.core import ids

ASSET_CHARS_MAX = 8


CODE_CHARS_MAX = 160


# SQLite turns an overflowing integer into a float; totals must stay below that.
TOTAL_MAX = 9 * 10**18


class Account(models.Model):
    """
    An account of the ledger, in one asset.

    The balance is ``credits - debits``, of which ``held`` is set aside. Totals only grow, and only by postings;
    ``last_seq`` is the number of the newest one. ``version`` counts every change and is the revision of a wallet's
    topic. Credits to a ``queued_credit`` account wait in the inbox until they are rolled up, so that many payers do not
    wait for one row lock. ``lock_rank`` is its position in the fixed lock order.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        FROZEN = "frozen"
        CLOSED = "closed"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    code = models.CharField(max_length=CODE_CHARS_MAX, unique=True)
    asset = models.CharField(max_length=ASSET_CHARS_MAX)
    kind = models.CharField(max_length=16)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    lock_rank = models.SmallIntegerField()
    queued_credit = models.BooleanField()
    # The least available balance and the largest balance; null for no bound.
    floor = models.BigIntegerField(null=True)
    ceiling = models.BigIntegerField(null=True)
    credits = models.BigIntegerField(default=0)
    debits = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)
    last_seq = models.BigIntegerField(default=0)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = (
            # The target of the composite foreign keys of a transfer.
            models.UniqueConstraint(fields=["id", "asset"], name="payments_account_id_asset"),
            TriggeredCheck(
                condition=Q(credits__range=(0, TOTAL_MAX), debits__range=(0, TOTAL_MAX), held__range=(0, TOTAL_MAX)),
                name="payments_account_totals_in_range",
            ),
            # The last defence against overdrafts, so a CHECK on both databases. A null bound satisfies it.
            models.CheckConstraint(
                condition=Q(floor__lte=F("credits") - F("debits") - F("held")), name="payments_account_floor"
            ),
            models.CheckConstraint(
                condition=Q(ceiling__gte=F("credits") - F("debits")), name="payments_account_ceiling"
            ),
            TriggeredCheck(
                condition=Q(queued_credit=False) | Q(ceiling=None), name="payments_account_queued_has_no_ceiling"
            ),
            TriggeredCheck(
                condition=Q(last_seq__gte=0, version__gte=F("last_seq")), name="payments_account_version_counts_all"
            ),
            TriggeredCheck(condition=Q(status__in=["open", "frozen", "closed"]), name="payments_account_status_known"),
        )
        indexes = (
            # A few rows. The trigger that counts issued money looks up here whether a transfer touches one of them.
            models.Index(
                fields=["id"], condition=Q(kind__in=["cash", "bank", "suspense"]), name="payments_account_outside"
            ),
        )

    @property
    def balance(self) -> int:
        return self.credits - self.debits

    @property
    def available(self) -> int:
        return self.credits - self.debits - self.held
