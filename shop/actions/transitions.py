"""
Actions that move an order to another state, together with its stock, its escrow and its event.

The errors are those of the facade's functions of the same names.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from payments import api as payments
from shop import errors, push
from shop.domain import text_cleaning
from shop.domain.couriers import canonical_courier_name
from shop.domain.order_states import COMPLETE_AFTER, NOT_SHIPPED, SHIP_WITHIN, OrderRole
from shop.domain.payment_references import merchant_reference, order_reference
from shop.domain.product_options import name_with_variant
from shop.events import OrderMoved
from shop.models import Order, OrderEvent, OrderTimer, Shipment
from shop.queries import order_fees, orders
from shop.writers import stock_writer, transition_writer
from superapp.core import clock, outbox
from superapp.core.errors import ErrorCollector
from superapp.core.money import IDR

# Further changes that belong to a transition; called after it was applied.
_Effect = Callable[[Order, int | None, datetime], None]


def accept_order(*, user_id: int, order: UUID, expected_rev: int | None, now: datetime) -> None:
    """Accept an order as its merchant; the time limit for shipping starts."""

    def effect(locked: Order, _actor_id: int | None, now: datetime) -> None:
        transition_writer.stop_timers(locked)
        transition_writer.start_timer(locked, OrderTimer.Kind.SHIP, now + SHIP_WITHIN)

    _transition_as_party(user_id, order, "accepted", "merchant", expected_rev, now, effect)


def pack_order(*, user_id: int, order: UUID, expected_rev: int | None, now: datetime) -> None:
    """Mark an order as packed, as its merchant."""
    _transition_as_party(user_id, order, "packed", "merchant", expected_rev, now, _no_effect)


def ship_order(*, user_id: int, order: UUID, courier: str, resi: str, expected_rev: int | None, now: datetime) -> None:
    """
    Mark an order as handed to a courier, as its merchant; its pieces leave the stock, and the review timer starts.
    """
    parcel = _clean_parcel(courier, resi)

    def effect(locked: Order, actor_id: int | None, now: datetime) -> None:
        # The transition has locked the shop's counter, so two concurrent calls cannot both find the number free.
        _refuse_resi_of_another_buyer(parcel, locked)
        transition_writer.stop_timers(locked)
        for line in orders.list_order_lines(locked):
            stock_writer.ship_pieces(
                line.variant_id,
                line.quantity,
                reference=order_reference(locked.public_id),
                key=f"order:{locked.public_id}:ship",
                actor_id=actor_id,
                now=now,
            )
        Shipment.objects.create(order=locked, courier=parcel[0], resi=parcel[1], shipped_at=now)
        transition_writer.start_timer(locked, OrderTimer.Kind.REVIEW, transition_writer.review_due_at(now))

    evidence = {"courier": parcel[0], "resi": parcel[1]}
    _transition_as_party(user_id, order, "shipped", "merchant", expected_rev, now, effect, evidence=evidence)
    if orders.find_parcel(order) != parcel:  # It was shipped before, with another parcel.
        raise errors.NotNow(state=Order.State.SHIPPED.value)


def correct_resi(
    *, user_id: int, order: UUID, courier: str, resi: str, expected_rev: int | None, now: datetime
) -> None:
    """Correct courier or tracking number of a parcel that is not reported as delivered yet, as the merchant."""
    parcel = _clean_parcel(courier, resi)
    with transaction.atomic():
        locked, role = orders.lock_order(order, user_id=user_id)
        was = orders.find_parcel(order)
        if role != "merchant" or was is None:
            raise errors.NotNow(state=locked.state)
        if parcel == was:
            return
        if expected_rev is not None and locked.version != expected_rev:
            raise errors.NotNow(state=locked.state)
        evidence = {"courier": parcel[0], "resi": parcel[1], "was_courier": was[0], "was_resi": was[1]}
        apply_transition(locked, "resi_corrected", role, user_id, now, evidence=evidence)
        # Checked after the transition, which has locked the shop's counter, as in ship_order.
        _refuse_resi_of_another_buyer(parcel, locked)
        Shipment.objects.filter(order=locked).update(courier=parcel[0], resi=parcel[1])


def report_delivery(*, user_id: int, order: UUID, expected_rev: int | None, now: datetime) -> None:
    """Mark an order as delivered, as its merchant. The report is shown as the merchant's, and starts no timer."""

    def effect(locked: Order, _actor_id: int | None, now: datetime) -> None:
        _mark_delivered(locked, Shipment.Source.MERCHANT, now)

    _transition_as_party(user_id, order, "delivered", "merchant", expected_rev, now, effect)


