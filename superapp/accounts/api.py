"""Facade of accounts: people, contacts, devices, and page authentication."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from superapp.accounts import queries
from superapp.accounts.actions.contacts import (
    allow_business_contact,
    block_person,
    connect_people,
    request_contact_by_handle,
    request_contact_of,
)
from superapp.accounts.actions.devices import trust_device
from superapp.accounts.actions.lookup import find_person_by_handle, find_person_by_phone
from superapp.accounts.actions.people import create_person, grant_operator, revoke_operator
from superapp.accounts.actions.profile import set_avatar
from superapp.accounts.actions.reauthentication import send_owner_code, verify_owner_code
from superapp.accounts.actions.texts import TextOutcome, send_text
from superapp.accounts.adapters.page_auth import (
    flash_next,
    get_client_address,
    get_current_user,
    get_device_id,
    get_next_url,
    named_person_required,
    take_flash,
    take_guest_tokens,
)
from superapp.accounts.contracts import PersonRow
from superapp.accounts.domain import phone_numbers
from superapp.accounts.errors import PersonNotFound
from superapp.accounts.models import User
from superapp.accounts.queries import contact_pairs, serializers
from superapp.accounts.writers.rate_limits import RateLimit
from superapp.accounts.writers.rate_limits import consume as consume_rate_limits
from superapp.accounts.writers.rate_limits import get_counts as get_rate_counts

__all__ = [
    "HAS_BLOCKED_SQL",
    "PersonRow",
    "RateLimit",
    "TextOutcome",
    "User",
    "allow_business_contact",
    "are_contacts",
    "block_person",
    "connect_people",
    "consume_rate_limits",
    "create_person",
    "filter_addable_to_groups",
    "filter_blocked_between",
    "find_browser_hash",
    "find_forbidden_business_pairs",
    "find_forbidden_pairs",
    "find_person_by_handle",
    "find_person_by_phone",
    "find_user_by_phone_number",
    "flash_next",
    "format_phone_number_locally",
    "get_changed_people",
    "get_client_address",
    "get_current_user",
    "get_device_id",
    "get_formatted_phone_number",
    "get_next_url",
    "get_people",
    "get_public_ids",
    "get_rate_counts",
    "get_user_by_handle",
    "get_user_by_handle_or_phone",
    "get_user_by_id",
    "get_user_by_public_id",
    "get_user_including_closed",
    "grant_operator",
    "has_blocked",
    "is_blocked_between",
    "is_callable_number",
    "is_trusted_device",
    "list_contacts",
    "list_devices_awaiting_trust",
    "list_users_by_public_id",
    "lock_people",
    "named_person_required",
    "parse_callable_number",
    "pending_contact_requests",
    "request_contact_by_handle",
    "request_contact_of",
    "revoke_operator",
    "send_owner_code",
    "send_text",
    "serialize_person",
    "set_avatar",
    "take_flash",
    "take_guest_tokens",
    "trust_device",
    "verify_owner_code",
]

get_user_by_public_id = queries.get_user_by_public_id
get_user_including_closed = queries.get_user_including_closed
get_user_by_handle = queries.get_user_by_handle
list_users_by_public_id = queries.list_users_by_public_id
filter_blocked_between = queries.filter_blocked_between
get_user_by_id = queries.get_user_by_id
lock_people = queries.lock_people
find_user_by_phone_number = queries.find_user_by_phone_number
is_trusted_device = queries.is_trusted_device
list_devices_awaiting_trust = queries.list_devices_awaiting_trust
find_browser_hash = queries.find_browser_hash
pending_contact_requests = queries.pending_contact_requests
has_blocked = queries.has_blocked
is_blocked_between = queries.is_blocked_between
HAS_BLOCKED_SQL = queries.HAS_BLOCKED_SQL


def serialize_person(user: User) -> PersonRow:
    """Return the wire row of a person as others see them."""
    return serializers.serialize_person(user)


def get_user_by_handle_or_phone(word: str) -> User:
    """
    Return the user with this handle or phone number, as operators type it.

    Reveals the owner of a number. Raises PhoneInvalid, PersonNotFound.
    """
    if any(char.isalpha() for char in word):
        return queries.get_user_by_handle(word.removeprefix("@"))
    found = queries.find_user_by_phone_number(phone_numbers.parse_phone_number(word))
    if found is None or not found.is_active:
        raise PersonNotFound
    return found


def get_formatted_phone_number(user_id: int) -> str:
    """Return a person's phone number in international format; empty if they have none."""
    number = queries.find_phone_number(user_id)
    return phone_numbers.format_international(number) if number else ""


