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
    split: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitDetails:
    """
    A bill that is split in a group, with the shares of the others, who come in the order of their names.

    ``state`` is ``open``, ``done`` once every share that was not removed is paid, or ``closed`` by its maker. ``items``
    are pairs of name and amount. ``version`` grows with every change of the bill or of a share.
    """

    public_id: UUID
    group: str
    maker_id: int
    maker: PersonRow
    title: str
    total: Money
    own_share: Money
    method: str
    items: tuple[tuple[str, Money], ...]
    shares: tuple[RequestDetails, ...]
    state: str
    version: int
    made_at: datetime

    @property
    def counted(self) -> list[RequestDetails]:
        """The shares that were not removed."""
        return [share for share in self.shares if share.state != "cancelled"]

    @property
    def paid(self) -> list[RequestDetails]:
        """The shares that are paid."""
        return [share for share in self.shares if share.state == "paid"]

    @property
    def asked(self) -> Money:
        """The sum of the shares that were not removed."""
        return sum((share.amount for share in self.counted), Money(0))

    @property
    def collected(self) -> Money:
        """The sum of the shares that are paid."""
        return sum((share.amount for share in self.paid), Money(0))


class RequestStateRow(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a request on the wire."""

    money_request: str
    state: str
    version: int
