"""Answers to disputes: the merchant offers to refund a part or all, and the buyer accepts or declines."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from payments import api as payments
from shop import errors
from shop.actions import transitions
from shop.actions.disputes import refund_part
from shop.domain import text_cleaning
from shop.domain.order_states import ANSWERS_PER_ORDER, OrderRole
from shop.domain.payment_references import order_reference
from shop.models import Order, OrderEvent
from shop.queries import disputes, orders
from superapp.core.money import Money


def answer_dispute(
    *,
    user_id: int,
    order: UUID,
    words: str,
    amount: Money,
    device_id: int | None,
    pin: str,
    expected_rev: int | None,
    now: datetime,
) -> None:
    """
    Answer the open dispute of an order as its merchant, with the offer to refund ``amount``; zero offers nothing.

    It replaces an earlier offer. The same answer again changes nothing. An offer takes a trusted device or the PIN,
    since the buyer alone moves the money by accepting it.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the person is the buyer, or the order is not at ``expected_rev``
    :raises DisputeClosed: if no dispute is open
    :raises OfferTooHigh: if it is more than what is kept for the order
    :raises AnswerLimitReached: if the merchant has answered too often
    :raises TextInvalid: without words, or if they are too long
    """
    said = text_cleaning.clean_line(words, field="words", chars_max=OrderEvent.REASON_CHARS_MAX)
    found, role = orders.find_order(order, user_id=user_id)
    _require_disputed(found, role, "merchant")
    _require_kept(found, amount)
    if amount:
        payments.authorize(user_id=user_id, device_id=device_id, pin=pin, now=now)
    with transaction.atomic():
        locked, role = orders.lock_order(order, user_id=user_id)
        _require_disputed(locked, role, "merchant")
        newest = disputes.find_answer(locked)
        if newest is not None and (newest.words, newest.amount) == (said, amount):
            return
        if expected_rev is not None and locked.version != expected_rev:
            raise errors.NotNow(state=locked.state)
        _require_kept(locked, amount)
        if disputes.count_answers(locked) >= ANSWERS_PER_ORDER:
            raise errors.AnswerLimitReached
        evidence = {"amount_sen": amount.amount_minor}
        transitions.apply_transition(locked, "dispute_answered", role, user_id, now, reason=said, evidence=evidence)


def accept_offer(
    *,
    user_id: int,
    order: UUID,
    offer: int,
    amount: Money,
    device_id: int | None,
    pin: str,
    expected_rev: int | None,
    now: datetime,
) -> None:
    """
    Accept, as the buyer, the offer that the event ``offer`` made, of ``amount``: it is refunded, and the rest released.

    If the offer is all that is kept, the order is cancelled. Accepting the same offer again changes nothing.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the person is the merchant
    :raises OfferChanged: if another offer stands by now, or none
    :raises PinNeeded, NoPinOnNewDevice, PinWrong, PinLocked: of payments, if device and PIN do not authorize it
    """
    found, role = orders.find_order(order, user_id=user_id)
    if not _is_pending(found, role, "offer_accepted", offer, amount, expected_rev):
        return
    authorization = payments.authorize(
        user_id=user_id, device_id=device_id, placing_device_id=found.placing_device_id, pin=pin, now=now
    )
    with transaction.atomic():
        locked, role = orders.lock_order(order, user_id=user_id)
        if not _is_pending(locked, role, "offer_accepted", offer, amount, expected_rev):
            return
        evidence = {"offer": offer, "amount_sen": amount.amount_minor}
        transitions.apply_transition(locked, "offer_accepted", role, user_id, now, evidence=evidence)
        if amount == payments.get_escrow_balance(order_reference(order)):
            _refund_all(locked, authorization, now)
        else:
            refund_part(locked, amount, cause=f"offer:{offer}", authorization=authorization, now=now)
            transitions.apply_transition(locked, "completed", role, user_id, now)
            transitions.release_escrow(locked, authorization, now)


def decline_offer(
    *, user_id: int, order: UUID, offer: int, amount: Money, words: str, expected_rev: int | None, now: datetime
) -> None:
    """
    Decline, as the buyer, the offer that the event ``offer`` made. Declining it again changes nothing.

    :raises OrderNotFound: if it does not exist, or the person is neither buyer nor merchant
    :raises NotNow: if the person is the merchant
    :raises OfferChanged: if another offer stands by now, or none
    :raises TextInvalid: if the words are too long
    """
    said = text_cleaning.clean_line(words, field="words", chars_max=OrderEvent.REASON_CHARS_MAX, may_be_empty=True)
    with transaction.atomic():
        locked, role = orders.lock_order(order, user_id=user_id)
        if not _is_pending(locked, role, "offer_declined", offer, amount, expected_rev):
            return
        evidence = {"offer": offer, "amount_sen": amount.amount_minor}
        transitions.apply_transition(locked, "offer_declined", role, user_id, now, reason=said, evidence=evidence)


def _is_pending(order: Order, role: OrderRole, name: str, offer: int, amount: Money, expected_rev: int | None) -> bool:
    """
    Return whether this offer can be accepted or declined; False if just that was done before.

    :raises NotNow: if the person is not the buyer, or the order is not at ``expected_rev``
    :raises OfferChanged: if another offer stands, or none
    """
    if role != "buyer":
        raise errors.NotNow(state=order.state)
    if disputes.has_answered_offer(order, name, offer):
        return False
    if expected_rev is not None and order.version != expected_rev:
        raise errors.NotNow(state=order.state)
    stands = disputes.find_answer(order) if disputes.is_disputed(order) else None
    if stands is None or not stands.amount or (stands.seq, stands.amount) != (offer, amount):
        raise errors.OfferChanged
    return True


def _require_disputed(order: Order, role: OrderRole, required: OrderRole) -> None:
    if role != required:
        raise errors.NotNow(state=order.state)
    if not disputes.is_disputed(order):
        raise errors.DisputeClosed


def _require_kept(order: Order, amount: Money) -> None:
    kept = payments.get_escrow_balance(order_reference(order.public_id))
    if amount > kept:
        raise errors.OfferTooHigh(kept=str(kept))
    if amount:
        amount.require_positive()


def _refund_all(order: Order, authorization: payments.Authorization, now: datetime) -> None:
    """Cancel the order as its merchant, who made the offer, and refund the whole escrow."""
    merchant = OrderEvent.Actor.MERCHANT
    cancelled_by = Order.CancelledBy.MERCHANT
    transitions.apply_transition(order, "cancelled", merchant, order.shop.owner_id, now, cancelled_by=cancelled_by)
    transitions.refund_escrow(order, authorization, now)
