"""Rate-limited look-up of people by handle or phone number."""

from __future__ import annotations

from datetime import datetime, timedelta

from superapp.accounts import queries
from superapp.accounts.domain import names, phone_numbers
from superapp.accounts.errors import PersonNotFound
from superapp.accounts.models import User
from superapp.accounts.writers import rate_limits
from superapp.accounts.writers.rate_limits import RateLimit

DAY = timedelta(days=1)
LOOKUP_LIMIT = RateLimit("person.find", 100, DAY)
# Low, so that names cannot be collected by trying numbers.
PHONE_LOOKUP_LIMIT = RateLimit("person.find.phone", 20, DAY)


def find_person_by_handle(*, user_id: int, handle: str, now: datetime) -> User:
    """
    Find the person who has this handle.

    :raises RateLimited: after too many look-ups in a day
    :raises PersonNotFound: if nobody has it
    """
    rate_limits.consume([(LOOKUP_LIMIT, f"user:{user_id}")], now=now)
    return queries.get_user_by_handle(names.normalize_handle(handle))


def find_person_by_phone(*, user_id: int, phone: str, now: datetime) -> User:
    """
    Find the person who has this phone number.

    Only for a caller about to act on the person, such as a payer.

    :raises PhoneInvalid: if it is not a phone number
    :raises RateLimited: after too many look-ups in a day
    :raises PersonNotFound: if nobody has it, or its owner has blocked the caller
    """
    number = phone_numbers.parse_phone_number(phone)
    rate_limits.consume([(LOOKUP_LIMIT, f"user:{user_id}"), (PHONE_LOOKUP_LIMIT, f"user:{user_id}")], now=now)
    found = queries.find_user_by_phone_number(number)
    if found is None or not found.is_active or queries.has_blocked(found.pk, user_id):
        raise PersonNotFound
    return found
