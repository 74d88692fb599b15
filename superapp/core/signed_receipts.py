"""
Receipts that anybody can check without us: a document signed with Ed25519, written as a compact JWS (RFC 7515, 8037).

Whoever holds a receipt and our public key can prove what we said, also when we are out of reach or have forgotten it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

SEED_BYTES = 32
RECEIPT_CHARS_MAX = 16_384
ALGORITHM = "EdDSA"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that our receipts are checked with; ``id`` is its RFC 7638 thumbprint."""

    id: str
    x: str

    def jwk(self) -> dict[str, str]:
        """As others' programs read it (RFC 8037)."""
        return {"kty": "OKP", "crv": "Ed25519", "alg": ALGORITHM, "use": "sig", "kid": self.id, "x": self.x}


def sign(document: dict[str, Any]) -> str:
    """
    The document as a receipt. The same document under the same key is the same receipt, letter for letter.

    Keys are sorted and numbers are whole, so that there is one way to write it (RFC 8785).
    """
    header = {"alg": ALGORITHM, "kid": current_key().id, "typ": "receipt"}
    signed = f"{_encode(_canonical(header))}.{_encode(_canonical(document))}"
    return f"{signed}.{_encode(_private_key().sign(signed.encode()))}"


def verify(receipt: str) -> dict[str, Any] | None:
    """Return the document of a receipt signed by us, or None if it is damaged or not ours."""
    if len(receipt) > RECEIPT_CHARS_MAX or not receipt.isascii():
        return None
    try:
        header_part, document_part, signature_part = receipt.split(".")
        header = msgspec.json.decode(_decode(header_part))
        # The algorithm is ours to name: what a receipt says of it is compared and never obeyed.
        if not isinstance(header, dict) or header.get("alg") != ALGORITHM:
            return None
        key = next((known for known in public_keys() if known.id == header.get("kid")), None)
        if key is None:
            return None
        checker = Ed25519PublicKey.from_public_bytes(_decode(key.x))
        checker.verify(_decode(signature_part), f"{header_part}.{document_part}".encode())
        document = msgspec.json.decode(_decode(document_part))
    except (ValueError, RecursionError, InvalidSignature):
        return None
    return document if isinstance(document, dict) else None


def current_key() -> PublicKey:
    """The key that receipts are signed with now."""
    return public_keys()[0]


def public_keys() -> tuple[PublicKey, ...]:
    """All keys whose receipts are ours: the present one first, then those before it."""
    return _public_keys(settings.RECEIPT_KEY, tuple(settings.RECEIPT_KEYS_BEFORE))


def decode_seed(key: str) -> bytes:
    """
    The secret bytes of a written key.

    :raises ValueError: if it is not 32 bytes in base64url
    """
    seed = _decode(key.strip().rstrip("="))
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a receipt key has {SEED_BYTES} bytes, and this one {len(seed)}")
    return seed


@cache
def _public_keys(key: str, before: tuple[str, ...]) -> tuple[PublicKey, ...]:
    public = _private_key_of(key).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return tuple(PublicKey(_thumbprint(x), x) for x in (_encode(public), *before))


def _private_key() -> Ed25519PrivateKey:
    return _private_key_of(settings.RECEIPT_KEY)


@cache
def _private_key_of(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(decode_seed(key))


def _thumbprint(x: str) -> str:
    return _encode(hashlib.sha256(_canonical({"crv": "Ed25519", "kty": "OKP", "x": x})).digest())


def _canonical(document: dict[str, Any]) -> bytes:
    return msgspec.json.encode(document, order="sorted")


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        # Strict: a letter that means nothing would let one receipt be written in many ways.
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as fault:
        raise ValueError("not base64url") from fault
    if _encode(raw) != text:
        raise ValueError("not the one way to write it")
    return raw
