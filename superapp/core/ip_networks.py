"""Addresses of the network: whom a proxy believes, and what counts as one visitor."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

# The part of an IPv6 address that a provider gives to one household. Whoever has one has all of its 2**64 addresses.
IPV6_NETWORK_BITS = 64
# What providers give to whoever asks for more.
IPV6_WIDER_BITS = (56, 48)


def parse_trusted_networks(written: Iterable[str]) -> list[str]:
    """
    Read the addresses and networks of proxies that are believed, and return them as networks.

    :raises ValueError: if one is no address and no network, or is everybody
    """
    return [_trusted_network(word.strip()) for word in written if word.strip()]


def rate_limit_network(address: str) -> str:
    """Return what a visitor's address is counted as: an IPv4 address itself, of IPv6 the /64 it lies in."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_NETWORK_BITS), strict=False))


def wider_networks(address: str) -> list[str]:
    """
    Return the networks around what a visitor's address is counted as, the widest last: of IPv6 its /56 and its /48, of
    which one customer may have all; of IPv4 the address itself.
    """
    counted = rate_limit_network(address)
    try:
        network = ipaddress.ip_network(counted)
    except ValueError:
        return [counted]
    if isinstance(network, ipaddress.IPv4Network):
        return [counted]
    return [str(network.supernet(new_prefix=bits)) for bits in IPV6_WIDER_BITS]


def _trusted_network(written: str) -> str:
    try:
        network = ipaddress.ip_network(written, strict=False)
    except ValueError:
        raise ValueError(f"{written!r} is no address and no network") from None
    if network.prefixlen == 0:
        raise ValueError(f"{written!r} would believe everybody")
    return str(network)
