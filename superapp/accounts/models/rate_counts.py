"""Counters of rate limits."""

from __future__ import annotations

from django.db import models


class RateCount(models.Model):
    """The count of uses of a rate limit in one window; ``who`` is an account, number, device or address."""

    what = models.CharField(max_length=32)
    who = models.CharField(max_length=80)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["what", "who", "window_start"], name="accounts_rate_count_once"),
        )
