"""Orders in the conversation of buyer and shop: one card that is updated, and a system event for each transition."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from chat import api as chat
from chat.errors import ClientIdReused, MessageNotFound, NotAccepted
from shop import api as shop
from shop.api import OrderDetails, OrderStep
from shop.events import OrderMoved, OrderPlaced
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.core.events import subscribe
from superapp.wiring import shop_conversations
from superapp.wiring.card_types import ORDER

# The sentence of each system event, by its name.
SYSTEM_EVENTS = {
    "shop.accepted": _("Accepted by the shop"),
    "shop.packed": _("Packed"),
    "shop.shipped": _("Shipped"),
    "shop.resi_corrected": _("Tracking number corrected"),
    "shop.delivered_merchant": _("Arrived, says the shop"),
    "shop.delivered_courier": _("Arrived, says {courier}"),
    "shop.completed": _("Received, the shop was paid"),
    "shop.completed_system": _("Completed automatically, the shop was paid"),
    "shop.cancelled": _("Cancelled, refunded"),
    "shop.cancelled_why": _("Cancelled ({reason}), refunded"),
    "shop.cancelled_set_aside": _("Cancelled, {brand} set the refund aside for the buyer"),
    "shop.cancelled_set_aside_why": _("Cancelled ({reason}), {brand} set the refund aside for the buyer"),
    "shop.cancel_requested": _("The buyer asks to cancel: {reason}"),
    "shop.cancel_declined": _("The shop declined to cancel"),
    "shop.cancel_declined_why": _("The shop declined to cancel ({reason})"),
    "shop.refunded": _("Refund of {amount} by the shop"),
    "shop.refunded_why": _("Refund of {amount} by the shop ({reason})"),
    "shop.dispute_opened": _("The buyer reported a problem: {reason}"),
    "shop.dispute_dropped": _("The buyer withdrew the report"),
    "shop.dispute_answered": _("The shop answered: {reason}"),
    "shop.dispute_offered": _("The shop offers a refund of {amount}: {reason}"),
    "shop.offer_declined": _("The buyer declined the offer of {amount}"),
    "shop.offer_declined_why": _("The buyer declined the offer of {amount} ({reason})"),
    "shop.offer_accepted": _("The buyer accepted: {amount} is refunded"),
    "shop.refunded_operator": _("{brand} checked it: {amount} was refunded to the buyer ({reason})"),
    "shop.review_opened": _("{brand} is checking: nobody confirmed that it arrived"),
    "shop.completed_operator": _("{brand} checked it: the shop was paid ({reason})"),
    "shop.cancelled_set_aside_operator": _("{brand} checked it and set the refund aside for the buyer ({reason})"),
    "shop.cancelled_operator": _("{brand} checked it: the buyer was refunded ({reason})"),
}
# Transitions that count as unread for the other person.
NOTIFYING_TRANSITIONS = {
    "shipped",
    "resi_corrected",
    "delivered",
    "review_opened",
    "cancel_requested",
    "cancel_declined",
    "dispute_opened",
    "dispute_dropped",
    "dispute_answered",
    "offer_declined",
    "completed",
    "refunded",
    "cancelled",
}
RECEIPTS = {"paid": "shop.order_paid", "completed": "shop.order_completed"}


def register() -> None:
    """Register the system events."""
    for name, sentence in SYSTEM_EVENTS.items():
        chat.register_system_event(name, sentence)


@subscribe(OrderPlaced)
def on_order_placed(event: OrderPlaced) -> None:
    """Post a new order as a card in the conversation of buyer and shop."""
    post_order_card(event, now=clock.now())


def post_order_card(event: OrderPlaced, *, now: datetime) -> None:
    """
    Post the order as a card in the conversation of buyer and shop, which is opened if they have none.

    From now on they may write to each other in that conversation only. Nothing is posted if one has blocked the
    other.
    """
    accounts.allow_business_contact(user_id=event.buyer_id, peer_id=event.merchant_id, now=now)
    conversation = _conversation(event, now)
    if conversation is None or _is_blocked(event):
        return
    # An event of a later transition may have posted the card already, with a newer state.
    with suppress(ClientIdReused):
        _post(event, shop.fetch_order(user_id=event.buyer_id, order=UUID(event.order)), conversation, now)


@subscribe(OrderMoved)
def on_order_moved(event: OrderMoved) -> None:
    """Update the card of an order after a transition, and post a system event."""
    update_order_card(event, now=clock.now())


def update_order_card(event: OrderMoved, *, now: datetime) -> None:
    """
    Update the card to the order's state, and post a system event. A repeated or late call changes nothing.

    If the two could not talk when the order was placed, and can by now, the card is posted with this transition.
    """
    conversation = _conversation(event, now)
    if conversation is None:
        return
    order = shop.fetch_order(user_id=event.buyer_id, order=UUID(event.order))
    if _is_blocked(event):
        _change(event, order, conversation)
        return
    if not _change(event, order, conversation):
        _post(event, order, conversation, now)
    # An older version may have posted the same transition with other content.
    with suppress(ClientIdReused):
        _post_system_event(event, order, conversation, now)


def _is_blocked(event: OrderPlaced | OrderMoved) -> bool:
    """Return whether one of the two has blocked the other; an existing card is then updated silently."""
    return accounts.is_blocked_between(event.buyer_id, event.merchant_id)


def _change(event: OrderMoved, order: OrderDetails, conversation: UUID) -> bool:
    """Update the card to the order's state; return whether there is a card."""
    try:
        chat.update_card(
            conversation_id=conversation,
            sender_id=event.buyer_id,
            idempotency_key=_key(event),
            card=_card(event, order),
        )
    except MessageNotFound:
        return False
    return True


