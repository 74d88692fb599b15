"""Order states, allowed transitions and their time limits. The database enforces the same table of transitions."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, NamedTuple

OrderState = Literal["paid", "accepted", "packed", "shipped", "delivered", "completed", "cancelled"]
OrderActor = Literal["buyer", "merchant", "system", "courier", "operator"]
OrderRole = Literal["buyer", "merchant"]
# Effect of a timer on its order when it becomes due.
DueAction = Literal["", "expire", "complete", "review"]
# An open request of the buyer about an order.
OrderRequest = Literal["", "dispute", "cancel"]
# An operator's decision of a review case: pay the shop, or refund the buyer.
ReviewDecision = Literal["complete", "refund"]
# A decision of a dispute by two operators: pay the shop, refund the buyer, or refund a part and pay the rest.
DisputeVerdict = Literal["release", "refund", "split"]
# Actions of a buyer or a merchant on an order.
OrderAction = Literal["accept", "pack", "ship", "report_delivery", "correct_resi", "confirm", "refund", "cancel"]


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
    # A wrong tracking number can be corrected until the parcel is reported as delivered.
    AllowedTransition("resi_corrected", "shipped", "shipped", "merchant"),
    AllowedTransition("delivered", "shipped", "delivered", "merchant"),
    AllowedTransition("delivered", "shipped", "delivered", "courier"),
    # The courier's report after the merchant's: only this one starts the completion timer.
    AllowedTransition("delivered", "delivered", "delivered", "courier"),
    AllowedTransition("completed", "shipped", "completed", "buyer"),
    AllowedTransition("completed", "delivered", "completed", "buyer"),
    AllowedTransition("completed", "delivered", "completed", "system"),
    # If nobody confirms receipt in time, an operator decides where the money goes.
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
    # After acceptance the buyer requests a cancellation; the merchant cancels or declines, or a timer decides.
    AllowedTransition("cancel_requested", "accepted", "accepted", "buyer"),
    AllowedTransition("cancel_requested", "packed", "packed", "buyer"),
    AllowedTransition("cancel_declined", "accepted", "accepted", "merchant"),
    AllowedTransition("cancel_declined", "packed", "packed", "merchant"),
    # The merchant refunds a part, or all of it once the order is completed.
    *(
        AllowedTransition("refunded", state, state, "merchant")
        for state in ("paid", "accepted", "packed", "shipped", "delivered", "completed")
    ),
    # The buyer says that something is wrong: nothing happens by itself until that is settled.
    AllowedTransition("dispute_opened", "shipped", "shipped", "buyer"),
    AllowedTransition("dispute_opened", "delivered", "delivered", "buyer"),
    AllowedTransition("dispute_dropped", "shipped", "shipped", "buyer"),
    AllowedTransition("dispute_dropped", "delivered", "delivered", "buyer"),
    # The merchant answers, with an offer to refund a part or all, which the buyer declines, or accepts: then the order
    # ends in the same commit, with ``completed``, or with the merchant's ``cancelled`` if all is refunded.
    AllowedTransition("dispute_answered", "shipped", "shipped", "merchant"),
    AllowedTransition("dispute_answered", "delivered", "delivered", "merchant"),
    AllowedTransition("offer_declined", "shipped", "shipped", "buyer"),
    AllowedTransition("offer_declined", "delivered", "delivered", "buyer"),
    AllowedTransition("offer_accepted", "shipped", "shipped", "buyer"),
    AllowedTransition("offer_accepted", "delivered", "delivered", "buyer"),
    # Two operators split the money: this part goes back, and the rest to the shop with ``completed``.
    AllowedTransition("refunded", "shipped", "shipped", "operator"),
    AllowedTransition("refunded", "delivered", "delivered", "operator"),
    # A parcel was lost or returned: the merchant refunds the buyer.
    AllowedTransition("cancelled", "shipped", "cancelled", "merchant"),
    AllowedTransition("cancelled", "delivered", "cancelled", "merchant"),
)
# The action that makes each transition, in the order in which actions are offered.
ACTION_OF_TRANSITION: dict[str, OrderAction] = {
    "accepted": "accept",
    "packed": "pack",
    "shipped": "ship",
    "delivered": "report_delivery",
    "resi_corrected": "correct_resi",
    "completed": "confirm",
    "refunded": "refund",
    "cancelled": "cancel",
}
# Transitions that name a parcel.
PARCEL_TRANSITIONS = frozenset({"shipped", "resi_corrected"})
# Transitions whose amount goes back to the buyer.
REFUND_TRANSITIONS = frozenset({"refunded", "offer_accepted"})
# An offer stands until one of these comes after it: a refund of a part changes what there is to offer.
OFFER_TRANSITIONS = frozenset(
    {"dispute_opened", "dispute_dropped", "dispute_answered", "offer_declined", "offer_accepted", "refunded"}
)
FINISHED = frozenset({"completed", "cancelled"})
# If an order is cancelled in one of these states, its pieces are released back into the stock.
NOT_SHIPPED = frozenset({"paid", "accepted", "packed"})

ACCEPT_WITHIN = timedelta(days=2)
SHIP_WITHIN = timedelta(days=5)
# At least two working days, whatever the weekday of the delivery.
COMPLETE_AFTER = timedelta(days=4)
# The minimum notice before a review case, for orders whose review timer is started late.
REVIEW_NOTICE = timedelta(days=7)
# The times that a buyer may open a dispute of one order. The guards of the database say the same number.
DISPUTES_PER_ORDER = 2
# The times that a merchant may answer in one order, which the guards say too: each rings at the buyer.
ANSWERS_PER_ORDER = 5
# The minimum notice before a timer that goes on after a dispute was dropped.
DROP_NOTICE = timedelta(days=2)


def allowed_actions(state: str, side: OrderRole) -> tuple[OrderAction, ...]:
    """Return the actions that this role may take on an order in this state."""
    names = {
        transition.name
        for transition in ALLOWED_TRANSITIONS
        if transition.from_state == state and transition.actor_kind == side
    }
    return tuple(doing for name, doing in ACTION_OF_TRANSITION.items() if name in names)
