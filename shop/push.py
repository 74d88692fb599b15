"""
Hints about orders: sent after the commit, may be lost, healed by number.

They carry the number alone. Whoever watches asks what changed, so that nothing is shown to somebody whom it does not
concern, and nothing is read for nobody.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from superapp.realtime import bus, hints

ORDER, PURCHASES, SALES = "order", "purchases", "sales"


def order_moved(order: UUID, *, version: int, buyer: UUID, purchase_rev: int, shop: UUID, sale_rev: int) -> None:
    """Tell whoever looks at this order, or at a list in which it stands, how far they are."""
    revs = {f"{ORDER}:{order}": version, f"{PURCHASES}:{buyer}": purchase_rev, f"{SALES}:{shop}": sale_rev}

    # A closure and not functools.partial: see superapp.realtime.hints.
    def send() -> None:
        for topic, rev in revs.items():
            bus.publish_topic(topic, hints.encode({"on": topic, "rev": rev, "say": f"{topic.partition(':')[0]}.moved"}))

    transaction.on_commit(send, robust=True)
