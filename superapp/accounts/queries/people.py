"""Queries of people and their phone numbers."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from superapp.accounts.errors import PersonNotFound
from superapp.accounts.models import PhoneNumber, User


def has_any_user() -> bool:
    return User.objects.exists()


def get_user_by_id(user_id: int) -> User:
    """
    Return the user with this id.

    :raises PersonNotFound: if there is none
    """
    return _get_one(User.objects.filter(pk=user_id))


def get_user_by_public_id(public_id: UUID) -> User:
    """
    Return the active user with this public id.

    :raises PersonNotFound: if there is none
    """
    return _get_one(User.objects.filter(public_id=public_id, is_active=True))


def get_user_including_closed(public_id: UUID) -> User:
    """
    Return the user with this public id, closed accounts included.

    Raises PersonNotFound.
    """
    return _get_one(User.objects.filter(public_id=public_id))


def get_user_by_handle(handle: str) -> User:
    """
    Return the active user with this handle.

    :raises PersonNotFound: if there is none
    """
    return _get_one(User.objects.filter(handle=handle, is_active=True))


def find_user_by_phone_number(number: str) -> User | None:
    """
    Return the user who verified this number last, or None.

    Callers must not reveal the result to somebody who only typed the number.
    """
    return User.objects.filter(phone__number=number).first()


def find_phone_number(user_id: int) -> str | None:
    return PhoneNumber.objects.filter(user_id=user_id).values_list("number", flat=True).first()


def list_users(user_ids: Collection[int]) -> list[User]:
    return list(User.objects.filter(pk__in=user_ids).order_by("pk"))


def list_users_by_public_id(public_ids: Collection[UUID]) -> list[User]:
    """List the active users among these public ids."""
    return list(User.objects.filter(public_id__in=public_ids, is_active=True).order_by("pk"))


def filter_open_to_groups(user_ids: Collection[int]) -> set[int]:
    """Return those of these people who let everyone add them to groups."""
    open_people = User.objects.filter(pk__in=user_ids, group_adders=User.GroupAdders.EVERYONE)
    return set(open_people.values_list("pk", flat=True))


def get_public_ids(user_ids: Collection[int]) -> dict[int, UUID]:
    return dict(User.objects.filter(pk__in=user_ids).values_list("pk", "public_id"))


def list_changed_users(user_ids: Collection[int], *, since: int) -> list[User]:
    return list(User.objects.filter(pk__in=user_ids, changed__gte=since).order_by("pk"))


def lock_people(user_ids: Collection[int]) -> dict[int, User]:
    """
    Lock users in the order of their ids, so that changes that concern two of them are serialized.

    :raises PersonNotFound: if one of them is missing
    """
    rows = User.objects.filter(pk__in=user_ids).order_by("pk").select_for_update(of=("self",), no_key=True)
    found = {user.pk: user for user in rows}
    if len(found) != len(set(user_ids)):
        raise PersonNotFound
    return found


def _get_one(people: QuerySet[User]) -> User:
    user = people.first()
    if user is None:
        raise PersonNotFound
    return user
