"""Finding somebody by what people know of each other, for doing something with them."""

from __future__ import annotations

from datetime import datetime, timedelta

from superapp.accounts import limits, names, phones, queries
from superapp.accounts.errors import PersonNotFound
from superapp.accounts.limits import Limit
from superapp.accounts.models import User

DAY = timedelta(days=1)
FINDING = Limit("person.find", 100, DAY)
# Few enough that nobody walks through numbers to learn names.
FINDING_BY_PHONE = Limit("person.find.phone", 20, DAY)


def find_by_handle(*, user_id: int, handle: str, now: datetime) -> User:
    """
    Whose handle it is.

    :raises RateLimited: after too many questions of a day
    :raises PersonNotFound: if nobody has it
    """
    limits.count([(FINDING, f"user:{user_id}")], now=now)
    return queries.user_by_handle(names.lookup_handle(handle))


def find_by_phone(*, user_id: int, phone: str, now: datetime) -> User:
    """
    Whose number it is: told only to who is about to do something that must not reach the wrong person, and counted.

    :raises PhoneInvalid: if it is no phone number
    :raises RateLimited: after too many questions of a day
    :raises PersonNotFound: if nobody has it, or whoever has it has blocked the asker
    """
    number = phones.parse(phone)
    limits.count([(FINDING, f"user:{user_id}"), (FINDING_BY_PHONE, f"user:{user_id}")], now=now)
    found = queries.user_by_number(number)
    if found is None or not found.is_active or queries.has_blocked(found.pk, user_id):
        raise PersonNotFound
    return found
