"""
Opening angpao in batches: requests that arrive while one batch commits make up the next.

All shares of a packet come out of one account, so that many people at once would wait for one row, a commit each. In
a batch its lock is taken once. The lock of the packet comes first: whoever holds it sees which slots are free, and no
slot is ever found "taken, perhaps".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from angpao import errors, queries
from angpao.contracts import OpenedSlot, Opening
from angpao.domain.enums import State
from angpao.domain.references import packet_reference
from angpao.events import AngpaoOpened
from angpao.models import Packet, Slot
from payments import api as payments
from payments.api import AngpaoShare
from superapp.core import outbox
from superapp.core.batching import Batcher
from superapp.core.errors import DomainError
from superapp.core.money import Money

BATCH_MAX = 200

Outcome = OpenedSlot | DomainError


@dataclass
class _LockedPacket:
    """A locked packet with its free slots, the people for whom it is, and the slots that this batch opens."""

    row: Packet
    openers: set[int]
    free: deque[Slot]
    opened: list[Slot] = field(default_factory=list)


def open_batch(openings: Sequence[Opening]) -> list[Outcome]:
    """
    Open a slot for each request, in the order given, in one transaction, and return the outcome of each.

    Whoever opened the packet before gets the same answer again. Refused are, in this order: people for whom it is not,
    its sender, those who come too late, and those whose wallet has no room for the share.
    """
    with transaction.atomic():
        packets = _lock(openings)
        user_ids = {one.user_id for one in openings}
        slots = queries.find_opened_slots([one.row.pk for one in packets.values()], user_ids)
        refusals = [_find_refusal(one, packets.get(one.packet), slots) for one in openings]
        waiting = {one.user_id for one, refusal in zip(openings, refusals, strict=True) if refusal is None}
        room = payments.lock_room_in_wallets(waiting, now=openings[0].now) if waiting else {}
        outcomes: list[Slot | DomainError] = []
        for opening, refusal in zip(openings, refusals, strict=True):
            outcomes.append(refusal or _take_slot(opening, packets[opening.packet], slots, room))
        _write([one for one in packets.values() if one.opened])
        return [
            outcome if isinstance(outcome, DomainError) else to_opened(opening.packet, outcome)
            for opening, outcome in zip(openings, outcomes, strict=True)
        ]


writer: Batcher[Opening, OpenedSlot] = Batcher(
    "angpao", open_batch, lock_key=lambda opening: opening.user_id, batch_max=BATCH_MAX
)


def to_opened(packet: UUID, slot: Slot) -> OpenedSlot:
    """Return an opened slot as its opener sees it."""
    assert slot.journal is not None
    assert slot.opened_at is not None
    return OpenedSlot(packet, Money(slot.amount_sen), slot.journal, slot.opened_at)


def _lock(openings: Sequence[Opening]) -> dict[UUID, _LockedPacket]:
    rows = queries.lock_packets({one.packet for one in openings})
    return {
        public_id: _LockedPacket(
            row,
            queries.filter_openers(row, {one.user_id for one in openings if one.packet == public_id}),
            deque(queries.list_unopened_slots(row) if row.state == State.OPEN else ()),
        )
        for public_id, row in rows.items()
    }


def _find_refusal(
    opening: Opening, packet: _LockedPacket | None, slots: dict[tuple[int, int], Slot]
) -> DomainError | None:
    if packet is None:
        return errors.AngpaoNotFound()
    if (packet.row.pk, opening.user_id) in slots:
        return None
    if opening.user_id == packet.row.sender_id:
        return errors.OwnAngpao()
    if opening.user_id not in packet.openers:
        return errors.AngpaoNotFound()
    if packet.row.state == State.FINISHED:
        return errors.AllOpened()
    if packet.row.state == State.RETURNED or opening.now >= packet.row.expires_at:
        return errors.Expired()
    return None


def _take_slot(
    opening: Opening, packet: _LockedPacket, slots: dict[tuple[int, int], Slot], room: dict[int, int | None]
) -> Slot | DomainError:
    before = slots.get((packet.row.pk, opening.user_id))
    if before is not None:
        return before
    if not packet.free:
        return errors.AllOpened()
    if opening.user_id not in room:
        return errors.WalletNotOpen()
    slot, left = packet.free[0], room[opening.user_id]
    if left is not None:
        if left < slot.amount_sen:
            return errors.WalletFull()
        room[opening.user_id] = left - slot.amount_sen
    packet.free.popleft()
    slot.opened_by_id, slot.opened_at = opening.user_id, opening.now
    packet.opened.append(slot)
    slots[packet.row.pk, opening.user_id] = slot
    return slot


def _write(packets: Sequence[_LockedPacket]) -> None:
    """Pay the shares, and store the opened slots, the packets that are finished by them, and the facts."""
    opened = [(packet, slot) for packet in packets for slot in packet.opened]
    if not opened:
        return
    shares = [
        AngpaoShare(packet_reference(packet.row.public_id), _opener(slot), Money(slot.amount_sen))
        for packet, slot in opened
    ]
    now = max(_opened_at(slot) for _packet, slot in opened)
    for (_packet, slot), journal in zip(opened, payments.pay_out_angpao(shares, now=now), strict=True):
        slot.journal = journal
    _store([slot for _packet, slot in opened])
    for packet in packets:
        if not packet.free:
            Packet.objects.filter(pk=packet.row.pk).update(state=State.FINISHED, closed_at=now)
        outbox.publish(
            AngpaoOpened(
                packet=str(packet.row.public_id),
                opened=packet.row.slot_count - len(packet.free),
                opener_id=_opener(packet.opened[-1]),
            )
        )


def _store(slots: Sequence[Slot]) -> None:
    """Store the openers of slots; written by hand, since ``bulk_update`` takes ten times as long."""
    statement = "UPDATE angpao_slot SET opened_by_id = %s, opened_at = %s, journal = %s WHERE id = %s"
    stored = {field.name: field for field in Slot._meta.concrete_fields}
    columns = [stored[name] for name in ("opened_by", "opened_at", "journal", "id")]
    rows = [
        [column.get_db_prep_save(getattr(slot, column.attname), connection) for column in columns] for slot in slots
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def _opener(slot: Slot) -> int:
    assert slot.opened_by_id is not None
    return slot.opened_by_id


def _opened_at(slot: Slot) -> datetime:
    assert slot.opened_at is not None
    return slot.opened_at
