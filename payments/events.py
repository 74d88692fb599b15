"""Facts of payments, stored in the transaction that causes them and delivered at least once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from superapp.core.events import Event, register_fact


@register_fact
@dataclass(frozen=True, kw_only=True)
class MoneySent(Event):
    """
    One person sent money to another. ``journal`` is the number of the receipt.

    ``reference`` names what was paid for, such as a request; empty for a plain transfer.
    """

    name: ClassVar[str] = "payments.money_sent"
    journal: str
    sender_id: int
    receiver_id: int
    amount_minor: int
    asset: str
    memo: str
    reference: str = ""

    @property
    def key(self) -> str:
        return f"wallet:{self.sender_id}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class QrisPaid(Event):
    """
    A person paid a merchant by code. ``amount_minor`` has the tip in it; the platform kept ``fee_minor`` of it.

    ``bill`` is the id of the bill that was paid; empty for a code of many payments.
    """

    name: ClassVar[str] = "payments.qris_paid"
    merchant: str
    journal: str
    payer_id: int
    amount_minor: int
    fee_minor: int
    asset: str
    bill: str

    @property
    def key(self) -> str:
        return f"wallet:{self.payer_id}"


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
    """Money was paid into escrow for this reference: ``subsidy_minor`` of it by the platform, the rest by the payer."""

    name: ClassVar[str] = "payments.escrow_paid"
    payer_id: int
    subsidy_minor: int = 0


@register_fact
@dataclass(frozen=True, kw_only=True)
class EscrowReleased(_EscrowEvent):
    """Escrowed money was released to the merchant; the platform kept ``fee_minor`` of ``amount_minor`` as its fee."""

    name: ClassVar[str] = "payments.escrow_released"
    merchant: str
    fee_minor: int


@register_fact
@dataclass(frozen=True, kw_only=True)
class EscrowRefunded(_EscrowEvent):
    """
    Money for this reference was refunded: ``subsidy_minor`` of it to the platform, and the rest to its payer.

    If ``is_suspended``, it did not fit into the wallet and waits in suspense for an operator.
    """

    name: ClassVar[str] = "payments.escrow_refunded"
    payer_id: int
    is_suspended: bool = False
    subsidy_minor: int = 0


@register_fact
@dataclass(frozen=True, kw_only=True)
class MerchantPaidOut(Event):
    """A merchant's balance was paid out into its owner's wallet."""

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
    """A wallet was topped up with money from outside."""

    name: ClassVar[str] = "payments.topped_up"
    journal: str
    user_id: int
    amount_minor: int
    asset: str

    @property
    def key(self) -> str:
        return f"wallet:{self.user_id}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class WithdrawalClosed(Event):
    """A withdrawal ended: the money is at the bank account, or back in the wallet."""

    name: ClassVar[str] = "payments.withdrawal_closed"
    withdrawal: str
    user_id: int
    amount_minor: int
    asset: str
    is_done: bool

    @property
    def key(self) -> str:
        return f"wallet:{self.user_id}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class PayoutClosed(Event):
    """A payout to a merchant's bank account ended: the money is there, or back in the merchant's balance."""

    name: ClassVar[str] = "payments.payout_closed"
    payout: str
    merchant: str
    owner_id: int
    amount_minor: int
    asset: str
    is_done: bool

    @property
    def key(self) -> str:
        return f"merchant:{self.merchant}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class PayoutAccountChosen(Event):
    """A merchant's balance is paid out to another bank account from now on: the one with this ``version``."""

    name: ClassVar[str] = "payments.payout_account_chosen"
    merchant: str
    owner_id: int
    version: int

    @property
    def key(self) -> str:
        return f"merchant:{self.merchant}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class PaymentSuspended(Event):
    """Money came in that could not be placed; an operator has to find out to whom it belongs."""

    name: ClassVar[str] = "payments.payment_suspended"
    bank_reference: str
    journal: str
    amount_minor: int
    asset: str
    reason: str

    @property
    def key(self) -> str:
        return f"suspense:{self.bank_reference}"