def _post_system_event(event: OrderMoved, order: OrderDetails, conversation: UUID, now: datetime) -> None:
    speaker = _speaker(event)
    line, fields = _system_event(event, order)
    chat.post_system_event(
        conversation_id=conversation,
        sender_id=speaker,
        sender_public_id=accounts.get_public_ids({speaker})[speaker],
        name=line,
        fields={"about": _title(event.first_item, order.lines[0].quantity), "number": event.number, **fields},
        about_seq=_card_seq(event, conversation),
        counts_as_unread=event.transition in NOTIFYING_TRANSITIONS,
        idempotency_key=f"{_key(event)}:{event.version}",
        now=now,
    )


def _post(event: OrderPlaced | OrderMoved, order: OrderDetails, conversation: UUID, now: datetime) -> None:
    chat.post_card(
        conversation_id=conversation,
        sender_id=event.buyer_id,
        sender_public_id=accounts.get_public_ids({event.buyer_id})[event.buyer_id],
        card_type=ORDER,
        card=_card(event, order),
        idempotency_key=_key(event),
        now=now,
    )


def _conversation(event: OrderPlaced | OrderMoved, now: datetime) -> UUID | None:
    """
    Return the conversation of the buyer with the shop, opened if there is none; None if the two may not talk.

    A card that an older version posted in the direct conversation of the two stays there.
    """
    of = shop.find_shop(event.merchant_id)
    assert of is not None  # Shops are never deleted.
    earlier = chat.find_direct_conversation(event.buyer_id, event.merchant_id)
    if earlier is not None and _card_seq(event, earlier.public_id) is not None:
        return earlier.public_id
    try:
        return shop_conversations.open_conversation(of, user_id=event.buyer_id, now=now)
    except NotAccepted:
        return None


def _card_seq(event: OrderPlaced | OrderMoved, conversation: UUID) -> int | None:
    try:
        return chat.fetch_card_seq(conversation_id=conversation, sender_id=event.buyer_id, idempotency_key=_key(event))
    except MessageNotFound:
        return None


def _card(event: OrderPlaced | OrderMoved, order: OrderDetails) -> dict[str, Any]:
    """Return the card of an order as it was at this event, the same on each delivery of the event."""
    named = [step for step in order.steps if step.resi and step.version <= event.version]
    parcel = named[-1] if named and event.state in ("shipped", "delivered", "completed") else None
    receipts = shop.sign_receipts(order)
    return {
        "version": event.version,
        "order": event.order,
        "number": event.number,
        "state": _card_state(event, order),
        "title": _title(event.first_item, order.lines[0].quantity),
        "total": {"amount_minor": event.total_minor, "asset": event.asset},
        "shop": event.shop_name,
        "photo": order.lines[0].photo,
        "shipment": f"{parcel.courier} {parcel.resi}" if parcel else "",
        "placed_at": clock.to_wire(order.summary.placed_at),
        "moved_at": event.at,
        # The receipt of payment until the order is completed, then the receipt of completion.
        "receipt": receipts.get(RECEIPTS.get(event.state, "")) or receipts[RECEIPTS["paid"]],
    }


