"""Angpao of Ana's and Bo's, for the world that outsiders attack."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from angpao import api
from angpao.api import PacketRequest
from superapp.accounts.models import User
from superapp.core import ids
from superapp.core.money import Money
from tests.payments.purses import PIN

MESSAGE = "rahasia-angpao"


def make(ana: User, conversation: UUID | str, now: datetime) -> dict[str, dict[str, Any]]:
    """Return what outsiders may name: an angpao of Ana's for Bo, with a message that nobody else may read."""
    request = PacketRequest(
        packet=ids.new_id(),
        sender_id=ana.pk,
        audience=f"chat.conversation:{conversation}",
        mode="equal",
        total=Money(12_000_00),
        slots=1,
        message=MESSAGE,
    )
    packet = api.send_angpao(request, device_id=None, pin=PIN, now=now)
    return {"packet": {"of ana": str(packet.public_id)}}
