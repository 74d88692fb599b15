"""Values of the facade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from superapp.accounts.api import PersonRow
from superapp.core.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDetails:
    """
    A request for money, as its two people see it.

    ``state`` is ``open``, ``paid``, ``declined``, ``cancelled`` or ``expired``. ``attempt`` numbers the payment that
    would be made next. ``reminder_from`` is when the next reminder may be sent.
    """

    public_id: UUID
    requester_id: int
    payer_id: int
    requester: PersonRow
    payer: PersonRow
    amount: Money
    note: str
    state: str
    version: int
    attempt: int
    journal: UUID | None
    made_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    reminder_from: datetime


class RequestStateRow(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a request on the wire."""

    money_request: str
    state: str
    version: int
