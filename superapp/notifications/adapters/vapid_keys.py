"""The key pair with which this installation signs its push messages (VAPID, RFC 8292)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PRIVATE_BYTES = 32


def make_private_key() -> str:
    """Return a new private key: its 32 bytes in base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _encode(number.to_bytes(PRIVATE_BYTES, "big"))


@cache
def public_key_of(private_key: str) -> str:
    """Return the public key of a private one, as browsers take it: an uncompressed point in base64url."""
    number = int.from_bytes(decode(private_key), "big")
    point = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    return _encode(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def decode(text: str) -> bytes:
    """
    Decode base64url without padding.

    :raises ValueError: if it is none
    """
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
