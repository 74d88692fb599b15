"""Addresses of the people of the demo world who buy."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from superapp.accounts import api as accounts
from superapp.addresses import api as addresses
from superapp.wiring.demo.people import PERSON_BY_KEY
from superapp.wiring.demo.script_files import Written, read_list


class DemoAddress(Written, frozen=True, kw_only=True):
    """An address of a person (``data/addresses.toml``); ``region`` is the code of its village."""

    who: str
    region: str
    street: str
    rt: str = ""
    rw: str = ""
    landmark: str = ""
    postal_code: str
    label: str


ADDRESSES = read_list("addresses", DemoAddress)


def fill_books(*, now: datetime) -> None:
    """Fill the address books of the demo people, once; villages that the loaded dataset lacks are left out."""
    for number, written in enumerate(ADDRESSES):
        person = PERSON_BY_KEY[written.who]
        user = accounts.find_user_by_phone_number(person.number)
        if user is None or addresses.get_region(written.region) is None:
            continue
        addresses.add_address(
            user_id=user.pk,
            idempotency_key=uuid5(NAMESPACE_OID, f"demo address {number}"),
            written=addresses.WrittenAddress(
                region=written.region,
                recipient=person.name,
                phone=person.number,
                street=written.street,
                rt=written.rt,
                rw=written.rw,
                landmark=written.landmark,
                postal_code=written.postal_code,
                label=written.label,
            ),
            now=now,
        )
