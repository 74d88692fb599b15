"""PINs and their failed attempts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Pin(models.Model):
    """
    A person's PIN, stored hashed, with a pending reset.

    A locked or forgotten PIN is replaced a day after a fresh code asked for it, on
    ``reset_device`` alone, which asked. A first one from a device that is not trusted waits the same day: meanwhile the
    row has none.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+")
    # Empty while one was only asked for.
    pin_hash = models.CharField(max_length=128, default="", blank=True)
    set_at = models.DateTimeField(null=True)
    reset_asked_at = models.DateTimeField(null=True)
    reset_device = models.ForeignKey("accounts.Device", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(pin_hash="", set_at=None) | ~Q(pin_hash="") & Q(set_at__isnull=False),
                name="payments_pin_set_at_a_time",
            ),
        )


class PinTries(models.Model):
    """
    Failed PIN attempts of one device since the PIN was set; a row without a device counts attempts without one.

    ``wrong`` tries lock, and are forgotten with the right one, which leaves ``proved_at``. Of ``untold`` ones the owner
    is told on their other devices, until they say that it was themselves.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.ForeignKey("accounts.Device", on_delete=models.PROTECT, null=True, related_name="+")
    wrong = models.PositiveSmallIntegerField(default=0)
    untold = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "device"], name="payments_pintries_of_device_once"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(device=None), name="payments_pintries_of_no_device_once"
            ),
        )
