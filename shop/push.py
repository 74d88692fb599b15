"""
Hints about orders to open sockets: sent after the commit, delivered at most once.

A hint carries only the new rev of a topic. Clients that watch the topic fetch the changes themselves, so no order data
reaches somebody who may not see it, and nothing is read if nobody watches.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from superapp.realtime import bus, hints

ORDER, PURCHASES, SALES = "order", "purchases", "sales"
BILL, QRIS = "bill", "qris"
# A bill is unpaid, or paid.
BILL_PAID_REV = 2


def order_moved(order: UUID, *, version: int, buyer: UUID, purchase_rev: int, shop: UUID, sale_rev: int) -> None:
    """Send, after the commit, the new revs of an order, of its buyer's list and of its shop's list."""
    revs = {f"{ORDER}:{order}": version, f"{PURCHASES}:{buyer}": purchase_rev, f"{SALES}:{shop}": sale_rev}

    _send(revs)


def qris_paid(shop: UUID, *, rev: int, bill: str) -> None:
    """Send, after the commit, that a shop has received a payment by code, and that a bill of it is paid."""
    _send({f"{QRIS}:{shop}": rev} | ({f"{BILL}:{bill}": BILL_PAID_REV} if bill else {}))


def _send(revs: dict[str, int]) -> None:
    # A closure, not functools.partial: see superapp.realtime.hints.
    def send() -> None:
        for topic, rev in revs.items():
            bus.publish_topic(topic, hints.encode({"on": topic, "rev": rev, "say": f"{topic.partition(':')[0]}.moved"}))

    transaction.on_commit(send, robust=True)
