"""Text messages that are stored instead of being sent."""

from __future__ import annotations

from django.db import models


class DeveloperSms(models.Model):
    """A text message that is stored for the developer's inbox instead of being sent."""

    number = models.CharField(max_length=16)
    text = models.CharField(max_length=500)
    sent_at = models.DateTimeField()
