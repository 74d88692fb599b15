"""The devices that people log in with."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from superapp.accounts.models.users import User
from superapp.core import ids


class Device(models.Model):
    """
    A browser that a person logged in with, as long as its session lives.

    ``ended_at`` is set when it logged out or was signed out from elsewhere; its session is gone then. ``browser_hash``
    tells the browser again after the session has ended; it is emptied where another browser signed it out.

    ``trusted_at`` is null while nothing but a code by SMS speaks for the device: such a device may read and write, and
    may not set an account's first PIN at once. Trusted is the device on which an account begins, one that has waited
    for a PIN and set it, or for trust alone, and the same browser when it logs in again. Age alone makes none: a
    thief's session ages, too. Who is signed out from elsewhere is trusted no more.

    ``trust_asked_at`` is when it asked for trust with a fresh code. From ``trust_from`` on it may take it, until it was
    left unused for ``TRUST_OPEN_FOR``.
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
