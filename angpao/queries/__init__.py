"""Queries of packets and their slots. The person on whose behalf they run is an argument."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from angpao.contracts import PacketSummary
from angpao.domain import audiences
from angpao.domain.enums import State
from angpao.domain.references import packet_reference
from angpao.errors import AngpaoNotFound
from angpao.models import Packet, Slot
from superapp.accounts import api as accounts
from superapp.core.money import Money


def find_packet(public_id: UUID) -> Packet | None:
    """Return a packet. No permission is checked."""
    return Packet.objects.filter(public_id=public_id).first()


def find_own_packet(public_id: UUID, sender_id: int) -> Packet | None:
    """Return a packet that this person sent, or None."""
    return Packet.objects.filter(public_id=public_id, sender_id=sender_id).first()


def get_packet(public_id: UUID, *, user_id: int) -> Packet:
    """
    Return a packet for its sender, for those who opened it, and for its audience at present.

    :raises AngpaoNotFound: for anybody else, and for those with whom the sender is in a block
    """
    packet = find_packet(public_id)
    if packet is None:
        raise AngpaoNotFound
    is_own = packet.sender_id == user_id or find_opened_slots([packet.pk], [user_id])
    if not is_own and not filter_openers(packet, [user_id]):
        raise AngpaoNotFound
    return packet


def filter_openers(packet: Packet, user_ids: Collection[int]) -> set[int]:
    """Return those of these people for whom the packet is: in its audience, and in no block with its sender."""
    members = audiences.filter_members(packet.audience, user_ids)
    return members - accounts.filter_blocked_between(packet.sender_id, members)


def lock_packets(public_ids: Collection[UUID]) -> dict[UUID, Packet]:
    """Lock packets in the order of their keys, and return them by id. Their slots are read after the lock."""
    rows = Packet.objects.filter(public_id__in=set(public_ids)).order_by("pk").select_for_update(no_key=True)
    return {packet.public_id: packet for packet in rows}


def lock_due_packet(packet_id: int, now: datetime) -> Packet | None:
    """Lock a packet whose remainder is due to go back; None if it is not any more, or somebody else is at it."""
    has_skip = connection.features.has_select_for_update_skip_locked
    due = Packet.objects.filter(pk=packet_id, state=State.OPEN, return_at__lte=now)
    return due.select_for_update(no_key=True, skip_locked=has_skip).first()


def list_due_packet_ids(now: datetime, *, limit: int) -> list[int]:
    """List the ids of expired packets that are not returned yet, the longest due first."""
    due = Packet.objects.filter(state=State.OPEN, return_at__lte=now).order_by("return_at", "pk")
    return list(due.values_list("pk", flat=True)[:limit])


def find_opened_slots(packet_ids: Collection[int], user_ids: Collection[int]) -> dict[tuple[int, int], Slot]:
    """Return the slots that these people opened in these packets, by packet and person."""
    rows = Slot.objects.filter(packet_id__in=set(packet_ids), opened_by_id__in=set(user_ids))
    return {(slot.packet_id, slot.opened_by_id): slot for slot in rows if slot.opened_by_id is not None}


def list_slots(packet: Packet) -> list[Slot]:
    """List all slots of a packet in the order in which they are opened."""
    return list(Slot.objects.filter(packet=packet).order_by("position"))


def list_unopened_slots(packet: Packet) -> list[Slot]:
    """List the slots of a packet that nobody opened, in the order in which they are opened."""
    return list(Slot.objects.filter(packet=packet, opened_by=None).order_by("position"))


def count_opened(packet: Packet) -> int:
    return Slot.objects.filter(packet=packet, opened_by__isnull=False).count()


def fetch_summary(public_id: UUID) -> PacketSummary:
    """Return the state of a packet. No permission is checked."""
    packet = Packet.objects.get(public_id=public_id)
    opened = Slot.objects.filter(packet=packet, opened_by__isnull=False).order_by("position")
    openers = tuple(opened.values_list("opened_by__public_id", flat=True))
    return PacketSummary(
        public_id=packet.public_id,
        sender_id=packet.sender_id,
        audience=packet.audience,
        mode=packet.mode,
        state=packet.state,
        message=packet.message,
        slots=packet.slot_count,
        opened=len(openers),
        openers=openers,
    )


def fetch_returned_amount(public_id: UUID, *, sender_id: int) -> Money | None:
    """
    Return what nobody opened of a packet and went back to its sender; None while it is open, or if all was opened.

    :raises AngpaoNotFound: if this person did not send it
    """
    packet = find_own_packet(public_id, sender_id)
    if packet is None:
        raise AngpaoNotFound
    if packet.state != State.RETURNED:
        return None
    return Money(sum(slot.amount_sen for slot in list_unopened_slots(packet)))


def fetch_senders(public_ids: Collection[UUID]) -> dict[UUID, tuple[int, str]]:
    """Return sender and message of each of these packets. No permission is checked."""
    rows = Packet.objects.filter(public_id__in=set(public_ids)).values_list("public_id", "sender_id", "message")
    return {public_id: (sender_id, message) for public_id, sender_id, message in rows}


def list_unopened_sums() -> dict[str, int]:
    """Return the sum of the unopened slots of each open packet, in sen, by the reference of the packet."""
    unopened = Slot.objects.filter(packet__state=State.OPEN, opened_by=None).order_by("packet_id")
    sums = unopened.values_list("packet__public_id").annotate(sen=Sum("amount_sen"))
    return {packet_reference(public_id): sen for public_id, sen in sums}
