"""People, the numbers that reach them, the devices they use, and whom they know."""

from __future__ import annotations

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
    what others see (name, handle, avatar).
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

    An attribute, not the key: numbers are recycled. When another person proves the number, it moves to them.
    """

    number = models.CharField(max_length=16, unique=True)
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="phone")
    verified_at = models.DateTimeField()


class Device(models.Model):
    """
    A browser that somebody logged in with, for as long as its session lives.

    ``ended_at`` is set when it logged out or was signed out from elsewhere; its session is gone then.
    """

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="devices")
    session_key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    signed_in_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class LoginCode(models.Model):
    """
    A one-time code that was sent to a number. Stored hashed; good once, for a few minutes, for a few tries.
    """

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    number = models.CharField(max_length=16)
    # Who asked: a random token in a cookie of the asking browser. Another browser cannot use the code.
    device_token = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=128)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["number", "-sent_at"], name="accounts_code_of_number"),)


class Contact(models.Model):
    """
    One side of knowing somebody; the other side has a row of its own.

    ``rev`` is that of the owner's topic ``me`` at the last change.
    """

    class State(models.TextChoices):
        INVITED = "invited"  # The owner asked.
        ASKS = "asks"  # The peer asked.
        ACCEPTED = "accepted"
        ENDED = "ended"

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="contacts")
    peer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State)
    # Asked by phone number: the one who asked sees nothing of this row until it is accepted.
    is_by_phone = models.BooleanField(default=False)
    is_blocked = models.BooleanField(default=False)
    rev = models.PositiveBigIntegerField()
    changed = models.PositiveBigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["owner", "peer"], name="accounts_contact_once"),
            models.CheckConstraint(condition=~models.Q(owner=models.F("peer")), name="accounts_contact_not_oneself"),
        )
        indexes = (models.Index(fields=["owner", "rev"], name="accounts_contact_owner_rev"),)


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
