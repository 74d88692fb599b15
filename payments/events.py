"""Facts about money, stored by the statement that makes them true and delivered at least once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from superapp.core.events import Event, register_fact


@register_fact
@dataclass(frozen=True, kw_only=True)
class MoneySent(Event):
    """One person sent another money. ``journal`` is the number of the receipt."""

    name: ClassVar[str] = "payments.money_sent"
    journal: str
    sender_id: int
    receiver_id: int
    amount_minor: int
    asset: str
    memo: str

    @property
    def key(self) -> str:
        return f"wallet:{self.sender_id}"


@dataclass(frozen=True, kw_only=True)
class _EscrowEvent(Event):
    reference: str
    journal: str
    amount_minor: int
    asset: str

    @property
    def key(self) -> str:
        return f"escrow:{self.reference}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class EscrowPaid(_EscrowEvent):
    """Money for this reference lies in an account of its own."""

    name: ClassVar[str] = "payments.escrow_paid"
    payer_id: int


@register_fact
@dataclass(frozen=True, kw_only=True)
class EscrowReleased(_EscrowEvent):
    """Money for this reference went to the merchant; ``fee_minor`` of ``amount_minor`` stayed with us."""

    name: ClassVar[str] = "payments.escrow_released"
    merchant: str
    fee_minor: int


@register_fact
@dataclass(frozen=True, kw_only=True)
class EscrowRefunded(_EscrowEvent):
    """Money for this reference went back to who paid it."""

    name: ClassVar[str] = "payments.escrow_refunded"
    payer_id: int


@register_fact
@dataclass(frozen=True, kw_only=True)
class MerchantPaidOut(Event):
    """A merchant's money went into the wallet of its owner."""

    name: ClassVar[str] = "payments.merchant_paid_out"
    merchant: str
    journal: str
    owner_id: int
    amount_minor: int
    asset: str

    @property
    def key(self) -> str:
        return f"wallet:{self.owner_id}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class ToppedUp(Event):
    """Money came into a wallet from outside."""

    name: ClassVar[str] = "payments.topped_up"
    journal: str
    user_id: int
    amount_minor: int
    asset: str

    @property
    def key(self) -> str:
        return f"wallet:{self.user_id}"
