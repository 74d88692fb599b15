"""Facts of orders that wait to be heard, and the card that they end in."""

from __future__ import annotations

from chat.models import Message
from superapp.core import events, outbox
from superapp.core.models import Fact


def facts():
    return [
        events.from_payload(row.name, row.payload)
        for row in Fact.objects.filter(name__startswith="shop.order").order_by("pk")
    ]


def deliver():
    """Deliver everything that is due, however often the outbox goes round."""
    while Fact.objects.exists():
        outbox.deliver_due(Fact.objects.order_by("-due_at").values_list("due_at", flat=True)[0])


def card():
    return Message.objects.get(kind="card").card
