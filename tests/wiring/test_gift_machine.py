"""Angpao, requests and split bills beside all other money equal a small independent model."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from angpao import api as angpao
from angpao import errors
from payments import errors as payment_errors
from peer_payments import api as peer_payments
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow
from superapp.core import ids
from superapp.core.money import Money
from tests.payments.money_machine import PEOPLE, PIN, MoneyMachine, run_machine

SLOT_MIN = 1_000_00
FACE: PersonRow = {"id": "keluarga", "name": "Keluarga", "handle": None, "avatar": None}
TOTALS = st.integers(2, 600).map(lambda thousands: thousands * 2_000_00)


@dataclass
class Members:
    """The groups of all machines: an audience of angpao, and a group that splits bills."""

    user_ids: dict[str, set[int]] = field(default_factory=dict)

    def find(self, reference: str, user_id: int) -> angpao.Audience | None:
        members = self.user_ids[reference]
        if user_id not in members:
            return None
        return angpao.Audience(reference, "Keluarga", len(members) - 1, is_group=True, address="/", face=FACE)

    def filter_members(self, reference: str, user_ids: Collection[int]) -> set[int]:
        return self.user_ids[reference] & set(user_ids)

    def find_person(self, user_id: int, peer: UUID) -> None:
        return None

    def list_audiences(self, user_id: int) -> list[angpao.Audience]:
        return []


members = Members()
angpao.register_audience_source("test.machine", members)


@dataclass
class PacketModel:
    """A packet as its sender would remember it, in sen."""

    sender: str
    total: int
    slots: int
    ends_at: object
    opened: dict[str, int] = field(default_factory=dict)
    is_returned: bool = False

    @property
    def left(self) -> int:
        return 0 if self.is_returned else self.total - sum(self.opened.values())


class GiftMachine(MoneyMachine):
    """Adds gifts and debts between the three people."""

    @initialize()
    def meet(self) -> None:
        self.packets: dict[UUID, PacketModel] = {}
        self.requests: dict[UUID, tuple[str, str, int]] = {}

    def join(self) -> str:
        """Return the group of the three, who become contacts on its first use."""
        reference = f"test.machine:{self.run}"
        if reference not in members.user_ids:
            members.user_ids[reference] = set(self.people.values())
            for one in self.people.values():
                for other in self.people.values():
                    if one < other:
                        accounts.connect_people(user_id=one, peer_id=other, now=self.now)
        return reference

    @rule(who=PEOPLE, total=TOTALS, slots=st.integers(1, 2), mode=st.sampled_from(["equal", "lucky"]))
    def send_angpao(self, who: str, total: int, slots: int, mode: str) -> None:
        request = angpao.PacketRequest(
            packet=ids.new_id(),
            sender_id=self.people[who],
            audience=self.join(),
            mode=mode,
            total=Money(total),
            slots=slots,
        )
        answer = angpao.send_angpao(request, device_id=None, pin=PIN, now=self.now)
        if self.clerk.available(who) < total:
            assert getattr(answer, "code", "") == "payments.insufficient_funds"
            return
        self.clerk.wallets[who] -= total
        self.packets[request.packet] = PacketModel(who, total, slots, self.now + timedelta(hours=24))

    @precondition(lambda self: self.packets)
    @rule(data=st.data(), who=PEOPLE)
    def open_angpao(self, data: st.DataObject, who: str) -> None:
        public_id = list(self.packets)[data.draw(st.integers(0, len(self.packets) - 1))]
        packet = self.packets[public_id]
        try:
            opened = angpao.open_angpao(packet=public_id, user_id=self.people[who], now=self.now)
        except errors.OwnAngpao:
            assert who == packet.sender
        except errors.AllOpened:
            assert len(packet.opened) == packet.slots
        except errors.Expired:
            assert self.now >= packet.ends_at
        except errors.WalletFull:
            assert not self.clerk.fits(who, packet.left)
        else:
            share = opened.amount.amount_minor
            if who in packet.opened:
                assert packet.opened[who] == share
                return
            assert who != packet.sender
            packet.opened[who] = share
            assert share >= SLOT_MIN
            # The last one gets all that is left, and nobody eats into what the others must get.
            rest = (packet.slots - len(packet.opened)) * SLOT_MIN
            assert packet.left >= rest
            assert packet.left == 0 or rest
            self.clerk.wallets[who] += share

    @rule(hours=st.sampled_from([1, 12, 25]))
    def return_what_is_left(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        angpao.return_due(self.now)
        for packet in self.packets.values():
            if self.now >= packet.ends_at and packet.left and self.clerk.fits(packet.sender, packet.left):
                self.clerk.wallets[packet.sender] += packet.left
                packet.is_returned = True

    @rule(requester=PEOPLE, payer=PEOPLE, amount=st.integers(1, 900).map(lambda thousands: thousands * 1_000_00))
    def request_money(self, requester: str, payer: str, amount: int) -> None:
        self.join()
        if requester == payer:
            return
        made = peer_payments.request_money(
            requester_id=self.people[requester],
            payer=accounts.get_public_ids({self.people[payer]})[self.people[payer]],
            amount=Money(amount),
            idempotency_key=self.key(),
            now=self.now,
        )
        self.requests[made.public_id] = requester, payer, amount

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), twice=st.booleans())
    def pay_request(self, data: st.DataObject, twice: bool) -> None:
        public_id = list(self.requests)[data.draw(st.integers(0, len(self.requests) - 1))]
        requester, payer, amount = self.requests[public_id]
        attempt = peer_payments.get_request(self.people[payer], public_id).attempt
        paying = {
            "payer_id": self.people[payer],
            "request": public_id,
            "attempt": attempt,
            "device_id": None,
            "pin": PIN,
            "now": self.now,
        }
        try:
            journal = peer_payments.pay_request(**paying)
        except payment_errors.InsufficientFunds:
            assert self.clerk.available(payer) < amount
        except payment_errors.CeilingExceeded:
            assert not self.clerk.fits(requester, amount)
        else:
            if twice:
                assert peer_payments.pay_request(**paying) == journal
            del self.requests[public_id]
            self.clerk.wallets[payer] -= amount
            self.clerk.wallets[requester] += amount


@pytest.mark.timeout(1_800)
def test_gifts_and_debts_equal_their_reference_model(real_db, monkeypatch, settings, tmp_path):
    run_machine(GiftMachine, monkeypatch, settings, tmp_path)
