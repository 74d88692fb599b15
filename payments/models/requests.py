"""Stored responses of idempotency keys."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from payments.models.constraints import TriggeredCheck
from payments.models.journals import Journal

KEY_CHARS_MAX = 128


SCOPE_CHARS_MAX = 128


class Request(models.Model):
    """
    The stored response of an idempotency key, kept for ever: posted, or refused with a code.

    ``content_hash`` is the hash of what the client sent, to tell a retry from a different request under the same key. A
    refusal is as final as a posting, so that a late retry never moves money unexpectedly.
    """

    class Outcome(models.TextChoices):
        POSTED = "posted"
        REFUSED = "refused"

    scope = models.CharField(max_length=SCOPE_CHARS_MAX)
    key = models.CharField(max_length=KEY_CHARS_MAX)
    content_hash = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8, choices=Outcome)
    code = models.CharField(max_length=64, default="", blank=True)
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, null=True, related_name="request")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["scope", "key"], name="payments_request_answered_once"),
            TriggeredCheck(
                condition=Q(outcome="posted", journal__isnull=False, code="")
                | Q(outcome="refused", journal=None) & ~Q(code=""),
                name="payments_request_posted_or_refused",
            ),
        )
