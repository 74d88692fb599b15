"""To whom money may go: somebody named by a contact, a handle or a number, with the name they really have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payments.errors import RecipientUnnamed, ToOneself
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow
from superapp.accounts.errors import PersonNotFound


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to be confirmed by name before money goes; words may go along only to a contact."""

    user_id: int
    person: PersonRow
    is_contact: bool


def recipient(user_id: int, *, who: UUID) -> Recipient:
    """
    Somebody by their public id.

    :raises PersonNotFound: if there is no such person, or they have blocked the asker: told apart to nobody
    :raises ToOneself: if it is the asker
    """
    found = _recipient(user_id, accounts.user_by_public_id(who))
    if accounts.has_blocked(found.user_id, user_id):
        raise PersonNotFound
    return found


def payee(user_id: int, *, who: UUID) -> Recipient:
    """
    The same of somebody to whom something was sent or refused before, whatever became of their account since.

    :raises PersonNotFound: if there never was such a person
    :raises ToOneself: if it is the asker
    """
    return _recipient(user_id, accounts.user_ever_of(who))


def find_recipient(
    user_id: int, *, now: datetime, user: UUID | None = None, handle: str | None = None, phone: str | None = None
) -> Recipient:
    """
    Somebody by exactly one of these.

    :raises RecipientUnnamed: if it is not exactly one
    :raises PersonNotFound: if there is no such person
    :raises ToOneself: if it is the asker
    :raises RateLimited: after too many questions by handle or number
    """
    if sum(given is not None for given in (user, handle, phone)) != 1:
        raise RecipientUnnamed
    if user is not None:
        return recipient(user_id, who=user)
    if handle is not None:
        return _recipient(user_id, accounts.find_by_handle(user_id=user_id, handle=handle, now=now))
    assert phone is not None
    return _recipient(user_id, accounts.find_by_phone(user_id=user_id, phone=phone, now=now))


def find_written(user_id: int, written: str, *, now: datetime) -> Recipient:
    """Somebody as people write it into one field: a number if it has digits and no letters, else a handle."""
    written = written.strip()
    if not written:
        raise RecipientUnnamed
    is_number = any(char.isdigit() for char in written) and not any(char.isalpha() for char in written)
    if is_number:
        return find_recipient(user_id, phone=written, now=now)
    return find_recipient(user_id, handle=written, now=now)


def _recipient(user_id: int, user: object) -> Recipient:
    user_pk = user.pk  # type: ignore[attr-defined]  # A person, whose class only accounts knows.
    if user_pk == user_id:
        raise ToOneself
    return Recipient(
        user_id=user_pk,
        person=accounts.person(user),  # type: ignore[arg-type]
        is_contact=accounts.are_contacts(user_id, user_pk),
    )
