"""
Shares of a bill: equal, by hand, or by item.

Bills and shares are whole rupiah. What cannot be divided goes, one rupiah each, to the people who come first;
the person who paid the bill is put first, so that nobody else bears it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from peer_payments import errors
from peer_payments.domain.rules import require_amount
from superapp.core.money import SEN_PER_RUPIAH, Money

PEOPLE_MAX = 50
ITEMS_MAX = 30
METHODS = ("equal", "amounts", "items")
Method = Literal["equal", "amounts", "items"]


@dataclass(frozen=True, slots=True)
class BillItem:
    """A line of a bill, and the people who had it."""

    name: str
    amount: Money
    people: tuple[UUID, ...]


def split_equally(total: Money, people: Sequence[UUID]) -> dict[UUID, Money]:
    """
    Split a bill among people in equal parts.

    :raises AmountInvalid, AmountNotWhole: if it is nothing, or has a fraction of a rupiah
    :raises BillInvalid: if there is nobody to split it with
    """
    if not people:
        raise errors.BillInvalid
    rupiah = total.require_whole().amount_minor // SEN_PER_RUPIAH
    parts = [part * SEN_PER_RUPIAH for part in Money(rupiah).split(len(people))]
    return dict(zip(people, parts, strict=True))


def split_by_item(items: Sequence[BillItem], maker: UUID) -> dict[UUID, Money]:
    """
    Split each line of a bill equally among those who had it, and sum up for each person.

    :raises BillInvalid: if a line has nobody who had it
    """
    found: dict[UUID, Money] = {}
    for item in items:
        for person, part in split_equally(item.amount, put_first(maker, item.people)).items():
            found[person] = found.get(person, Money(0)) + part
    return found


def put_first(maker: UUID, people: Sequence[UUID]) -> list[UUID]:
    """Return each person once, the maker before all others, who stay in their order."""
    return sorted(dict.fromkeys(people), key=lambda person: person != maker)


def require_shares(shares: Mapping[UUID, Money], maker: UUID) -> dict[UUID, Money]:
    """
    Return the shares to be requested: those of others that are not zero.

    :raises BillInvalid: if there are none, too many, or one is negative
    """
    owed = {person: share for person, share in shares.items() if person != maker and share}
    if not 0 < len(owed) <= PEOPLE_MAX or any(share < Money(0) for share in shares.values()):
        raise errors.BillInvalid
    for share in owed.values():
        require_amount(share)
    return owed
