"""Models of notifications: preferences, push subscriptions, notifications, alerts, last activity."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from superapp.core import ids
from superapp.notifications.domain.quiet_hours import DAY_MINUTES, QuietHours
from superapp.notifications.domain.visibility import PresenceVisibility


class Preferences(models.Model):
    """
    The choices of a person about notifications; a person without a row has the defaults.

    Quiet hours are minutes since midnight in the person's time zone. ``rev`` is the rev of their user topic at the last
    change.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+")
    has_sound = models.BooleanField(default=True)
    has_vibration = models.BooleanField(default=True)
    has_banner = models.BooleanField(default=True)
    has_sms = models.BooleanField(default=True)
    quiet_from = models.SmallIntegerField(null=True)
    quiet_until = models.SmallIntegerField(null=True)
    paused_until = models.DateTimeField(null=True)
    presence = models.CharField(max_length=8, choices=PresenceVisibility, default=PresenceVisibility.CONTACTS)
    rev = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(
                    quiet_from__gte=0,
                    quiet_from__lt=DAY_MINUTES,
                    quiet_until__gte=0,
                    quiet_until__lt=DAY_MINUTES,
                )
                & ~models.Q(quiet_from=models.F("quiet_until")),
                name="notifications_quiet_hours_whole",
            ),
        )

    @property
    def quiet_hours(self) -> QuietHours | None:
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return QuietHours(self.quiet_from, self.quiet_until)


class PushSubscription(models.Model):
    """
    The address and keys under which the maker of a browser takes messages for one device, while it is logged in.
    """

    ENDPOINT_CHARS_MAX = 1_000

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    device = models.OneToOneField("accounts.Device", on_delete=models.CASCADE, related_name="+")
    endpoint = models.CharField(max_length=ENDPOINT_CHARS_MAX, unique=True)
    p256dh = models.CharField(max_length=88)
    auth = models.CharField(max_length=24)
    created_at = models.DateTimeField()


class Notification(models.Model):
    """
    The only notification of a person about a subject, such as a conversation, until they have read it.

    ``number`` is the newest fact of the subject that it covers. It is due at ``due_at``, and sent if the fact was not
    seen until then; ``sent_at`` is null before. ``public_id`` is all that a push message carries.
    """

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField(max_length=64)
    number = models.BigIntegerField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "subject"], name="notifications_one_per_subject"),)
        indexes = (
            models.Index(fields=["due_at"], condition=models.Q(sent_at=None), name="notifications_due"),
            models.Index(fields=["sent_at"], name="notifications_sent"),
        )


class Alert(models.Model):
    """
    A fact that a person must not miss, such as a paid order, and the text message about it.

    ``state`` is ``waiting`` until ``due_at``, ``sending`` while the gateway has it, then ``sent``; ``dropped`` if it
    was not needed or not wanted, and ``unknown`` if the outcome of the last permitted attempt is not known.
    ``attempts`` counts those whose message may have gone out. ``seen_at`` is when a page of the person showed the fact.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENDING = "sending", "sending"
        SENT = "sent", "sent"
        DROPPED = "dropped", "dropped"
        UNKNOWN = "unknown", "unknown"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    refusals = models.SmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "subject"], name="notifications_alert_once"),)
        indexes = (
            models.Index(
                fields=["due_at"], condition=models.Q(state__in=["waiting", "sending"]), name="notifications_alert_due"
            ),
        )


class LastActive(models.Model):
    """The last time at which a person used the app, as far as it was written down; see ``actions.presence``."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+")
    at = models.DateTimeField()
