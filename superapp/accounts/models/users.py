"""Users and their phone numbers."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models

from superapp.accounts.domain import names
from superapp.core import clock, ids


class UserQuerySet(BaseUserManager["User"]):
    """Manager for ``createsuperuser``; other users are created by ``actions.people``."""

    def create_superuser(self, handle: str, password: str | None = None, **fields: object) -> User:
        user = User(handle=handle, is_staff=True, is_superuser=True, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """
    A person, or a service that acts in its own name.

    Users are never deleted, since other people hold their messages; on leaving they are pseudonymised. ``changed`` is
    the stamp of the last change that others see (name, handle, avatar). ``rev`` is the revision of the user's own topic
    ``me`` at the last change of the profile.
    """

    class Language(models.TextChoices):
        INDONESIAN = "id", "Bahasa Indonesia"
        ENGLISH = "en", "English"

    class GroupAdders(models.TextChoices):
        EVERYONE = "everyone"
        CONTACTS = "contacts"

    NAME_CHARS_MAX = names.NAME_CHARS_MAX
    HANDLE_CHARS_MAX = names.HANDLE_CHARS_MAX

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    # Lower case; null until chosen.
    handle = models.CharField(
        max_length=HANDLE_CHARS_MAX, unique=True, null=True, validators=[RegexValidator(r"^[a-z][a-z0-9_.]{2,29}\Z")]
    )
    # The SHA-256 of the picture, which names its files in the private storage; empty for none.
    avatar = models.CharField(max_length=64, default="", blank=True)
    language = models.CharField(max_length=2, choices=Language, default=Language.INDONESIAN)
    time_zone = models.CharField(max_length=40, default="Asia/Jakarta")
    # Whoever may add the person to groups; others can only invite them.
    group_adders = models.CharField(
        max_length=8, choices=GroupAdders, default=GroupAdders.CONTACTS, db_default=GroupAdders.CONTACTS
    )
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

    It is an attribute of the user and not the key, since numbers are recycled. If its owner has not been seen for long,
    and it is verified in a browser unknown to the account, it moves to a new account.
    """

    number = models.CharField(max_length=16, unique=True)
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="phone")
    verified_at = models.DateTimeField()
