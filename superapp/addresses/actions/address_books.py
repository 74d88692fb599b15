"""
Address books: an entry added, changed, made the primary one, deleted.

Each action locks the person first, so that of two at the same moment the second sees what the first did.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from superapp.accounts import api as accounts
from superapp.accounts.errors import PhoneInvalid
from superapp.addresses.contracts import AddressValue, WrittenAddress
from superapp.addresses.domain.address_fields import (
    ADDRESSES_MAX,
    clean_neighbourhood,
    clean_postal_code,
    clean_text,
    parse_pin,
)
from superapp.addresses.domain.regions import RegionLevel
from superapp.addresses.errors import (
    AddressAlreadySaved,
    AddressChanged,
    FieldMissing,
    RecipientPhoneInvalid,
    RegionUnknown,
    TooManyAddresses,
)
from superapp.addresses.models import Address
from superapp.addresses.queries.address_books import build_value, get_row, list_rows
from superapp.addresses.queries.regions import fetch_dataset_version, get_region
from superapp.core.errors import ErrorCollector

# The columns of an address that a person writes or chooses.
Columns = dict[str, Any]


def add_address(
    *, user_id: int, idempotency_key: UUID, written: WrittenAddress, now: datetime, is_primary: bool = False
) -> AddressValue:
    """
    Add an address to a person's book, once for each key; the first one becomes the primary one.

    :raises DomainError: one of ``clean_written`` for the first wrong field, with one more for each further such field
    :raises AddressAlreadySaved: if other content was added under this key
    :raises TooManyAddresses: if the book is full
    """
    columns = clean_written(written)
    with transaction.atomic():
        accounts.lock_people({user_id})
        rows = list_rows(user_id)
        before = next((row for row in rows if row.idempotency_key == idempotency_key), None)
        if before is not None:
            return _stored_before(before, columns)
        slot = min(set(range(1, ADDRESSES_MAX + 1)) - {row.slot for row in rows}, default=None)
        if slot is None:
            raise TooManyAddresses(addresses_max=ADDRESSES_MAX)
        if is_primary:
            Address.objects.filter(user_id=user_id, is_primary=True).update(is_primary=False)
        made = Address.objects.create(
            user_id=user_id,
            idempotency_key=idempotency_key,
            slot=slot,
            is_primary=is_primary or not rows,
            created_at=now,
            changed_at=now,
            **columns,
        )
    return build_value(made)


def change_address(
    *, user_id: int, address: UUID, version: int, written: WrittenAddress, now: datetime
) -> AddressValue:
    """
    Change an address of which the person has seen this version.

    A village that a newer dataset no longer has may stay as it was copied.

    :raises AddressNotFound: if it does not exist or is another person's
    :raises AddressChanged: if it has another version by now, and other content
    :raises DomainError: as ``add_address`` does, for wrong fields
    """
    # Before the lock is taken; of the row it needs only a village that the dataset may no longer have.
    columns = clean_written(written, before=get_row(user_id, address))
    with transaction.atomic():
        accounts.lock_people({user_id})
        row = get_row(user_id, address)
        # The same content again is a retry after a lost answer.
        if _has(row, columns):
            return build_value(row)
        if row.version != version:
            raise AddressChanged(version=row.version)
        Address.objects.filter(pk=row.pk).update(**columns, version=version + 1, changed_at=now)
        return build_value(get_row(user_id, address))


def make_primary(*, user_id: int, address: UUID) -> None:
    """
    Make an address the primary one of a person. Idempotent.

    :raises AddressNotFound: if it does not exist or is another person's
    """
    with transaction.atomic():
        accounts.lock_people({user_id})
        row = get_row(user_id, address)
        Address.objects.filter(user_id=user_id, is_primary=True).exclude(pk=row.pk).update(is_primary=False)
        Address.objects.filter(pk=row.pk).update(is_primary=True)


def delete_address(*, user_id: int, address: UUID) -> None:
    """
    Delete an address; of those that are left the newest becomes the primary one, if this was it.

    :raises AddressNotFound: if it does not exist or is another person's
    """
    with transaction.atomic():
        accounts.lock_people({user_id})
        row = get_row(user_id, address)
        row.delete()
        left = list_rows(user_id)
        if row.is_primary and left:
            Address.objects.filter(pk=left[-1].pk).update(is_primary=True)


def clean_written(written: WrittenAddress, *, before: Address | None = None) -> Columns:
    """
    Return what is written in its stored form, by the columns of an address.

    :raises RegionUnknown, FieldMissing, FieldTooLong, RecipientPhoneInvalid, NeighbourhoodInvalid, PostalCodeInvalid,
        PinInvalid: for the first wrong field, with one more for each further such field
    """
    refused = ErrorCollector()
    columns: Columns = {}
    with refused:
        columns |= _region_columns(written.region, before)
    with refused:
        columns["street"] = clean_text(written.street, "street")
    for field in ("rt", "rw"):
        with refused:
            columns[field] = clean_neighbourhood(getattr(written, field), field)
    with refused:
        columns["postal_code"] = clean_postal_code(written.postal_code)
    with refused:
        columns["landmark"] = clean_text(written.landmark, "landmark", is_required=False)
    with refused:
        columns["latitude"], columns["longitude"] = parse_pin(written.pin) or (None, None)
    with refused:
        columns["recipient"] = clean_text(written.recipient, "recipient")
    with refused:
        columns["phone"] = _parse_phone(written.phone)
    with refused:
        columns["label"] = clean_text(written.label, "label", is_required=False)
    refused.raise_first()
    return columns


def _region_columns(code: str, before: Address | None) -> Columns:
    region = get_region(code)
    if region is not None and region.level == RegionLevel.VILLAGE:
        province, regency, district, village = region.names
        return {
            "region_code": code,
            "province": province,
            "regency": regency,
            "district": district,
            "village": village,
            "dataset_version": fetch_dataset_version(),
        }
    if before is not None and before.region_code == code:
        return {"region_code": code}
    raise RegionUnknown(field="region")


def _parse_phone(written: str) -> str:
    if not written.strip():
        raise FieldMissing(field="phone")
    try:
        return accounts.parse_callable_number(written)
    except PhoneInvalid:
        raise RecipientPhoneInvalid(field="phone") from None


def _stored_before(row: Address, columns: Columns) -> AddressValue:
    if not _has(row, columns):
        raise AddressAlreadySaved(address=str(row.public_id))
    return build_value(row)


def _has(row: Address, columns: Columns) -> bool:
    return all(getattr(row, column) == value for column, value in columns.items())
