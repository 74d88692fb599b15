"""Order states, allowed transitions and their time limits. The database enforces the same table of transitions."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, NamedTuple

OrderState = Literal["paid", "accepted", "packed", "shipped", "delivered", "completed", "cancelled"]
OrderActor = Literal["buyer", "merchant", "system", "courier", "operator"]
OrderRole = Literal["buyer", "merchant"]
# What happens to an order by itself, if nobody does anything.
DueAction = Literal["", "expire", "complete", "review"]
# How an operator decides a review case: the shop is paid, or the buyer gets the money back.
ReviewDecision = Literal["complete", "refund"]
# What somebody may do with an order, by the name of the verb.
OrderAction = Literal["accept", "pack", "ship", "report_delivery", "correct_resi", "confirm", "cancel"]


class AllowedTransition(NamedTuple):
    """A named transition from one state to another by one kind of actor."""

    name: str
    from_state: str
    to_state: str
    actor_kind: str


ALLOWED_TRANSITIONS = (
    AllowedTransition("placed", "", "paid", "buyer"),
    AllowedTransition("accepted", "paid", "accepted", "merchant"),
    AllowedTransition("packed", "accepted", "packed", "merchant"),
    AllowedTransition("shipped", "accepted", "shipped", "merchant"),
    AllowedTransition("shipped", "packed", "shipped", "merchant"),
    # A number that was typed wrongly, until somebody says that the parcel has arrived.
    AllowedTransition("resi_corrected", "shipped", "shipped", "merchant"),
    AllowedTransition("delivered", "shipped", "delivered", "merchant"),
    AllowedTransition("delivered", "shipped", "delivered", "courier"),
    # The courier's word after the merchant's: from now on time runs.
    AllowedTransition("delivered", "delivered", "delivered", "courier"),
    AllowedTransition("completed", "shipped", "completed", "buyer"),
    AllowedTransition("completed", "delivered", "completed", "buyer"),
    AllowedTransition("completed", "delivered", "completed", "system"),
    # Nobody confirmed for long: an operator is asked to look, and decides where the money goes.
    AllowedTransition("review_opened", "shipped", "shipped", "system"),
    AllowedTransition("review_opened", "delivered", "delivered", "system"),
    AllowedTransition("completed", "shipped", "completed", "operator"),
    AllowedTransition("completed", "delivered", "completed", "operator"),
    AllowedTransition("cancelled", "shipped", "cancelled", "operator"),
    AllowedTransition("cancelled", "delivered", "cancelled", "operator"),
    AllowedTransition("cancelled", "paid", "cancelled", "buyer"),
    AllowedTransition("cancelled", "paid", "cancelled", "merchant"),
    AllowedTransition("cancelled", "paid", "cancelled", "system"),
    AllowedTransition("cancelled", "accepted", "cancelled", "merchant"),
    AllowedTransition("cancelled", "accepted", "cancelled", "system"),
    AllowedTransition("cancelled", "packed", "cancelled", "merchant"),
    AllowedTransition("cancelled", "packed", "cancelled", "system"),
    # A parcel that was lost, or came back: the merchant lets the money go.
    AllowedTransition("cancelled", "shipped", "cancelled", "merchant"),
    AllowedTransition("cancelled", "delivered", "cancelled", "merchant"),
)
# The verb of the door that makes each move, in the order in which they are offered.
ACTION_OF_TRANSITION: dict[str, OrderAction] = {
    "accepted": "accept",
    "packed": "pack",
    "shipped": "ship",
    "delivered": "report_delivery",
    "resi_corrected": "correct_resi",
    "completed": "confirm",
    "cancelled": "cancel",
}
# The moves that say which parcel it is.
PARCEL_TRANSITIONS = frozenset({"shipped", "resi_corrected"})
FINISHED = frozenset({"completed", "cancelled"})
# Before the parcel has left, the pieces of a cancelled order are for sale again.
NOT_SHIPPED = frozenset({"paid", "accepted", "packed"})

ACCEPT_WITHIN = timedelta(days=2)
SHIP_WITHIN = timedelta(days=5)
# At least two working days, whatever day it came.
COMPLETE_AFTER = timedelta(days=4)
# How long both sides know at least beforehand that an operator will look, if the clock starts late.
REVIEW_NOTICE = timedelta(days=7)


def allowed_actions(state: str, side: OrderRole) -> tuple[OrderAction, ...]:
    """Return the actions that this role may take on an order in this state."""
    names = {
        transition.name
        for transition in ALLOWED_TRANSITIONS
        if transition.from_state == state and transition.actor_kind == side
    }
    return tuple(doing for name, doing in ACTION_OF_TRANSITION.items() if name in names)
