"""
Authorizations: by which means somebody may move money, declared for every kind of journal.

The ledger takes no entry without an authorization, and none whose means its kind does not accept. So a new action that
posts cannot leave the question open: its kind is refused until ``REQUIREMENTS`` has a line for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Means(StrEnum):
    """The ways in which a movement of money can be authorized."""

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


_OUT_OF_ESCROW = frozenset({Means.PIN, Means.TRUSTED_DEVICE, Means.PLACING_DEVICE, Means.TIMER, Means.OPERATOR})

# By kind of journal, the means of which one is needed. A code by SMS is none of them.
REQUIREMENTS: dict[str, frozenset[Means]] = {
    "sent": frozenset({Means.PIN}),
    "escrow_paid": frozenset({Means.PIN}),
    "escrow_released": _OUT_OF_ESCROW,
    "escrow_refunded": _OUT_OF_ESCROW,
    "paid_out": frozenset({Means.PIN, Means.TRUSTED_DEVICE}),
    "held": frozenset({Means.PIN}),
    "captured": frozenset({Means.EARLIER_HOLD}),
    "voided": frozenset({Means.EARLIER_HOLD}),
    "expired": frozenset({Means.TIMER}),
    "topped_up": frozenset({Means.OPERATOR}),
}


@dataclass(frozen=True, slots=True)
class Authorization:
    """
    Proof that a movement of money was authorized, and by whom.

    Only ``actions.authorizing`` and what verifies a PIN make one for a person; ``user_id`` is None for a timer.
    """

    means: Means
    user_id: int | None = None


BY_TIMER = Authorization(Means.TIMER)
BY_EARLIER_HOLD = Authorization(Means.EARLIER_HOLD)


class NotAuthorized(RuntimeError):
    """A mistake of ours: an action tries to post what it has no authorization for."""


def require(kind: str, authorization: Authorization) -> None:
    """
    Go on only if the authorization is one that this kind of journal accepts.

    :raises NotAuthorized: if it is not, or the kind declares nothing
    """
    accepted = REQUIREMENTS.get(kind)
    if accepted is None:
        raise NotAuthorized(f"journals of kind {kind!r} declare no means in payments.authorization.REQUIREMENTS")
    if not isinstance(authorization, Authorization) or authorization.means not in accepted:
        raise NotAuthorized(f"journals of kind {kind!r} are not authorized by {authorization!r}")
