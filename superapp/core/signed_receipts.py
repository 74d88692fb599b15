"""
Signed receipts that anybody can verify offline: documents signed with Ed25519 as a compact JWS (RFC 7515, 8037).

With a receipt and our public key a person can prove its content even if this instance is gone.
"""

from __future__ import annotations

import base64
import copy
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from joserfc import jwk, jws
from joserfc.errors import JoseError

SEED_BYTES = 32
RECEIPT_CHARS_MAX = 16_384
ALGORITHM = "EdDSA"


def _without_warning(name: str) -> Any:
    algorithm = copy.copy(jws.JWSRegistry.algorithms[name])
    algorithm.security_warning = None
    return algorithm


class _Registry(jws.JWSRegistry):
    """
    A JWS registry with Ed25519 under its name of RFC 8037 and nothing else: a receipt cannot choose its algorithm.

    RFC 9864 prefers the name "Ed25519". Existing receipts have the older one, which means the same.
    """

    algorithms = {ALGORITHM: _without_warning(ALGORITHM)}
    max_payload_length = RECEIPT_CHARS_MAX


_registry = _Registry(algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that verifies our receipts; ``id`` is its RFC 7638 thumbprint."""

    id: str
    x: str

    def jwk(self) -> dict[str, str]:
        """Return the key as a JSON Web Key (RFC 8037)."""
        return {"kty": "OKP", "crv": "Ed25519", "alg": ALGORITHM, "use": "sig", "kid": self.id, "x": self.x}


def sign(document: dict[str, Any]) -> str:
    """
    Sign a document and return the receipt. The same document and key always give the same receipt.

    Keys are sorted and numbers are whole, so that there is one encoding (RFC 8785).
    """
    header = {"alg": ALGORITHM, "kid": current_key().id, "typ": "receipt"}
    key = _private_key(settings.RECEIPT_KEY)
    return jws.serialize_compact(header, msgspec.json.encode(document, order="sorted"), key, registry=_registry)


def verify(receipt: str) -> dict[str, Any] | None:
    """Return the document of a receipt signed by us, or None if it is damaged or not ours."""
    if len(receipt) > RECEIPT_CHARS_MAX or not receipt.isascii():
        return None
    keys = _verification_keys(settings.RECEIPT_KEY, tuple(settings.RECEIPT_KEYS_BEFORE))
    try:
        signed = jws.extract_compact(receipt.encode(), registry=_registry)
        key = keys.get(str(signed.headers().get("kid")))
        if key is None or not jws.validate_compact(signed, key, registry=_registry):
            return None
        document = msgspec.json.decode(signed.payload)
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
        # joserfc takes the header for an object, and looks up attributes of whatever was sent instead.
        return None
    return document if isinstance(document, dict) else None


def current_key() -> PublicKey:
    """Return the public key of the present signing key."""
    return public_keys()[0]


def public_keys() -> tuple[PublicKey, ...]:
    """Return the public keys of all signing keys: the present one first, then earlier ones."""
    keys = _verification_keys(settings.RECEIPT_KEY, tuple(settings.RECEIPT_KEYS_BEFORE))
    return tuple(PublicKey(name, str(key.as_dict(private=False)["x"])) for name, key in keys.items())


def decode_seed(key: str) -> bytes:
    """
    Return the secret bytes of a written key.

    :raises ValueError: if it is not 32 bytes in base64url
    """
    written = key.strip().rstrip("=")
    seed = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    if len(seed) != SEED_BYTES or _encode(seed) != written:
        raise ValueError(f"a receipt key has {SEED_BYTES} bytes in base64url, and this one {len(seed)}")
    return seed


@cache
def _private_key(key: str) -> jwk.OKPKey:
    return jwk.OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(decode_seed(key)))


@cache
def _verification_keys(key: str, before: tuple[str, ...]) -> dict[str, jwk.OKPKey]:
    present = str(_private_key(key).as_dict(private=False)["x"])
    keys = [jwk.OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": x}) for x in (present, *before)]
    return {key.thumbprint(): key for key in keys}


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
