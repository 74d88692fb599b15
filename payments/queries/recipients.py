"""Look-up of the recipient of a transfer by public id, handle or phone number."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from payments.contracts import Recipient
from payments.errors import RecipientUnnamed, ToOneself
from superapp.accounts import api as accounts
from superapp.accounts.errors import PersonNotFound


def get_recipient(user_id: int, *, who: UUID) -> Recipient:
    """
    Return a recipient by public id.

    :raises PersonNotFound: if there is no such person, or they have blocked the sender; the error does not reveal which
    :raises ToOneself: if it is the sender
    """
    found = _to_recipient(user_id, accounts.get_user_by_public_id(who))
    if accounts.has_blocked(found.user_id, user_id):
        raise PersonNotFound
    return found


def get_past_recipient(user_id: int, *, who: UUID) -> Recipient:
    """
    Return a recipient by public id, even if their account was closed or they have blocked the sender since.

    :raises PersonNotFound: if there never was such a person
    :raises ToOneself: if it is the sender
    """
    return _to_recipient(user_id, accounts.get_user_including_closed(who))


def find_recipient(
    user_id: int, *, now: datetime, user: UUID | None = None, handle: str | None = None, phone: str | None = None
) -> Recipient:
    """
    Find a recipient by exactly one of public id, handle or phone number.

    :raises RecipientUnnamed: if not exactly one is given
    :raises PersonNotFound: if there is no such person
    :raises ToOneself: if it is the sender
    :raises RateLimited: after too many look-ups by handle or number
    """
    if sum(given is not None for given in (user, handle, phone)) != 1:
        raise RecipientUnnamed
    if user is not None:
        return get_recipient(user_id, who=user)
    if handle is not None:
        return _to_recipient(user_id, accounts.find_person_by_handle(user_id=user_id, handle=handle, now=now))
    assert phone is not None
    return _to_recipient(user_id, accounts.find_person_by_phone(user_id=user_id, phone=phone, now=now))


def find_recipient_by_text(user_id: int, written: str, *, now: datetime) -> Recipient:
    """Find a recipient by text: a phone number if it has digits and no letters, else a handle."""
    written = written.strip()
    if not written:
        raise RecipientUnnamed
    is_number = any(char.isdigit() for char in written) and not any(char.isalpha() for char in written)
    if is_number:
        return find_recipient(user_id, phone=written, now=now)
    return find_recipient(user_id, handle=written, now=now)


def _to_recipient(user_id: int, user: object) -> Recipient:
    user_pk = user.pk  # type: ignore[attr-defined]  # A person, whose class only accounts knows.
    if user_pk == user_id:
        raise ToOneself
    return Recipient(
        user_id=user_pk,
        person=accounts.serialize_person(user),  # type: ignore[arg-type]  # The same person.
        is_contact=accounts.are_contacts(user_id, user_pk),
    )
