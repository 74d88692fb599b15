"""
Authorization methods, and which of them each kind of journal accepts.

The ledger takes no entry without an authorization, and none whose means its kind does not accept. So a new action that
posts cannot leave the question open: its kind is refused until ``ACCEPTED_METHODS`` has a line for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AuthorizationMethod(StrEnum):
    """A method by which a movement of money is authorized."""

    # The person typed their PIN for it.
    PIN = "pin"
    # The person acts on a device that something stronger than a code by SMS speaks for.
    TRUSTED_DEVICE = "trusted_device"
    # The person acts on the device on which they placed the order that the money lies in escrow for.
    PLACING_DEVICE = "placing_device"
    # A timer that was started by what the people did has come due.
    TIMER = "timer"
    # An operator of the instance decided it.
    OPERATOR = "operator"
    # The person authorized it when the money was held; a hold that is resolved moves nothing else.
    EARLIER_HOLD = "earlier_hold"


_METHODS_OUT_OF_ESCROW = frozenset(
    {
        AuthorizationMethod.PIN,
        AuthorizationMethod.TRUSTED_DEVICE,
        AuthorizationMethod.PLACING_DEVICE,
        AuthorizationMethod.TIMER,
        AuthorizationMethod.OPERATOR,
    }
)

# By kind of journal, the means of which one is needed. A code by SMS is none of them.
ACCEPTED_METHODS: dict[str, frozenset[AuthorizationMethod]] = {
    "sent": frozenset({AuthorizationMethod.PIN}),
    "escrow_paid": frozenset({AuthorizationMethod.PIN}),
    "escrow_released": _METHODS_OUT_OF_ESCROW,
    "escrow_refunded": _METHODS_OUT_OF_ESCROW,
    "paid_out": frozenset({AuthorizationMethod.PIN, AuthorizationMethod.TRUSTED_DEVICE}),
    "held": frozenset({AuthorizationMethod.PIN}),
    "captured": frozenset({AuthorizationMethod.EARLIER_HOLD}),
    "voided": frozenset({AuthorizationMethod.EARLIER_HOLD}),
    "expired": frozenset({AuthorizationMethod.TIMER}),
    "topped_up": frozenset({AuthorizationMethod.OPERATOR}),
}


@dataclass(frozen=True, slots=True)
class Authorization:
    """
    Proof that a movement of money was authorized, and by whom.

    Only ``actions.authorizations`` and what verifies a PIN make one for a person; ``user_id`` is None for a timer.
    """

    method: AuthorizationMethod
    user_id: int | None = None


BY_TIMER = Authorization(AuthorizationMethod.TIMER)
BY_EARLIER_HOLD = Authorization(AuthorizationMethod.EARLIER_HOLD)


class NotAuthorized(RuntimeError):
    """Programming error: an action posts a journal without an authorization that its kind accepts."""


def require_authorization(kind: str, authorization: Authorization) -> None:
    """
    Require that this kind of journal accepts the authorization.

    :raises NotAuthorized: if it is not, or the kind declares nothing
    """
    accepted = ACCEPTED_METHODS.get(kind)
    if accepted is None:
        raise NotAuthorized(
            f"journals of kind {kind!r} declare no means in payments.domain.authorization.ACCEPTED_METHODS"
        )
    if not isinstance(authorization, Authorization) or authorization.method not in accepted:
        raise NotAuthorized(f"journals of kind {kind!r} are not authorized by {authorization!r}")