def parse_callable_number(written: str) -> str:
    """Parse a mobile or landline number that can be called at ordinary cost into E.164. Raises PhoneInvalid."""
    return phone_numbers.parse_callable(written)


def format_phone_number_locally(number: str) -> str:
    """Format an E.164 number as people here write it (0812-3456-7890), one from abroad in the international format."""
    return phone_numbers.format_local(number)


def is_callable_number(written: str) -> bool:
    """Return whether this text is a mobile or landline number that can be called at ordinary cost."""
    return phone_numbers.is_callable(written)


def has_any_user() -> bool:
    """Return whether this installation has any user, operators included."""
    return queries.has_any_user()


def get_people(user_ids: Collection[int]) -> dict[int, PersonRow]:
    """
    Return the wire rows of people by user id, in one query.

    Unknown ids are left out; inactive people are included.
    """
    return {user.pk: serializers.serialize_person(user) for user in queries.list_users(user_ids)}


def get_changed_people(user_ids: Collection[int], *, since: int) -> dict[int, PersonRow]:
    """
    Return the wire rows of people whose profile changed since the cursor, by user id, in one query.

    ``since`` is a cursor of ``core.change_cursor``.
    """
    return {user.pk: serializers.serialize_person(user) for user in queries.list_changed_users(user_ids, since=since)}


def get_public_ids(user_ids: Collection[int]) -> dict[int, UUID]:
    """Return the public ids of users by user id, in one query."""
    return queries.get_public_ids(user_ids)


def list_contacts(user_id: int) -> list[PersonRow]:
    """Return the accepted contacts of a person whom they have not blocked, by name, in one query."""
    sides = queries.visible_contacts(user_id).filter(state="accepted", is_blocked=False)
    return [serializers.serialize_person(side.peer) for side in sides.order_by("peer__name", "peer_id")]


def list_contacts_among(user_id: int, public_ids: Collection[UUID]) -> list[User]:
    """Return those of these people who are accepted contacts of a person who has not blocked them, in one query."""
    sides = queries.visible_contacts(user_id).filter(state="accepted", is_blocked=False, peer__public_id__in=public_ids)
    return [side.peer for side in sides.order_by("peer_id")]


def are_contacts(user_id: int, peer_id: int) -> bool:
    """Return whether two people are contacts and neither has blocked the other."""
    return bool(contact_pairs.filter_accepted_pairs({(user_id, peer_id)}))


def find_forbidden_pairs(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """
    Return those pairs of user ids that may not chat directly, in one query.

    They are not contacts, or one has blocked the other.
    """
    return set(pairs) - contact_pairs.filter_accepted_pairs(pairs)


def find_forbidden_business_pairs(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """
    Return those pairs of user ids that may not chat about an order, such as buyer and shop, in one query.

    They are neither contacts nor in a business relation, or one has blocked the other.
    """
    return set(pairs) - contact_pairs.filter_business_pairs(pairs)


def filter_addable_to_groups(user_id: int, peer_ids: Collection[int]) -> set[int]:
    """
    Return those of these people whom a person may add to groups: contacts, and those who let everyone add them.

    A block on either side forbids it.
    """
    refused = {peer_id for _user_id, peer_id in find_forbidden_pairs({(user_id, peer_id) for peer_id in peer_ids})}
    open_people = queries.filter_open_to_groups(refused) if refused else set()
    if open_people:
        open_people -= queries.filter_blocked_between(user_id, open_people)
    return set(peer_ids) - refused | open_people
