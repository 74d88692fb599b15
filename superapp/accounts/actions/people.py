"""Create accounts; grant and revoke operators."""

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
    Give somebody an account, with a number (E.164) if they proved one. An empty name is asked for at their first visit.

    :raises IntegrityError: if the number or the handle is somebody's already
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
    """Let somebody run this installation: top-ups, verification, and what else only operators may do."""
    User.objects.filter(pk=user_id).update(is_staff=True)


def revoke_operator(*, user_id: int) -> None:
    """Take from somebody what only operators may do; what they decided stays under their name."""
    User.objects.filter(pk=user_id).update(is_staff=False)
