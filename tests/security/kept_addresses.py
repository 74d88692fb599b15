"""Addresses of Ana, for the world that outsiders attack."""

from __future__ import annotations

from datetime import datetime

from superapp.accounts.models import User
from superapp.addresses.actions.address_books import add_address
from superapp.addresses.contracts import WrittenAddress
from superapp.core import ids

CIKUTRA = "32.73.14.1002"


def make(ana: User, now: datetime) -> dict[str, str]:
    """Return the ids of two addresses by their labels, so that one of them may be made the primary one."""
    return {
        label: str(
            add_address(
                user_id=ana.pk,
                idempotency_key=ids.new_id(),
                written=WrittenAddress(
                    region=CIKUTRA,
                    recipient="rahasia-penerima",
                    phone="0812 7777 1234",
                    street="Jalan rahasia-alamat 12",
                    label=label,
                ),
                now=now,
            ).public_id
        )
        for label in ("Rumah", "Kantor")
    }
