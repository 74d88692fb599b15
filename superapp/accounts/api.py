"""The door of accounts: who people are, and whom they know."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from superapp.accounts import pairs as known_pairs
from superapp.accounts import phones, queries, rows
from superapp.accounts.actions.contacts import acquaint, ask_by_handle, block_person, make_contacts
from superapp.accounts.actions.devices import trust_device
from superapp.accounts.actions.finding import find_by_handle, find_by_phone
from superapp.accounts.actions.owner import prove_owner, send_code_to_owner
from superapp.accounts.actions.people import create_person, end_operator, make_operator
from superapp.accounts.actions.profile import set_avatar
from superapp.accounts.errors import PersonNotFound
from superapp.accounts.limits import Limit
from superapp.accounts.limits import count as count_uses
from superapp.accounts.models import User
from superapp.accounts.rows import PersonRow
from superapp.accounts.sessions import device_id_of
from superapp.accounts.visitor import for_people, next_address, tell_next, told, user_of

__all__ = [
    "HAS_BLOCKED",
    "Limit",
    "PersonRow",
    "acquaint",
    "are_contacts",
    "ask_by_handle",
    "block_person",
    "browser_of_device",
    "contact_requests",
    "contacts",
    "count_uses",
    "create_person",
    "device_id_of",
    "devices_asking",
    "end_operator",
    "find_by_handle",
    "find_by_phone",
    "for_people",
    "has_blocked",
    "is_blocked_between",
    "is_callable_number",
    "is_trusted_device",
    "lock_people",
    "make_contacts",
    "make_operator",
    "next_address",
    "number_for_reading",
    "people",
    "people_changed",
    "person",
    "prove_owner",
    "public_ids",
    "refused_business_pairs",
    "refused_pairs",
    "send_code_to_owner",
    "set_avatar",
    "tell_next",
    "told",
    "trust_device",
    "user_by_handle",
    "user_by_number",
    "user_by_public_id",
    "user_by_word",
    "user_ever_of",
    "user_of",
]

user_by_public_id = queries.user_by_public_id
user_ever_of = queries.user_ever_of
user_by_handle = queries.user_by_handle
lock_people = queries.lock_people
user_by_number = queries.user_by_number
is_trusted_device = queries.is_trusted_device
devices_asking = queries.devices_asking
browser_of_device = queries.browser_of_device
contact_requests = queries.contact_requests
has_blocked = queries.has_blocked
is_blocked_between = queries.is_blocked_between
HAS_BLOCKED = queries.HAS_BLOCKED


def person(user: User) -> PersonRow:
    """How this person looks to others."""
    return rows.person(user)


def user_by_word(word: str) -> User:
    """
    Return the person of a handle, or of a phone number as people write it. For operators: it tells whose a number is.

    :raises PhoneInvalid: if it looks like a number and is none
    :raises PersonNotFound: if nobody has it
    """
    if any(char.isalpha() for char in word):
        return queries.user_by_handle(word.removeprefix("@"))
    found = queries.user_by_number(phones.parse(word))
    if found is None or not found.is_active:
        raise PersonNotFound
    return found


def number_for_reading(user_id: int) -> str:
    """Return the phone number of a person with the spaces that people put into it; nothing if they have none."""
    number = queries.number_of(user_id)
    return phones.for_reading(number) if number else ""


def is_callable_number(written: str) -> bool:
    """Whether somebody can be called at this phone number as people write it: at a mobile, or at a land line."""
    return phones.is_callable(written)


def anybody_is_registered() -> bool:
    """Whether this installation has any person, operators included."""
    return queries.anybody_is_registered()


def people(user_ids: Collection[int]) -> dict[int, PersonRow]:
    """How these people look to others, by id; in one query."""
    return {user.pk: rows.person(user) for user in queries.users(user_ids)}


def people_changed(user_ids: Collection[int], *, since: int) -> dict[int, PersonRow]:
    """Those of these people who look different since the cursor (see ``core.changes``); in one query."""
    return {user.pk: rows.person(user) for user in queries.users_changed(user_ids, since=since)}


def public_ids(user_ids: Collection[int]) -> dict[int, UUID]:
    """How these people are called outside, by id; in one query."""
    return queries.public_ids(user_ids)


def contacts(user_id: int) -> list[PersonRow]:
    """Everybody this person may write to, by name; in one query."""
    sides = queries.visible_sides(user_id).filter(state="accepted", is_blocked=False)
    return [rows.person(side.peer) for side in sides.order_by("peer__name", "peer_id")]


def are_contacts(user_id: int, peer_id: int) -> bool:
    """Whether both have accepted and neither has blocked the other."""
    return bool(known_pairs.accepted_pairs({(user_id, peer_id)}))


def refused_pairs(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """
    Those of the pairs who may not write to each other alone: no accepted contacts, or one blocked the other; in one
    query.
    """
    return set(pairs) - known_pairs.accepted_pairs(pairs)


def refused_business_pairs(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """
    Those of the pairs who may not write to each other where one talks under a face, such as a shop: neither contacts
    nor in business together, or one blocked the other; in one query.
    """
    return set(pairs) - known_pairs.business_pairs(pairs)
