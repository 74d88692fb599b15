"""Groups, and packets sent to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from angpao import api
from angpao.api import OpenedSlot, PacketRequest
from angpao.contracts import Opening
from angpao.models import Packet
from angpao.writers import openings
from superapp.accounts.models import User
from superapp.core import ids
from superapp.core.errors import DomainError
from superapp.core.money import Money
from tests.chat.conftest import ask as ask
from tests.chat.conftest import make_direct as make_direct
from tests.chat.conftest import make_group as make_group
from tests.payments.purses import PIN


@pytest.fixture
def ana(make_payer: Callable[..., User]) -> User:
    """The sender, who has Rp500.000."""
    return make_payer("ana", 500_000_00)


@pytest.fixture
def bo(make_user: Callable[..., User]) -> User:
    return make_user("bo")


@pytest.fixture
def cici(make_user: Callable[..., User]) -> User:
    return make_user("cici")


@pytest.fixture
def eve(make_user: Callable[..., User]) -> User:
    """The outsider."""
    return make_user("eve")


@pytest.fixture
def group(make_group: Callable[..., Any], ana: User, bo: User, cici: User) -> Any:
    """The group of ana, bo and cici."""
    return make_group(ana, bo, cici)


@pytest.fixture
def ask_for(ana: User, group: Any) -> Callable[..., PacketRequest]:
    """A request of ana's: ``ask_for(total=20_000_00)``; two lucky slots for the group unless it says otherwise."""

    def make(**changes: Any) -> PacketRequest:
        fields = {
            "packet": ids.new_id(),
            "sender_id": ana.pk,
            "audience": f"chat.conversation:{group.public_id}",
            "mode": "lucky",
            "total": Money(20_000_00),
            "slots": 2,
            "message": "Selamat ya 🧧",
        }
        total = changes.pop("total", fields["total"])
        total = total if isinstance(total, Money) else Money(total)
        return PacketRequest(**{**fields, **changes, "total": total})

    return make


@pytest.fixture
def send(ask_for: Callable[..., PacketRequest], now: datetime) -> Callable[..., Packet]:
    """Send an angpao of ana's."""

    def make(**changes: Any) -> Packet:
        packet = api.send_angpao(ask_for(**changes), device_id=None, pin=PIN, now=now)
        assert isinstance(packet, Packet)
        return packet

    return make


def open_one(packet: Packet, user: User, now: datetime) -> OpenedSlot:
    """Open a packet as the batcher does for a batch of one, inside the transaction of the test."""
    (outcome,) = openings.open_batch([Opening(packet.public_id, user.pk, now)])
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome
