"""Reads of address books. The person who asks is an argument, so nobody else's address is found."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from superapp.accounts import api as accounts
from superapp.addresses.contracts import AddressValue
from superapp.addresses.errors import AddressNotFound
from superapp.addresses.models import Address
from superapp.addresses.queries.regions import list_regions


def list_addresses(user_id: int) -> list[AddressValue]:
    """List the addresses of a person: the primary one first, then the newest."""
    rows = Address.objects.filter(user_id=user_id).order_by("-is_primary", "-created_at", "-pk")
    return [build_value(row) for row in rows]


def get_address(user_id: int, address: UUID) -> AddressValue:
    """
    Return an address of a person.

    :raises AddressNotFound: if it does not exist or is another person's
    """
    return build_value(get_row(user_id, address))


def get_row(user_id: int, address: UUID) -> Address:
    """Return the row of an address. :raises AddressNotFound: if it does not exist or is another person's"""
    row = Address.objects.filter(user_id=user_id, public_id=address).first()
    if row is None:
        raise AddressNotFound
    return row


def list_rows(user_id: int) -> list[Address]:
    """List the rows of a person's addresses, the oldest first."""
    return list(Address.objects.filter(user_id=user_id).order_by("created_at", "pk"))


def find_outdated(addresses: Collection[AddressValue]) -> set[UUID]:
    """Return those addresses whose region the loaded dataset does not have, or calls otherwise; in one query."""
    present = {region.code: region.names for region in list_regions([one.region_code for one in addresses])}
    return {one.public_id for one in addresses if present.get(one.region_code) != one.region_names}


def format_address(address: AddressValue) -> list[str]:
    """Format an address as lines of a label or receipt: recipient and phone, street, landmark, region."""
    neighbourhood = "/".join(f"{kind} {number}" for kind, number in (("RT", address.rt), ("RW", address.rw)) if number)
    lines = [
        f"{address.recipient} ({accounts.format_phone_number_locally(address.phone)})",
        ", ".join(filter(None, (address.street, neighbourhood))),
        _("Landmark: {landmark}").format(landmark=address.landmark) if address.landmark else "",
        f"{address.village}, {address.district}",
        f"{address.regency}, {address.province} {address.postal_code}".rstrip(),
    ]
    return [line for line in lines if line]


def build_value(row: Address) -> AddressValue:
    """Build the value of an address from its row."""
    return AddressValue(
        public_id=row.public_id,
        version=row.version,
        is_primary=row.is_primary,
        label=row.label,
        recipient=row.recipient,
        phone=row.phone,
        street=row.street,
        rt=row.rt,
        rw=row.rw,
        landmark=row.landmark,
        postal_code=row.postal_code,
        pin=None if row.latitude is None or row.longitude is None else (row.latitude, row.longitude),
        region_code=row.region_code,
        village=row.village,
        district=row.district,
        regency=row.regency,
        province=row.province,
        dataset_version=row.dataset_version,
    )
