"""The way of an order: lock it, look, move it; its pieces, its money and its fact go with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from payments import api as payments
from shop import errors, push, words
from shop.couriers import spelled
from shop.events import OrderMoved
from shop.log import moving, stock
from shop.log.placing import reference
from shop.models import Order, OrderEvent, OrderTimer, Shipment
from shop.queries import orders
from shop.shapes import Side
from shop.states import COMPLETE_AFTER, NOT_SHIPPED, SHIP_WITHIN
from superapp.core import clock, outbox
from superapp.core.errors import ErrorCollector
from superapp.core.money import IDR, Money

# What else becomes true with a move, once the order has made it.
_With = Callable[[Order, int | None, datetime], None]


def accept_order(*, user_id: int, order: UUID, expected_rev: int | None, now: datetime) -> None:
    """The merchant takes it on; from now on time runs for sending it."""

    def then(locked: Order, _actor_id: int | None, now: datetime) -> None:
        moving.stop_timers(locked)
        moving.start_timer(locked, OrderTimer.Kind.SHIP, now + SHIP_WITHIN)

    _move_for(user_id, order, "accepted", "merchant", expected_rev, now, then)


def pack_order(*, user_id: int, order: UUID, expected_rev: int | None, now: datetime) -> None:
    """The merchant has packed it."""
    _move_for(user_id, order, "packed", "merchant", expected_rev, now, _nothing_else)


def ship_order(*, user_id: int, order: UUID, courier: str, resi: str, expected_rev: int | None, now: datetime) -> None:
    """The merchant has given it to a courier: the pieces have left the shop."""
    parcel = _clean_parcel(courier, resi)

    def then(locked: Order, actor_id: int | None, now: datetime) -> None:
        # The move has locked the shop's counter, so that two cannot both find the number free.
        _refuse_taken(parcel, locked)
        moving.stop_timers(locked)
        for line in orders.lines_of(locked):
            stock.ship(
                line.product_id,
                line.quantity,
                reference=reference(locked.public_id),
                key=f"order:{locked.public_id}:ship",
                actor_id=actor_id,
                now=now,
            )
        Shipment.objects.create(order=locked, courier=parcel[0], resi=parcel[1], shipped_at=now)
        moving.start_timer(locked, OrderTimer.Kind.REVIEW, moving.review_due_at(now))

    evidence = {"courier": parcel[0], "resi": parcel[1]}
    _move_for(user_id, order, "shipped", "merchant", expected_rev, now, then, evidence=evidence)
    if orders.parcel_of(order) != parcel:  # It was sent before, and otherwise.
        raise errors.NotNow(state=Order.State.SHIPPED.value)


def correct_resi(
    *, user_id: int, order: UUID, courier: str, resi: str, expected_rev: int | None, now: datetime
) -> None:
    """The parcel goes by another number than was said, as long as nobody said that it has arrived."""
    parcel = _clean_parcel(courier, resi)
    with transaction.atomic():
        locked, side = orders.lock_order(order, user_id=user_id)
        was = orders.parcel_of(order)
        if side != "merchant" or was is None:
            raise errors.NotNow(state=locked.state)
        if parcel == was:
            return
        if expected_rev is not None and locked.version != expected_rev:
            raise errors.NotNow(state=locked.state)
        evidence = {"courier": parcel[0], "resi": parcel[1], "was_courier": was[0], "was_resi": was[1]}
        make_move(locked, "resi_corrected", side, user_id, now, evidence=evidence)
        # As when it was sent: only after the move, which has locked the shop's counter.
        _refuse_taken(parcel, locked)
        Shipment.objects.filter(order=locked).update(courier=parcel[0], resi=parcel[1])


def report_delivery(*, user_id: int, order: UUID, expected_rev: int | None, now: datetime) -> None:
    """The merchant says that it has arrived. It is shown as what the merchant says, and starts no clock."""

    def then(locked: Order, _actor_id: int | None, now: datetime) -> None:
        _deliver(locked, Shipment.Source.MERCHANT, now)

    _move_for(user_id, order, "delivered", "merchant", expected_rev, now, then)


def courier_delivered(*, courier: str, resi: str, evidence: dict[str, str], now: datetime) -> bool:
    """
    The courier says that it has arrived: from now on it completes by itself after some days. Whether an order moved;
    again moves none. A number that two shops name moves none either: the orders keep the clocks that they have.

    :raises OrderNotFound: if no order has this parcel
    :raises ResiContested: if another shop names it, too
    """
    parcel, heard, has_moved = _clean_parcel(courier, resi), set[UUID](), False
    # Whoever named the number first may correct it at this moment: then the word is for the next one.
    while unheard := [order for order in orders.orders_of_parcel(*parcel) if order not in heard]:
        for public_id in unheard:
            heard.add(public_id)
            has_moved |= _hear_courier(public_id, parcel, evidence, now)
    return has_moved


def _hear_courier(public_id: UUID, parcel: tuple[str, str], evidence: dict[str, str], now: datetime) -> bool:
    with transaction.atomic():
        order = orders.lock_order_for_the_house(public_id)
        is_told = orders.courier_has_delivered(order) or orders.parcel_of(public_id) != parcel
        if is_told or order.state not in (Order.State.SHIPPED, Order.State.DELIVERED):
            return False
        if orders.is_named_by_another_shop(*parcel, order=order):
            raise errors.ResiContested
        make_move(order, "delivered", OrderEvent.Actor.COURIER, None, now, evidence=dict(evidence))
        _deliver(order, Shipment.Source.COURIER, now)
        moving.stop_timers(order)
        moving.start_timer(order, OrderTimer.Kind.COMPLETE, now + COMPLETE_AFTER)
        return True


def confirm_receipt(
    *, user_id: int, order: UUID, device_id: int | None, pin: str, expected_rev: int | None, now: datetime
) -> None:
    """The buyer has it: the money goes to the merchant, if the buyer's device or PIN authorizes it."""
    authorization = _authorize(user_id, order, "completed", "buyer", device_id, pin, expected_rev, now)

    def then(locked: Order, _actor_id: int | None, now: datetime) -> None:
        release_money(locked, authorization, now)

    _move_for(user_id, order, "completed", "buyer", expected_rev, now, then)


