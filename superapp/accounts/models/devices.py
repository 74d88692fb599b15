"""Devices that people log in with."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from superapp.accounts.models.users import User
from superapp.core import ids


class Device(models.Model):
    """
    A log-in of a person in a browser, for as long as its session lives.

    ``ended_at`` is set when it logged out or was signed out from elsewhere; its session is then deleted.
    ``browser_hash`` identifies the browser after the session has ended; it is erased when another browser signs the
    device out.

    ``trusted_at`` is null while only SMS codes have verified the device: it may read and write, but cannot set an
    account's first PIN without a wait. Trusted devices are the one that created the account, one that waited for a PIN
    and set it, one that waited for trust alone, and the same browser at a later log-in. Age alone does not create
    trust, since a thief's session ages too. Signing a device out from elsewhere ends its trust.

    ``trust_asked_at`` is when the device requested trust with a fresh code. It may claim trust from ``trust_from``, for
    ``TRUST_OPEN_FOR``.
    """

    TRUST_WAIT = timedelta(days=1)
    TRUST_OPEN_FOR = timedelta(days=3)

    NAME_CHARS_MAX = 80

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="devices")
    session_key = models.CharField(max_length=40, unique=True)
    browser_hash = models.CharField(max_length=64, default="", blank=True)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    signed_in_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    trusted_at = models.DateTimeField(null=True)
    trust_asked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["user", "-last_seen_at"], name="accounts_device_last_seen"),)

    @property
    def trust_from(self) -> datetime | None:
        return None if self.trust_asked_at is None else self.trust_asked_at + self.TRUST_WAIT
