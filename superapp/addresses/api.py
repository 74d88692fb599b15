"""Facade of addresses: regions of Indonesia, and people's address books."""

from superapp.addresses.actions.address_books import add_address
from superapp.addresses.contracts import AddressValue, RegionPath, WrittenAddress
from superapp.addresses.domain.address_fields import Pin, format_pin, parse_pin
from superapp.addresses.domain.regions import RegionLevel
from superapp.addresses.queries.address_books import format_address, get_address, list_addresses
from superapp.addresses.queries.regions import get_region, search_regions

__all__ = [
    "AddressValue",
    "Pin",
    "RegionLevel",
    "RegionPath",
    "WrittenAddress",
    "add_address",
    "format_address",
    "format_pin",
    "get_address",
    "get_region",
    "list_addresses",
    "parse_pin",
    "search_regions",
]
