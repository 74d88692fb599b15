"""
Authorization methods, and which of them each kind of journal accepts.

The ledger refuses an entry whose kind does not accept its authorization method. A new kind is refused until it has a
line in ``ACCEPTED_METHODS``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AuthorizationMethod(StrEnum):
    """A method by which a movement of money is authorized."""

    # The person typed their PIN for it.
    PIN = "pin"
    # The person acts on a trusted device; a code by SMS alone does not make one.
    TRUSTED_DEVICE = "trusted_device"
    # The person acts on the device that placed the order for which the money is in escrow.
    PLACING_DEVICE = "placing_device"
    # A timer that an earlier action of a person started is due.
    TIMER = "timer"
    # An operator of the instance decided it.
    OPERATOR = "operator"
    # Two operators decided it: one proposed, the other approved.
    TWO_OPERATORS = "two_operators"
    # The bank said, signed, that the money came in.
    BANK = "bank"
    # The person typed their PIN for what comes: transfers to one person up to an amount each, or a shop's settlements.
    MANDATE = "mandate"
    # The person authorized the hold; resolving it moves no other money.
    EARLIER_HOLD = "earlier_hold"
    # The person takes money that another set aside for them; nothing of their own moves.
    RECEIVER = "receiver"


# A refund that waited for the merchant's money is carried out by a timer.
_METHODS_OF_REFUNDS = frozenset(
    {AuthorizationMethod.PIN, AuthorizationMethod.TRUSTED_DEVICE, AuthorizationMethod.TIMER}
)
_METHODS_OUT_OF_ESCROW = frozenset(
    {
        AuthorizationMethod.PIN,
        AuthorizationMethod.TRUSTED_DEVICE,
        AuthorizationMethod.PLACING_DEVICE,
        AuthorizationMethod.TIMER,
        AuthorizationMethod.OPERATOR,
    }
)

# Per kind of journal, the accepted methods; one is required. A code by SMS is never accepted.
ACCEPTED_METHODS: dict[str, frozenset[AuthorizationMethod]] = {
    "sent": frozenset({AuthorizationMethod.PIN, AuthorizationMethod.MANDATE}),
    "qris_paid": frozenset({AuthorizationMethod.PIN}),
    "escrow_paid": frozenset({AuthorizationMethod.PIN, AuthorizationMethod.BANK}),
    "escrow_released": _METHODS_OUT_OF_ESCROW,
    "escrow_refunded": _METHODS_OUT_OF_ESCROW,
    "qris_refunded": _METHODS_OF_REFUNDS,
    "paid_out": frozenset({AuthorizationMethod.PIN, AuthorizationMethod.TRUSTED_DEVICE, AuthorizationMethod.MANDATE}),
    "held": frozenset({AuthorizationMethod.PIN}),
    "captured": frozenset({AuthorizationMethod.EARLIER_HOLD}),
    "voided": frozenset({AuthorizationMethod.EARLIER_HOLD}),
    "expired": frozenset({AuthorizationMethod.TIMER}),
    "topped_up": frozenset({AuthorizationMethod.TWO_OPERATORS}),
    "manual": frozenset({AuthorizationMethod.TWO_OPERATORS}),
    "promotion_funded": frozenset({AuthorizationMethod.TWO_OPERATORS}),
    "came_in": frozenset({AuthorizationMethod.BANK}),
    "suspended": frozenset({AuthorizationMethod.BANK}),
    "suspense_placed": frozenset({AuthorizationMethod.TWO_OPERATORS}),
    "suspense_returned": frozenset({AuthorizationMethod.TWO_OPERATORS}),
    "suspense_adjusted": frozenset({AuthorizationMethod.TWO_OPERATORS}),
    "cash_deposited": frozenset({AuthorizationMethod.TWO_OPERATORS}),
    "bank_corrected": frozenset({AuthorizationMethod.TWO_OPERATORS}),
    "withdrawal_held": frozenset({AuthorizationMethod.PIN}),
    "withdrawn": frozenset({AuthorizationMethod.EARLIER_HOLD}),
    "withdrawal_failed": frozenset({AuthorizationMethod.EARLIER_HOLD}),
    "payout_held": frozenset({AuthorizationMethod.PIN, AuthorizationMethod.MANDATE}),
    "payout_done": frozenset({AuthorizationMethod.EARLIER_HOLD}),
    "payout_failed": frozenset({AuthorizationMethod.EARLIER_HOLD}),
    "angpao_sent": frozenset({AuthorizationMethod.PIN}),
    "angpao_opened": frozenset({AuthorizationMethod.RECEIVER}),
    "angpao_returned": frozenset({AuthorizationMethod.TIMER}),
}


@dataclass(frozen=True, slots=True)
class Authorization:
    """
    Proof that a movement of money was authorized, and by whom.

    For a person, only ``actions.authorizations`` and the verification of a PIN create one. ``user_id`` is None for a
    timer; ``second_user_id`` is the other of two operators.
    """

    method: AuthorizationMethod
    user_id: int | None = None
    second_user_id: int | None = None

    @property
    def is_complete(self) -> bool:
        """Return whether two different people stand behind it where two are needed."""
        people = {self.user_id, self.second_user_id} - {None}
        return self.method is not AuthorizationMethod.TWO_OPERATORS or len(people) == 2


BY_TIMER = Authorization(AuthorizationMethod.TIMER)
BY_BANK = Authorization(AuthorizationMethod.BANK)
BY_EARLIER_HOLD = Authorization(AuthorizationMethod.EARLIER_HOLD)
BY_RECEIVER = Authorization(AuthorizationMethod.RECEIVER)


class NotAuthorized(RuntimeError):
    """An action posts a journal without an authorization that its kind accepts; a programming error."""


def require_authorization(kind: str, authorization: Authorization) -> None:
    """
    Check that this kind of journal accepts the authorization.

    :raises NotAuthorized: if it does not, or if the kind is not in ``ACCEPTED_METHODS``
    """
    accepted = ACCEPTED_METHODS.get(kind)
    if accepted is None:
        raise NotAuthorized(
            f"journals of kind {kind!r} declare no means in payments.domain.authorization.ACCEPTED_METHODS"
        )
    if (
        not isinstance(authorization, Authorization)
        or authorization.method not in accepted
        or not authorization.is_complete
    ):
        raise NotAuthorized(f"journals of kind {kind!r} are not authorized by {authorization!r}")
