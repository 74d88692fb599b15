"""PINs and their failed attempts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Pin(models.Model):
    """
    A person's PIN, stored hashed, and its pending reset.

    A locked or forgotten PIN is replaced a day after it was requested with a fresh code, only on ``reset_device``,
    which requested it. A first PIN on an untrusted device waits for the same day; until then ``pin_hash`` is empty.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+")
    # Empty while a first PIN is only requested.
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

    ``wrong`` attempts lock the PIN. The right PIN resets them and sets ``proved_at``. ``untold`` attempts are reported
    on the owner's other devices until the owner acknowledges them.
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
