"""The other side of movements: the person who sent or received the money, and what it was for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from payments.contracts import Movement
from payments.domain.purposes import Purpose, resolve_purposes
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow


@dataclass(frozen=True, slots=True)
class Counterpart:
    """``person`` on the other side and ``purpose`` of a payment; each None where there is none."""

    person: PersonRow | None
    purpose: Purpose | None


def fetch_counterparts(movements: Sequence[Movement]) -> list[Counterpart]:
    """Return the counterpart of each movement, in their order; people and purposes are fetched once for all."""
    people = accounts.get_people({one.peer_id for one in movements if one.peer_id is not None})
    purposes = resolve_purposes(one.reference for one in movements)
    return [
        Counterpart(people.get(one.peer_id) if one.peer_id is not None else None, purposes.get(one.reference))
        for one in movements
    ]
