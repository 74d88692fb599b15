"""What the kernel stores: the instance itself, facts on their way, jobs that somebody waits for."""

from __future__ import annotations

from django.db import models


class Instance(models.Model):
    """
    This installation; there is exactly one row.

    ``epoch`` changes only when the data is restored from a back-up. ``changes`` counts transactions on SQLite
    (see ``core.changes``); on PostgreSQL it stays 0.
    """

    epoch = models.PositiveBigIntegerField(default=1)
    changes = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="core_instance_only_one"),)


class Fact(models.Model):
    """A fact that not all of its handlers have heard yet. Heard facts are deleted."""

    name = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    payload = models.JSONField()
    published_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    last_error = models.TextField(default="")
    # Set when it failed too often: it and whatever follows under its key wait for an operator.
    parked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["key", "id"], name="core_fact_first_of_key"),
            models.Index(fields=["due_at"], name="core_fact_due", condition=models.Q(parked_at=None)),
        )
