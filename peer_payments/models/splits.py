"""Bills that are split in a group."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from superapp.core import ids

GROUP_CHARS_MAX = 80


class BillSplit(models.Model):
    """
    A bill that ``maker`` paid and splits in a group; each share of another person is a request of its own.

    ``group`` is the opaque reference of the group. ``own_share`` is what the maker bears. ``items`` are the lines of
    the bill, if it was split by item: name, amount and the public ids of those who had it.
    """

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=GROUP_CHARS_MAX)
    title = models.CharField(max_length=140)
    total = models.BigIntegerField()
    own_share = models.BigIntegerField()
    method = models.CharField(max_length=7)
    items = models.JSONField(default=list)
    idempotency_key = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(own_share__gte=0, total__gt=F("own_share")), name="peer_payments_split_of_something"
            ),
            models.UniqueConstraint(fields=["maker", "idempotency_key"], name="peer_payments_split_once"),
        )
        indexes = (models.Index(fields=["maker", "-id"], name="peer_payments_split_made"),)
