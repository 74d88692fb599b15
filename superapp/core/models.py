"""Models of the core: the instance, undelivered events, and jobs."""

from __future__ import annotations

from django.db import models

from superapp.core import ids


class Instance(models.Model):
    """
    The row of this installation; the table has exactly one.

    ``epoch`` identifies the life of this database, and ``place`` where that began (see ``core.epoch``). ``changes``
    counts transactions on SQLite (see ``core.change_cursor``); on PostgreSQL it stays 0.
    """

    epoch = models.PositiveBigIntegerField(default=1)
    place = models.CharField(max_length=128, default="", blank=True)
    changes = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="core_instance_only_one"),)


class Mark(models.Model):
    """The number of marks that one data directory has left here (see ``core.epoch``)."""

    directory = models.UUIDField(primary_key=True)
    count = models.PositiveBigIntegerField()


class Fact(models.Model):
    """A domain event that not all of its handlers have processed. Processed events are deleted."""

    name = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    payload = models.JSONField()
    published_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    last_error = models.TextField(default="")
    # Set when the event has failed too often: it and all later events of its key wait for an operator.
    parked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["key", "id"], name="core_fact_first_of_key"),
            models.Index(fields=["due_at"], name="core_fact_due", condition=models.Q(parked_at=None)),
        )


class Job(models.Model):
    """
    A background job a person waits for: arguments, progress and outcome.

    A running job holds a lease. When its worker dies the lease expires and the job is run again; ``tries`` is also
    the number by which a worker knows that the job is still its own.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    name = models.CharField(max_length=64)
    arguments = models.JSONField()
    # Not a foreign key: the core is below the app that defines users. Null for a job of the system.
    owner_id = models.PositiveBigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)
    # The time at which a queued job is dispatched (again), and at which the lease of a running one expires.
    due_at = models.DateTimeField()
    result = models.JSONField(null=True)
    error_code = models.CharField(max_length=64, default="", blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="core_job_progress_is_percent"),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running"], ended_at=None)
                | models.Q(state__in=["done", "failed"], ended_at__isnull=False),
                name="core_job_ended_when_done_or_failed",
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at"], name="core_job_unfinished", condition=models.Q(state__in=["queued", "running"])
            ),
            models.Index(fields=["owner_id", "-created_at"], name="core_job_of_owner"),
        )
