"""Addresses for their tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from superapp.accounts.models import User
from superapp.addresses.actions import address_books
from superapp.addresses.contracts import AddressValue, WrittenAddress
from superapp.core import ids

CIKUTRA, DAGO = "32.73.14.1002", "32.73.02.1004"
WRITTEN = {
    "region": CIKUTRA,
    "recipient": "Sekar Ayu",
    "phone": "0812 7777 1234",
    "street": "Jl. Cikutra No. 5",
    "rt": "4",
    "rw": "007",
    "landmark": "Seberang masjid",
    "postal_code": "40124",
    "label": "Rumah",
}


def write(**fields: Any) -> WrittenAddress:
    """Return an address as a person writes it, in Cikutra unless something else is said."""
    return WrittenAddress(**{**WRITTEN, **fields})


@pytest.fixture
def add(now: datetime) -> Callable[..., AddressValue]:
    """Add an address to a person's book: ``add(ana, street="Jl. Dago 1")``."""

    def add(user: User, *, is_primary: bool = False, **fields: Any) -> AddressValue:
        return address_books.add_address(
            user_id=user.pk, idempotency_key=ids.new_id(), written=write(**fields), is_primary=is_primary, now=now
        )

    return add
