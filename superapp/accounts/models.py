"""People, the numbers that reach them, the devices they use, and whom they know."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models

from superapp.core import clock, ids


class UserQuerySet(BaseUserManager["User"]):
    """Lets ``createsuperuser`` make an operator; everybody else signs up through ``actions``."""

    def create_superuser(self, handle: str, password: str | None = None, **fields: object) -> User:
        user = User(handle=handle, is_staff=True, is_superuser=True, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """
    Somebody: a person, or a service that speaks in its own name.

    Never deleted, since others hold what they said; who leaves is pseudonymised. ``changed`` stamps the last change of
    what others see (name, handle, avatar); ``rev`` is that of their own topic ``me`` when anything of the profile
    changed.
    """

    class Language(models.TextChoices):
        INDONESIAN = "id", "Bahasa Indonesia"
        ENGLISH = "en", "English"

    NAME_CHARS_MAX = 50
    HANDLE_CHARS_MAX = 30

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    # Lower case; null until chosen.
    handle = models.CharField(
        max_length=HANDLE_CHARS_MAX, unique=True, null=True, validators=[RegexValidator(r"^[a-z][a-z0-9_.]{2,29}\Z")]
    )
    # The SHA-256 of the picture, which is its name in the private storage; empty for none.
    avatar = models.CharField(max_length=64, default="", blank=True)
    language = models.CharField(max_length=2, choices=Language, default=Language.INDONESIAN)
    time_zone = models.CharField(max_length=40, default="Asia/Jakarta")
    is_service = models.BooleanField(default=False)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=clock.now)
    pseudonymised_at = models.DateTimeField(null=True)
    rev = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)

    USERNAME_FIELD = "handle"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserQuerySet()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~models.Q(handle=""), name="accounts_user_handle_null_not_empty"),
        )

    def __str__(self) -> str:
        return self.name


class PhoneNumber(models.Model):
    """
    A number somebody proved to receive codes at, in E.164.

    An attribute, not the key: numbers are recycled. When its owner has been silent for long and somebody proves it from
    a browser unknown to that account, it moves to a new account.
    """

    number = models.CharField(max_length=16, unique=True)
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="phone")
    verified_at = models.DateTimeField()


class Device(models.Model):
    """
    A browser that somebody logged in with, for as long as its session lives.

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


class LoginCode(models.Model):
    """
    A one-time code that was sent to a number. Stored hashed; good once, for a few minutes, for a few tries.
    """

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    number = models.CharField(max_length=16)
    # Of the random token in a cookie of the browser that asked. Another browser cannot use the code.
    browser_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["number", "-sent_at"], name="accounts_code_of_number"),)


class Contact(models.Model):
    """
    One side of knowing somebody; the other side has a row of its own.

    ``rev`` is that of the owner's topic ``me`` at the last change they were told of; 0 means that they know nothing of
    the row, as after an invitation by phone number, where even a number that moves would tell that there is an account.
    """

    class State(models.TextChoices):
        INVITED = "invited"  # The owner asked.
        ASKS = "asks"  # The peer asked.
        ACCEPTED = "accepted"
        ENDED = "ended"

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="contacts")
    peer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State)
    # Invited by phone number: the owner is shown nothing of the invitation until it is accepted.
    is_by_phone = models.BooleanField(default=False)
    is_blocked = models.BooleanField(default=False)
    # The two have business together, such as an order: they may write in conversations that bear a face, as a shop's
    # do, and are no contacts by that.
    has_business = models.BooleanField(default=False, db_default=False)
    # When the owner said no; for a while, being asked again changes nothing.
    declined_at = models.DateTimeField(null=True)
    rev = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["owner", "peer"], name="accounts_contact_once"),
            models.CheckConstraint(condition=~models.Q(owner=models.F("peer")), name="accounts_contact_not_oneself"),
        )
        indexes = (
            models.Index(fields=["owner", "rev"], name="accounts_contact_owner_rev"),
            models.Index(fields=["owner", "changed"], name="accounts_contact_owner_changed"),
            models.Index(fields=["peer"], name="accounts_contact_peer"),
        )


class Invitation(models.Model):
    """
    Somebody asked to know whoever has this number, now or later.

    It stays until the two are contacts or its owner cancels it, and looks the same to its owner whether the number has
    an account or not: ``delivered_to``, who was asked, is told to nobody. ``cancelled_at`` is set until the question is
    taken back from them, too.
    """

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=16, db_index=True)
    invited_at = models.DateTimeField()
    delivered_to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner", "number"], name="accounts_invitation_once"),)


class InviteLink(models.Model):
    """
    A link by which a few people become contacts of its owner, for a while: whoever has it was given it.

    ``token`` is what stands in the address: 128 bits of chance, so that nobody finds one by trying.
    """

    LASTS_FOR = timedelta(days=14)
    USES_MAX = 20
    TOKEN_CHARS_MAX = 43

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.CharField(max_length=TOKEN_CHARS_MAX, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    uses = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(uses__lte=20), name="accounts_invite_link_uses_bounded"),
        )

    def is_open(self, now: datetime) -> bool:
        """Whether somebody may still become a contact by it."""
        return self.revoked_at is None and now < self.expires_at and self.uses < self.USES_MAX


class RateCount(models.Model):
    """How often something was done in a window of time, by account, number, device or address."""

    what = models.CharField(max_length=32)
    who = models.CharField(max_length=80)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["what", "who", "window_start"], name="accounts_rate_count_once"),
        )


class DeveloperSms(models.Model):
    """A text message kept on this machine for the developer's inbox, instead of being sent."""

    number = models.CharField(max_length=16)
    text = models.CharField(max_length=500)
    sent_at = models.DateTimeField()
