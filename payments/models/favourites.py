"""People to whom somebody sends money often, and who are shown first."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Favourite(models.Model):
    """A contact whom a person marked as a favourite recipient."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "recipient"], name="payments_favourite_once"),)
