"""Return of the unopened slots of expired packets to their senders."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from angpao import queries
from angpao.domain.enums import State
from angpao.domain.references import packet_reference
from angpao.events import AngpaoReturned
from angpao.models import Packet
from payments import api as payments
from superapp.core import outbox
from superapp.core.money import Money
from superapp.core.scheduler import run_each

# If the money exceeds the ceiling of the sender's wallet, the return is retried.
RETRY_AFTER = timedelta(hours=1)
PACKETS_AT_ONCE_MAX = 100


def return_due(now: datetime) -> int:
    """Refund the unopened slots of expired packets to their senders, and return the number of packets closed."""
    due = queries.list_due_packet_ids(now, limit=PACKETS_AT_ONCE_MAX)
    return run_each(due, lambda packet_id: return_angpao(packet_id, now=now))


def return_angpao(packet_id: int, *, now: datetime) -> bool:
    """Return what is left of a packet in one journal, and close it; return whether this call did."""
    with transaction.atomic():
        packet = queries.lock_due_packet(packet_id, now)
        if packet is None:
            return False
        left = Money(sum(slot.amount_sen for slot in queries.list_unopened_slots(packet)))
        room = payments.lock_room_in_wallets([packet.sender_id], now=now).get(packet.sender_id, 0)
        if room is not None and room < left.amount_minor:
            Packet.objects.filter(pk=packet.pk).update(return_at=now + RETRY_AFTER)
            return False
        payments.return_angpao(
            reference=packet_reference(packet.public_id), sender_id=packet.sender_id, amount=left, now=now
        )
        Packet.objects.filter(pk=packet.pk).update(state=State.RETURNED, closed_at=now)
        outbox.publish(
            AngpaoReturned(packet=str(packet.public_id), sender_id=packet.sender_id, amount_minor=left.amount_minor)
        )
        return True
