"""One-time log-in codes."""

from __future__ import annotations

from django.db import models

from superapp.core import ids


class LoginCode(models.Model):
    """
    A one-time code that was sent to a number.

    Stored hashed; valid once, for a few minutes and a few attempts.
    """

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    number = models.CharField(max_length=16)
    # The hash of the requesting browser's secret cookie; another browser cannot use the code.
    browser_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["number", "-sent_at"], name="accounts_code_of_number"),)