def record_courier_delivery(*, courier: str, resi: str, evidence: dict[str, str], now: datetime) -> bool:
    """
    Record a courier's report that a parcel was delivered; its orders complete by themselves some days later.

    Return whether an order changed; repeating a report changes none.

    :raises OrderNotFound: if no order has this parcel
    :raises ResiContested: if another shop names the same tracking number
    """
    parcel, heard, has_moved = _clean_parcel(courier, resi), set[UUID](), False
    # The shop that named the number first may correct it concurrently; then the report counts for the next order.
    while unheard := [order for order in orders.list_orders_of_parcel(*parcel) if order not in heard]:
        for public_id in unheard:
            heard.add(public_id)
            has_moved |= _record_delivery_of_order(public_id, parcel, evidence, now)
    return has_moved


def _record_delivery_of_order(
    public_id: UUID, parcel: tuple[str, str], evidence: dict[str, str], now: datetime
) -> bool:
    with transaction.atomic():
        order = orders.lock_order_for_system(public_id)
        is_told = orders.has_courier_delivered(order) or orders.find_parcel(public_id) != parcel
        if is_told or order.state not in (Order.State.SHIPPED, Order.State.DELIVERED):
            return False
        if orders.is_parcel_claimed_by_another_shop(*parcel, order=order):
            raise errors.ResiContested
        apply_transition(order, "delivered", OrderEvent.Actor.COURIER, None, now, evidence=dict(evidence))
        _mark_delivered(order, Shipment.Source.COURIER, now)
        transition_writer.start_completion_timer(order, now + COMPLETE_AFTER)
        return True


def confirm_receipt(
    *, user_id: int, order: UUID, device_id: int | None, pin: str, expected_rev: int | None, now: datetime
) -> None:
    """Complete an order as its buyer, and release its escrow to the merchant, if device or PIN authorize it."""
    authorization = _authorize(user_id, order, "completed", "buyer", device_id, pin, expected_rev, now)

    def effect(locked: Order, _actor_id: int | None, now: datetime) -> None:
        release_escrow(locked, authorization, now)

    _transition_as_party(user_id, order, "completed", "buyer", expected_rev, now, effect)


def cancel_order(
    *, user_id: int, order: UUID, device_id: int | None, pin: str, reason: str, expected_rev: int | None, now: datetime
) -> None:
    """Cancel an order as its buyer or merchant, and refund the buyer, if device or PIN authorize it."""
    said = text_cleaning.clean_line(reason, field="reason", chars_max=OrderEvent.REASON_CHARS_MAX, may_be_empty=True)
    authorization = _authorize(user_id, order, "cancelled", None, device_id, pin, expected_rev, now)

    def effect(locked: Order, _actor_id: int | None, now: datetime) -> None:
        refund_escrow(locked, authorization, now)

    _transition_as_party(user_id, order, "cancelled", None, expected_rev, now, effect, reason=said)


def run_timer(timer: OrderTimer, *, now: datetime) -> bool:
    """Run a due timer unless it was stopped or run meanwhile, and return whether it was run."""
    with transaction.atomic():
        order = orders.lock_order_for_system(timer.order_id)
        if not orders.is_timer_due(timer.pk, now):
            return False
        if timer.kind == OrderTimer.Kind.COMPLETE:
            apply_transition(order, "completed", OrderEvent.Actor.SYSTEM, None, now)
            release_escrow(order, payments.BY_TIMER, now)
        elif timer.kind == OrderTimer.Kind.REVIEW:
            apply_transition(order, "review_opened", OrderEvent.Actor.SYSTEM, None, now)
            transition_writer.open_review_case(order, now)
        else:
            apply_transition(
                order, "cancelled", OrderEvent.Actor.SYSTEM, None, now, cancelled_by=Order.CancelledBy.EXPIRED
            )
            refund_escrow(order, payments.BY_TIMER, now)
        transition_writer.finish_timer(timer)
    return True


def _transition_as_party(
    user_id: int,
    public_id: UUID,
    name: str,
    actor_kind: OrderRole | None,
    expected_rev: int | None,
    now: datetime,
    effect: _Effect,
    *,
    reason: str = "",
    evidence: dict[str, Any] | None = None,
) -> None:
    """
    Make a transition as the buyer or the merchant of an order; ``actor_kind`` is the required role, None for either.

    A transition that was made before changes nothing.
    """
    with transaction.atomic():
        order, role = orders.lock_order(public_id, user_id=user_id)
        if not _is_pending(order, role, name, actor_kind, expected_rev):
            return
        cancelled_by = role if name == "cancelled" else ""
        apply_transition(order, name, role, user_id, now, reason=reason, evidence=evidence, cancelled_by=cancelled_by)
        effect(order, user_id, now)


def _is_pending(
    order: Order, role: OrderRole, name: str, actor_kind: OrderRole | None, expected_rev: int | None
) -> bool:
    """
    Return whether a transition is still to be made; False if it was made before.

    :raises NotNow: if this role cannot make it, or the order is not at ``expected_rev``
    """
    if actor_kind is not None and role != actor_kind:
        raise errors.NotNow(state=order.state)
    if order.state == name:
        return False
    if expected_rev is not None and order.version != expected_rev:
        raise errors.NotNow(state=order.state)
    transition_writer.find_allowed_transition(name, order.state, role)
    return True


