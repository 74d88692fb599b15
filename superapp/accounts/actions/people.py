"""Creation of accounts, and the operator role."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from superapp.accounts.domain import names
from superapp.accounts.events import PersonJoined
from superapp.accounts.models import PhoneNumber, User
from superapp.core import change_cursor, outbox
from superapp.realtime import user_topic


def create_person(
    *,
    name: str,
    now: datetime,
    number: str | None = None,
    handle: str | None = None,
    language: str = User.Language.INDONESIAN,
    time_zone: str = "Asia/Jakarta",
) -> User:
    """
    Create an account, with a phone number (E.164) if one was verified.

    With an empty name the person is asked for it at the first visit.

    :raises IntegrityError: if the number or the handle is taken
    """
    user = User(
        name=names.clean_name(name) if name else "",
        handle=names.clean_handle(handle) if handle else None,
        language=language,
        time_zone=time_zone,
        joined_at=now,
    )
    user.set_unusable_password()
    with transaction.atomic():
        user.changed = change_cursor.current_stamp()
        user.save()
        if number:
            PhoneNumber.objects.create(number=number, user=user, verified_at=now)
        outbox.publish(PersonJoined(user_id=user.pk))
        user_topic.create(user.pk)
    return user


def grant_operator(*, user_id: int) -> None:
    """Grant a person the operator role: top-ups, verification tiers and other operator actions."""
    User.objects.filter(pk=user_id).update(is_staff=True)


def revoke_operator(*, user_id: int) -> None:
    """Revoke the operator role; earlier decisions stay recorded under the person's name."""
    User.objects.filter(pk=user_id).update(is_staff=False)
