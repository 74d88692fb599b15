"""The moves that an order may make, and who may make them. The database holds the same table, and looks there too."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from shop.shapes import Doing, Side


class Move(NamedTuple):
    """From one state to another, under a name, by one kind of actor."""

    name: str
    from_state: str
    to_state: str
    who: str


MOVES = (
    Move("placed", "", "paid", "buyer"),
    Move("accepted", "paid", "accepted", "merchant"),
    Move("packed", "accepted", "packed", "merchant"),
    Move("shipped", "accepted", "shipped", "merchant"),
    Move("shipped", "packed", "shipped", "merchant"),
    # A number that was typed wrongly, until somebody says that the parcel has arrived.
    Move("resi_corrected", "shipped", "shipped", "merchant"),
    Move("delivered", "shipped", "delivered", "merchant"),
    Move("delivered", "shipped", "delivered", "courier"),
    # The courier's word after the merchant's: from now on time runs.
    Move("delivered", "delivered", "delivered", "courier"),
    Move("completed", "shipped", "completed", "buyer"),
    Move("completed", "delivered", "completed", "buyer"),
    Move("completed", "delivered", "completed", "system"),
    # Nobody confirmed for long: an operator is asked to look, and decides where the money goes.
    Move("review_opened", "shipped", "shipped", "system"),
    Move("review_opened", "delivered", "delivered", "system"),
    Move("completed", "shipped", "completed", "operator"),
    Move("completed", "delivered", "completed", "operator"),
    Move("cancelled", "shipped", "cancelled", "operator"),
    Move("cancelled", "delivered", "cancelled", "operator"),
    Move("cancelled", "paid", "cancelled", "buyer"),
    Move("cancelled", "paid", "cancelled", "merchant"),
    Move("cancelled", "paid", "cancelled", "system"),
    Move("cancelled", "accepted", "cancelled", "merchant"),
    Move("cancelled", "accepted", "cancelled", "system"),
    Move("cancelled", "packed", "cancelled", "merchant"),
    Move("cancelled", "packed", "cancelled", "system"),
    # A parcel that was lost, or came back: the merchant lets the money go.
    Move("cancelled", "shipped", "cancelled", "merchant"),
    Move("cancelled", "delivered", "cancelled", "merchant"),
)
# The verb of the door that makes each move, in the order in which they are offered.
DOINGS: dict[str, Doing] = {
    "accepted": "accept",
    "packed": "pack",
    "shipped": "ship",
    "delivered": "report_delivery",
    "resi_corrected": "correct_resi",
    "completed": "confirm",
    "cancelled": "cancel",
}
# The moves that say which parcel it is.
NAMING = frozenset({"shipped", "resi_corrected"})
FINISHED = frozenset({"completed", "cancelled"})
# Before the parcel has left, the pieces of a cancelled order are for sale again.
NOT_SHIPPED = frozenset({"paid", "accepted", "packed"})

ACCEPT_WITHIN = timedelta(days=2)
SHIP_WITHIN = timedelta(days=5)
# At least two working days, whatever day it came.
COMPLETE_AFTER = timedelta(days=4)
# How long both sides know at least beforehand that an operator will look, if the clock starts late.
REVIEW_NOTICE = timedelta(days=7)


def what_can(state: str, side: Side) -> tuple[Doing, ...]:
    """What this side may do with an order in this state."""
    names = {move.name for move in MOVES if move.from_state == state and move.who == side}
    return tuple(doing for name, doing in DOINGS.items() if name in names)
