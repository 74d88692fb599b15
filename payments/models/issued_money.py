"""The money that the operator owes its users, as one row for each asset."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from payments.models.accounts import ASSET_CHARS_MAX


class IssuedMoney(models.Model):
    """
    Money that the operator owes users in an asset: it came in as cash or from a bank, and did not leave yet.

    A trigger on transfers keeps ``owed``; money between people does not touch it, and money in suspense is not counted.
    ``cap`` is the most that it may grow to; null for no cap.
    """

    asset = models.CharField(max_length=ASSET_CHARS_MAX, primary_key=True)
    owed = models.BigIntegerField(default=0)
    cap = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(cap=None) | Q(owed__lte=F("cap")), name="payments_issuedmoney_within_cap"
            ),
        )