def cancel_order(
    *, user_id: int, order: UUID, device_id: int | None, pin: str, reason: str, expected_rev: int | None, now: datetime
) -> None:
    """Take it back, and the money with it, if the device or the PIN of whoever does it authorizes that."""
    said = words.line(reason, field="reason", chars_max=OrderEvent.REASON_CHARS_MAX, may_be_empty=True)
    authorization = _authorize(user_id, order, "cancelled", None, device_id, pin, expected_rev, now)

    def then(locked: Order, _actor_id: int | None, now: datetime) -> None:
        give_money_back(locked, authorization, now)

    _move_for(user_id, order, "cancelled", None, expected_rev, now, then, reason=said)


def move_by_time(timer: OrderTimer, *, now: datetime) -> bool:
    """Do what a timer says, unless it was stopped or done meanwhile; whether it was done."""
    with transaction.atomic():
        order = orders.lock_order_for_the_house(timer.order_id)
        if not orders.timer_is_due(timer.pk, now):
            return False
        if timer.kind == OrderTimer.Kind.COMPLETE:
            make_move(order, "completed", OrderEvent.Actor.SYSTEM, None, now)
            release_money(order, payments.BY_TIMER, now)
        elif timer.kind == OrderTimer.Kind.REVIEW:
            make_move(order, "review_opened", OrderEvent.Actor.SYSTEM, None, now)
            moving.open_review_case(order, now)
        else:
            make_move(order, "cancelled", OrderEvent.Actor.SYSTEM, None, now, cancelled_by=Order.CancelledBy.EXPIRED)
            give_money_back(order, payments.BY_TIMER, now)
        moving.close_timer(timer)
    return True


def _move_for(
    user_id: int,
    public_id: UUID,
    name: str,
    who: Side | None,
    expected_rev: int | None,
    now: datetime,
    then: _With,
    *,
    reason: str = "",
    evidence: dict[str, Any] | None = None,
) -> None:
    """
    Make a move on behalf of one side; ``who`` is the only side that may, or None for either.

    What is done already is not done again.
    """
    with transaction.atomic():
        order, side = orders.lock_order(public_id, user_id=user_id)
        if not _is_to_be_made(order, side, name, who, expected_rev):
            return
        cancelled_by = side if name == "cancelled" else ""
        make_move(order, name, side, user_id, now, reason=reason, evidence=evidence, cancelled_by=cancelled_by)
        then(order, user_id, now)


def _is_to_be_made(order: Order, side: Side, name: str, who: Side | None, expected_rev: int | None) -> bool:
    """
    Return whether a move is still to be made: False if it was made before.

    :raises NotNow: if this side cannot make it, or the order is not at the rev that was expected
    """
    if who is not None and side != who:
        raise errors.NotNow(state=order.state)
    if order.state == name:
        return False
    if expected_rev is not None and order.version != expected_rev:
        raise errors.NotNow(state=order.state)
    moving.legal_move(name, order.state, side)
    return True


def _authorize(
    user_id: int,
    public_id: UUID,
    name: str,
    who: Side | None,
    device_id: int | None,
    pin: str,
    expected_rev: int | None,
    now: datetime,
) -> payments.Authorization | None:
    """
    Authorize the money of a move, before anything is locked; None if the move was made before and moves no money.

    A move that cannot be made is refused first: it costs no try of the PIN.
    """
    order, side = orders.find_order(public_id, user_id=user_id)
    if not _is_to_be_made(order, side, name, who, expected_rev):
        return None
    placing_device_id = order.placing_device_id if side == "buyer" else None
    return payments.authorize(
        user_id=user_id, device_id=device_id, placing_device_id=placing_device_id, pin=pin, now=now
    )