def _authorize(
    user_id: int,
    public_id: UUID,
    name: str,
    actor_kind: OrderRole | None,
    device_id: int | None,
    pin: str,
    expected_rev: int | None,
    now: datetime,
) -> payments.Authorization | None:
    """
    Authorize the money of a transition before anything is locked; None if the transition was made before.

    A transition that cannot be made is refused first, so that it does not count as a try of the PIN.
    """
    order, role = orders.find_order(public_id, user_id=user_id)
    if not _is_pending(order, role, name, actor_kind, expected_rev):
        return None
    placing_device_id = order.placing_device_id if role == "buyer" else None
    return payments.authorize(
        user_id=user_id, device_id=device_id, placing_device_id=placing_device_id, pin=pin, now=now
    )


def apply_transition(
    order: Order,
    name: str,
    actor_kind: str,
    actor_id: int | None,
    now: datetime,
    *,
    reason: str = "",
    evidence: dict[str, Any] | None = None,
    cancelled_by: str = "",
) -> None:
    """
    Apply one transition to a locked order, and publish its event and its hint.

    :raises NotNow: if this actor cannot make it from the current state
    """
    from_state = order.state
    transition_writer.write_transition(
        order,
        name,
        actor_kind=actor_kind,
        actor_id=actor_id,
        now=now,
        reason=reason,
        evidence=evidence,
        cancelled_by=cancelled_by,
    )
    if name == "cancelled":
        transition_writer.stop_timers(order)
        if from_state in NOT_SHIPPED:
            _release_pieces(order, actor_id, now)
    outbox.publish(_order_moved_event(order, name, actor_kind, now))
    push.order_moved(
        order.public_id,
        version=order.version,
        buyer=order.buyer.public_id,
        purchase_rev=order.purchase_rev,
        shop=order.shop.public_id,
        sale_rev=order.sale_rev,
    )


def _no_effect(_order: Order, _actor_id: int | None, _now: datetime) -> None:
    pass


def _release_pieces(order: Order, actor_id: int | None, now: datetime) -> None:
    for line in orders.list_order_lines(order):
        stock_writer.release_pieces(
            line.variant_id,
            line.quantity,
            reference=order_reference(order.public_id),
            key=f"order:{order.public_id}:release",
            actor_id=actor_id,
            now=now,
        )


def release_escrow(order: Order, authorization: payments.Authorization | None, now: datetime) -> None:
    """
    Pay the escrow of an order to the merchant, minus the fee by the order's fee rule. A refusal of payments is raised.
    """
    assert authorization is not None, "only a move that was made before needs none, and it is not made again"
    transition_writer.stop_timers(order)
    name = order_reference(order.public_id)
    answer = payments.release_escrow(
        reference=name,
        merchant=merchant_reference(order.shop.public_id),
        fee=order_fees.find_fee_rule(order),
        authorization=authorization,
        idempotency_key=f"{name}:release",
        now=now,
    )
    if isinstance(answer, payments.Refused):
        raise answer.error()


def refund_escrow(order: Order, authorization: payments.Authorization | None, now: datetime) -> None:
    """Refund the escrow of an order to the buyer. A refusal of payments rolls the whole transition back."""
    assert authorization is not None, "only a move that was made before needs none, and it is not made again"
    name = order_reference(order.public_id)
    answer = payments.refund_escrow(
        reference=name,
        # Less than the total if a part was refunded before.
        amount=payments.get_escrow_balance(name),
        authorization=authorization,
        idempotency_key=f"{name}:refund",
        now=now,
    )
    if isinstance(answer, payments.Refused):
        raise answer.error()


def _mark_delivered(order: Order, source: str, now: datetime) -> None:
    Shipment.objects.filter(order=order).update(delivered_at=now, delivered_source=source)


def _refuse_resi_of_another_buyer(parcel: tuple[str, str], order: Order) -> None:
    """Raise ``ResiTaken`` if the shop has a parcel on its way to another buyer under this tracking number."""
    if orders.is_parcel_underway_to_another_buyer(*parcel, order=order):
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
    return canonical_courier_name(cleaned["courier"]), cleaned["resi"].upper()


def _parcel_line(written: str, field: str, chars_max: int) -> str:
    try:
        return text_cleaning.clean_line(written, field=field, chars_max=chars_max)
    except errors.TextInvalid:
        raise errors.ShipmentInvalid(field=field) from None


def _order_moved_event(order: Order, name: str, actor_kind: str, now: datetime) -> OrderMoved:
    lines = orders.list_order_lines(order)
    first = min(lines, key=lambda line: line.position)
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
        first_item=name_with_variant(first.product_name, first.variant_title),
        total_minor=order.total_sen,
        asset=IDR,
        at=clock.to_wire(now),
        transition=name,
        actor=actor_kind,
    )
