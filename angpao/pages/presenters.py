"""Presentation of a packet on its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from angpao.domain import audiences
from angpao.domain.enums import Mode, State
from angpao.models import Packet, Slot
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow
from superapp.core.money import SEN_PER_RUPIAH, Money


@dataclass(frozen=True, slots=True)
class PresentedShare:
    """An opened slot with its opener; ``is_best`` marks the largest of a finished lucky packet."""

    person: PersonRow | None
    amount: Money
    at: datetime
    is_best: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """
    State of a packet as it is for one person; ``opened`` are its opened slots.

    ``version`` differs once their page would show something else.
    """

    state: str
    opened: tuple[Slot, ...]
    can_open: bool

    @property
    def version(self) -> str:
        """Return a word for what their page shows; who could still open a share is shown nothing of the others."""
        return "waiting" if self.can_open else f"{self.state}:{len(self.opened)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedPacket:
    """
    A packet as one person sees it.

    ``mine`` is their own share. ``shares`` are those of all, newest first; they are empty for a person who could still
    open one, so that nobody waits for the others.
    """

    public_id: UUID
    sender: PersonRow | None
    message: str
    is_own: bool
    is_group: bool
    is_lucky: bool
    can_open: bool
    state: str
    version: str
    slots: int
    opened: int
    total: Money | None
    left: Money
    expires_at: datetime
    mine: PresentedShare | None
    shares: tuple[PresentedShare, ...]
    back: str


def find_standing(packet: Packet, slots: Sequence[Slot], *, user_id: int, now: datetime) -> Standing:
    """Return how a packet stands for this person at this moment."""
    opened = tuple(slot for slot in slots if slot.opened_by_id is not None)
    is_over = packet.state != State.OPEN or now >= packet.expires_at
    has_opened = any(slot.opened_by_id == user_id for slot in opened)
    # An expired packet is shown as expired, also before its refund.
    state = State.RETURNED if is_over and packet.state == State.OPEN else packet.state
    return Standing(state, opened, can_open=not is_over and packet.sender_id != user_id and not has_opened)


def present_packet(packet: Packet, slots: Sequence[Slot], *, user_id: int, now: datetime) -> PresentedPacket:
    """Return a packet with its slots as this person sees it."""
    standing = find_standing(packet, slots, user_id=user_id, now=now)
    opened, can_open = standing.opened, standing.can_open
    people = accounts.get_people({packet.sender_id, *(slot.opened_by_id for slot in opened if slot.opened_by_id)})
    shares = _present_shares(packet, opened, people, user_id)
    audience = audiences.find_audience(packet.audience, user_id)
    return PresentedPacket(
        public_id=packet.public_id,
        sender=people.get(packet.sender_id),
        message=packet.message,
        is_own=packet.sender_id == user_id,
        is_group=packet.is_group,
        is_lucky=packet.mode == Mode.LUCKY and packet.slot_count > 1,
        can_open=can_open,
        state=standing.state,
        version=standing.version,
        slots=packet.slot_count,
        opened=len(opened),
        total=None if can_open else Money(packet.total_sen),
        left=Money(sum(slot.amount_sen for slot in slots if slot.opened_by_id is None)),
        expires_at=packet.expires_at,
        mine=next((share for share in shares if share.is_mine), None),
        shares=() if can_open else tuple(reversed(shares)),
        back=audience.address if audience else "/obrolan/",
    )


def present_split(packet: Packet, slots: Sequence[Slot]) -> dict[str, Any]:
    """Return what the browser needs to repeat the split; seed and amounts only of a packet that is over."""
    if packet.state == State.OPEN:
        return {"commitment": packet.commitment, "seed": "", "amounts": []}
    return {
        "mode": packet.mode,
        "total": packet.total_sen // SEN_PER_RUPIAH,
        "slots": packet.slot_count,
        "least": packet.least_sen // SEN_PER_RUPIAH,
        "seed": packet.seed,
        "amounts": [slot.amount_sen // SEN_PER_RUPIAH for slot in slots],
        "commitment": packet.commitment,
    }


def _present_shares(
    packet: Packet, opened: Sequence[Slot], people: dict[int, PersonRow], user_id: int
) -> list[PresentedShare]:
    is_ranked = packet.mode == Mode.LUCKY and packet.slot_count > 1 and packet.state == State.FINISHED
    best = max((slot.amount_sen for slot in opened), default=0)
    return [
        PresentedShare(
            person=people.get(slot.opened_by_id),
            amount=Money(slot.amount_sen),
            at=slot.opened_at,
            is_best=is_ranked and slot.amount_sen == best,
            is_mine=slot.opened_by_id == user_id,
        )
        for slot in opened
        if slot.opened_by_id is not None and slot.opened_at is not None
    ]