def make_move(
    order: Order,
    name: str,
    who: str,
    actor_id: int | None,
    now: datetime,
    *,
    reason: str = "",
    evidence: dict[str, Any] | None = None,
    cancelled_by: str = "",
) -> None:
    """Make one move of a locked order, with its fact and its hint. :raises NotNow: if this actor cannot make it"""
    from_state = order.state
    moving.advance(
        order,
        name,
        who=who,
        actor_id=actor_id,
        now=now,
        reason=reason,
        evidence=evidence,
        cancelled_by=cancelled_by,
    )
    if name == "cancelled":
        moving.stop_timers(order)
        if from_state in NOT_SHIPPED:
            _release_pieces(order, actor_id, now)
    outbox.publish(_fact(order, name, who, now))
    push.order_moved(
        order.public_id,
        version=order.version,
        buyer=order.buyer.public_id,
        purchase_rev=order.purchase_rev,
        shop=order.shop.public_id,
        sale_rev=order.sale_rev,
    )


def _nothing_else(_order: Order, _actor_id: int | None, _now: datetime) -> None:
    pass


def _release_pieces(order: Order, actor_id: int | None, now: datetime) -> None:
    for line in orders.lines_of(order):
        stock.release(
            line.product_id,
            line.quantity,
            reference=reference(order.public_id),
            key=f"order:{order.public_id}:release",
            actor_id=actor_id,
            now=now,
        )


def release_money(order: Order, authorization: payments.Authorization | None, now: datetime) -> None:
    """Pay the merchant what lies in escrow, minus our fee by the rule of the sale."""
    assert authorization is not None, "only a move that was made before needs none, and it is not made again"
    moving.stop_timers(order)
    name = reference(order.public_id)
    answer = payments.release_escrow(
        reference=name,
        merchant=merchant_name(order.shop.public_id),
        fee=orders.FEES[order.fee_rule],
        authorization=authorization,
        idempotency_key=f"{name}:release",
        now=now,
    )
    if isinstance(answer, payments.Refused):
        raise answer.error()


def give_money_back(order: Order, authorization: payments.Authorization | None, now: datetime) -> None:
    """Pay the buyer back. A refusal of payments takes the whole move back, and burns no key with it."""
    assert authorization is not None, "only a move that was made before needs none, and it is not made again"
    name = reference(order.public_id)
    answer = payments.refund_escrow(
        reference=name,
        amount=Money(order.total_sen, IDR),
        authorization=authorization,
        idempotency_key=f"{name}:refund",
        now=now,
    )
    if isinstance(answer, payments.Refused):
        raise answer.error()


def _deliver(order: Order, source: str, now: datetime) -> None:
    Shipment.objects.filter(order=order).update(delivered_at=now, delivered_source=source)


def merchant_name(shop: UUID) -> str:
    """Under which opaque name payments knows a shop's money."""
    return f"shop.storefront:{shop}"


def _refuse_taken(parcel: tuple[str, str], order: Order) -> None:
    """Two buyers do not get one parcel: one of the shop's two numbers is a mistake, and can be corrected."""
    if orders.is_underway_to_another(*parcel, order=order):
        raise errors.ResiTaken


def _clean_parcel(courier: str, resi: str) -> tuple[str, str]:
    refused = ErrorCollector()
    cleaned = {"courier": "", "resi": ""}
    for field, written, chars_max in (
        ("courier", courier, Shipment.COURIER_CHARS_MAX),
        ("resi", resi, Shipment.RESI_CHARS_MAX),
    ):
        with refused:
            cleaned[field] = _parcel_line(written, field, chars_max)
    refused.raise_first()
    return spelled(cleaned["courier"]), cleaned["resi"].upper()


def _parcel_line(written: str, field: str, chars_max: int) -> str:
    try:
        return words.line(written, field=field, chars_max=chars_max)
    except errors.TextInvalid:
        raise errors.ShipmentInvalid(field=field) from None


def _fact(order: Order, name: str, who: str, now: datetime) -> OrderMoved:
    lines = orders.lines_of(order)
    return OrderMoved(
        order=str(order.public_id),
        number=order.number,
        version=order.version,
        state=order.state,
        cancelled_by=order.cancelled_by,
        shop=str(order.shop.public_id),
        shop_handle=order.shop.handle,
        shop_name=order.shop_name,
        buyer_id=order.buyer_id,
        merchant_id=order.shop.owner_id,
        items=sum(line.quantity for line in lines),
        first_item=lines[0].product_name,
        total_minor=order.total_sen,
        asset=IDR,
        at=clock.wire(now),
        transition=name,
        actor=who,
    )
