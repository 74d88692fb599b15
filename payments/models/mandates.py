"""Mandates: standing authorizations of a person for transfers that are made later."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from superapp.core import ids


class Mandate(models.Model):
    """
    A person's authorization, by PIN, of transfers to one other person, each of at most ``amount_max``, until it ends.
    """

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    amount_max = models.BigIntegerField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount_max__gt=0), name="payments_mandate_of_something"),
            models.CheckConstraint(condition=~Q(payer=F("receiver")), name="payments_mandate_to_another"),
        )
