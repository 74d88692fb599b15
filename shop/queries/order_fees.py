"""Queries of the fee rule of an order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from payments import api as payments
from shop.contracts.values import OrderStep
from shop.domain.order_states import REFUND_TRANSITIONS
from shop.models import Order
from superapp.core.money import Money

CHANNEL = payments.FeeChannel.ORDER


def choose_fee_rule(total: Money, now: datetime) -> str:
    """Return the number of the fee rule of an order that is placed now, as the order stores it."""
    return str(payments.find_fee_rule(CHANNEL, total, at=now).pk)


def find_fee_rule(order: Order) -> payments.FeeRule:
    """Return the fee rule that was agreed when the order was placed; orders of older versions name it by no number."""
    if order.fee_rule.isdigit():
        return payments.get_fee_rule(int(order.fee_rule))
    return payments.find_fee_rule(CHANNEL, Money(order.total_sen), at=order.placed_at)


def fee_base(total: Money, steps: Sequence[OrderStep]) -> Money:
    """Return what the fee is taken from: the total without what was refunded while it was in escrow."""
    base = total
    for step in steps:
        if step.transition == "completed":
            break
        if step.transition in REFUND_TRANSITIONS and step.amount:
            base -= step.amount
    return base
