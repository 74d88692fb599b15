"""People and the phone numbers that reach them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models

from superapp.accounts.domain import names
from superapp.core import clock, ids


class UserQuerySet(BaseUserManager["User"]):
    """Manager for ``createsuperuser``; everybody else signs up through ``actions``."""

    def create_superuser(self, handle: str, password: str | None = None, **fields: object) -> User:
        user = User(handle=handle, is_staff=True, is_superuser=True, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """
    A person, or a service that acts in its own name.

    Never deleted, since others hold what they said; who leaves is pseudonymised. ``changed`` stamps the last change of
    what others see (name, handle, avatar); ``rev`` is that of their own topic ``me`` when anything of the profile
    changed.
    """

    class Language(models.TextChoices):
        INDONESIAN = "id", "Bahasa Indonesia"
        ENGLISH = "en", "English"

    NAME_CHARS_MAX = names.NAME_CHARS_MAX
    HANDLE_CHARS_MAX = names.HANDLE_CHARS_MAX

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
    A verified phone number in E.164.

    An attribute, not the key: numbers are recycled. When its owner has been silent for long and somebody proves it from
    a browser unknown to that account, it moves to a new account.
    """

    number = models.CharField(max_length=16, unique=True)
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="phone")
    verified_at = models.DateTimeField()
