"""Values and wire rows of addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from superapp.addresses.domain.address_fields import Pin
from superapp.addresses.domain.regions import RegionLevel, get_level


@dataclass(frozen=True, slots=True)
class RegionPath:
    """A region with its ancestors: ``names`` are theirs, the widest first, and its own last."""

    code: str
    names: tuple[str, ...]

    @property
    def level(self) -> RegionLevel:
        return get_level(self.code)

    @property
    def name(self) -> str:
        return self.names[-1]

    @property
    def ancestor_names(self) -> str:
        """The names of its ancestors as an address has them: the nearest first."""
        return ", ".join(reversed(self.names[:-1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAddress:
    """An address as a person writes it; ``region`` is the code of its village, and ``pin`` as maps write one."""

    region: str
    recipient: str
    phone: str
    street: str
    rt: str = ""
    rw: str = ""
    landmark: str = ""
    postal_code: str = ""
    label: str = ""
    pin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressValue:
    """
    An entry of an address book as it is at this moment; an order copies it and is not changed by later edits.

    ``phone`` is E.164. ``region_code`` and the names of it and its ancestors are those of the dataset
    ``dataset_version``, from which they were chosen; later datasets may call them otherwise.
    """

    public_id: UUID
    version: int
    is_primary: bool
    label: str
    recipient: str
    phone: str
    street: str
    rt: str
    rw: str
    landmark: str
    postal_code: str
    pin: Pin | None
    region_code: str
    village: str
    district: str
    regency: str
    province: str
    dataset_version: str

    @property
    def region_names(self) -> tuple[str, ...]:
        """The names of the region and its ancestors, the widest first."""
        return (self.province, self.regency, self.district, self.village)


class RegionRow(TypedDict):
    """A region on the wire: ``level`` is 1 for a province, 2 regency or city, 3 district, 4 village."""

    code: str
    level: int
    name: str
    names: list[str]


class RegionsResponse(TypedDict):
    dataset: str
    rows: list[RegionRow]
