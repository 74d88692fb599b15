"""IP addresses: the trusted proxies, and the network that counts as one visitor."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

# The part of an IPv6 address that a provider assigns to one household, which then has all of its 2**64 addresses.
IPV6_NETWORK_BITS = 64
# The larger networks that providers assign on request.
IPV6_WIDER_BITS = (56, 48)


def parse_trusted_networks(written: Iterable[str]) -> list[str]:
    """
    Parse the addresses and networks of trusted proxies, and return them as networks.

    :raises ValueError: if one is neither an address nor a network, or contains all addresses
    """
    return [_trusted_network(word.strip()) for word in written if word.strip()]


def rate_limit_network(address: str) -> str:
    """Return what a visitor's address is counted as: an IPv4 address itself, the /64 of an IPv6 address."""
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
    List the networks around a visitor's address, the widest last, of which one customer may have all addresses.

    These are the /56 and the /48 of an IPv6 address, and an IPv4 address itself.
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
