"""Models of the console: members, their sessions, the audit, and proposals."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from superapp.core import ids

ADDRESS_CHARS_MAX = 45
REASON_CHARS_MAX = 200
OUTCOME_CHARS_MAX = 500


class ConsoleMember(models.Model):
    """
    A person who works at the console.

    ``secret`` is the sealed secret of their one-time codes, and ``last_step`` the number of the newest code that was
    used, so that none is used twice.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    roles = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    secret = models.CharField(max_length=255)
    last_step = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()


class ConsoleSession(models.Model):
    """A log-in at the console with a one-time code, on top of the person's ordinary session in that browser."""

    member = models.ForeignKey(ConsoleMember, on_delete=models.PROTECT, related_name="+")
    session_key = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["session_key"], condition=Q(ended_at=None), name="console_session_one_open_in_each_browser"
            ),
        )


class AuditEntry(models.Model):
    """
    A line of the audit: a look or a deed at the console, written before it is shown or done. Never changed.

    ``member`` is null for a command of the machine's operator. ``subject`` refers to what it was about, such as
    ``user:0198…``.
    """

    ACTION_CHARS_MAX, SUBJECT_CHARS_MAX, DETAIL_CHARS_MAX = 40, 200, 500

    member = models.ForeignKey(ConsoleMember, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=ACTION_CHARS_MAX)
    subject = models.CharField(max_length=SUBJECT_CHARS_MAX)
    detail = models.CharField(max_length=DETAIL_CHARS_MAX, blank=True)
    at = models.DateTimeField()
    address = models.CharField(max_length=ADDRESS_CHARS_MAX, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["member", "-id"], name="console_audit_of_member"),
            models.Index(fields=["subject", "-id"], name="console_audit_of_subject"),
        )


class Proposal(models.Model):
    """A change that one member proposes and another decides about; decided once, and never changed after."""

    class State(models.TextChoices):
        OPEN = "open"
        APPROVED = "approved"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"
        # Approved, and refused when it was executed.
        FAILED = "failed"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    payload = models.JSONField()
    reason = models.CharField(max_length=REASON_CHARS_MAX)
    maker = models.ForeignKey(ConsoleMember, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    checker = models.ForeignKey(ConsoleMember, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # What became of it, or why it was refused, in words.
    outcome = models.CharField(max_length=OUTCOME_CHARS_MAX, blank=True)

    class Meta:
        indexes = (models.Index(fields=["id"], condition=Q(state="open"), name="console_proposal_open"),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(maker=F("checker")) | Q(checker=None), name="console_proposal_takes_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(state="open", checker=None, decided_at=None)
                | Q(state="withdrawn", checker=None, decided_at__isnull=False)
                | Q(state__in=["approved", "rejected", "failed"], checker__isnull=False, decided_at__isnull=False),
                name="console_proposal_decided_iff_not_open",
            ),
        )