def _card_state(event: OrderPlaced | OrderMoved, order: OrderDetails) -> str:
    """Return the state of the card: a delivery that only the shop claims is a claim, a refund may be set aside."""
    if _is_disputed(event, order):
        return "disputed"
    if _is_claimed(event):
        return "claimed"
    return "set_aside" if event.state == "cancelled" and order.set_aside else event.state


def _is_disputed(event: OrderPlaced | OrderMoved, order: OrderDetails) -> bool:
    """Return whether a dispute was open after this event, which did not end the order."""
    told = [step.transition for step in order.steps if step.version <= event.version]
    opened, dropped = told.count("dispute_opened"), told.count("dispute_dropped")
    return opened > dropped and event.state in ("shipped", "delivered")


def _is_claimed(event: OrderPlaced | OrderMoved) -> bool:
    """Return whether this event is a delivery that only the shop claims."""
    return isinstance(event, OrderMoved) and event.state == "delivered" and event.actor != "courier"


def _title(name: str, quantity: int) -> str:
    return f"{name} ×\u00a0{quantity}" if quantity > 1 else name


def _system_event(event: OrderMoved, order: OrderDetails) -> tuple[str, dict[str, str]]:
    step = _step(event, order)
    if event.transition == "delivered":
        parcel = {"courier": order.shipment.courier, "resi": order.shipment.resi} if order.shipment else {}
        return f"shop.delivered_{'courier' if event.actor == 'courier' else 'merchant'}", parcel
    if event.transition == "review_opened":
        return "shop.review_opened", {"brand": settings.BRAND_NAME}
    if event.transition in ("dispute_opened", "cancel_requested"):
        return f"shop.{event.transition}", {"reason": step.reason}
    if event.transition in ("cancel_declined", "dispute_answered", "offer_declined", "offer_accepted"):
        return _answer_event(step)
    if event.transition == "refunded" and event.actor == "operator":
        return "shop.refunded_operator", {
            "brand": settings.BRAND_NAME,
            "amount": str(step.amount),
            "reason": step.reason,
        }
    if event.transition == "refunded":
        fields = {"amount": str(step.amount), **({"reason": step.reason} if step.reason else {})}
        return f"shop.refunded{'_why' if step.reason else ''}", fields
    if event.transition == "cancelled":
        return _cancellation_event(event, order, step)
    if event.actor == "operator":
        return f"shop.{event.transition}_operator", {"brand": settings.BRAND_NAME, "reason": step.reason}
    if event.transition == "completed" and event.actor == "system":
        return "shop.completed_system", {}
    return f"shop.{event.transition}", {"courier": step.courier, "resi": step.resi} if step.resi else {}


def _answer_event(step: OrderStep) -> tuple[str, dict[str, str]]:
    """Return the system event of an answer: to a dispute, to an offer, or to a request to cancel."""
    fields = {"reason": step.reason} if step.reason else {}
    if step.amount:
        fields |= {"amount": str(step.amount)}
    if step.transition == "dispute_answered":
        return "shop.dispute_offered" if step.amount else "shop.dispute_answered", fields
    return f"shop.{step.transition}{'_why' if step.reason else ''}", fields


def _cancellation_event(event: OrderMoved, order: OrderDetails, step: OrderStep) -> tuple[str, dict[str, str]]:
    name = "shop.cancelled_set_aside" if order.set_aside else "shop.cancelled"
    fields = {"brand": settings.BRAND_NAME} if order.set_aside else {}
    if event.actor == "operator":
        return f"{name}_operator", {"brand": settings.BRAND_NAME, "reason": step.reason}
    return (f"{name}_why", {**fields, "reason": step.reason}) if step.reason else (name, fields)


def _step(event: OrderMoved, order: OrderDetails) -> OrderStep:
    return next(step for step in order.steps if step.version == event.version)


def _speaker(event: OrderMoved) -> int:
    """
    Return the sender of the system event, for whom it does not count as unread.

    That is the person who acted; for the system or an operator the buyer on completion, and otherwise the merchant.
    """
    is_of_buyer = event.actor == "buyer" or (event.actor in ("system", "operator") and event.transition == "completed")
    return event.buyer_id if is_of_buyer else event.merchant_id


def _key(event: OrderPlaced | OrderMoved) -> str:
    return f"order:{event.order}"
