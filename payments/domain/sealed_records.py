"""
The records of the sealed ledger as bytes: leaves, heads of blocks and signing keys, and their hashes and signatures.

A record is compact JSON of a fixed order of fields. Whoever checks one hashes the text as it is and never encodes it
anew, so that no two programs can disagree about its bytes. Amounts are strings of minor units, since JSON has no whole
numbers above 2^53 that every reader keeps. No record names a person: accounts stand as their public ids, the memo as
its salted hash, and who acted as a hash that is another one in each journal.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from payments.domain.merkle import hash_leaf

NO_HEAD = "0" * 64
KEY_BYTES = 32
# Signed before the text, so that the signature of one kind of record is never taken for that of another.
_BLOCK_CONTEXT, _KEY_CONTEXT = b"nusa ledger block\0", b"nusa ledger key\0"

_encode = msgspec.json.Encoder().encode


class LedgerKeyUnusable(RuntimeError):
    """The key in the settings may not sign: it was never registered, or a later one has signed already."""


class TransferRecord(msgspec.Struct, kw_only=True):
    """A transfer in a leaf. ``pending`` names the hold that it resolves: the journal's id and the line."""

    line: int
    phase: str
    debit: str
    credit: str
    amount: str
    asset: str
    pending: str = ""
    expires_at: str = ""


class LeafRecord(msgspec.Struct, kw_only=True):
    """A journal in a leaf. ``actor`` is ``hash_actor`` of who acted, empty for a timer."""

    journal: str
    kind: str
    reference: str
    actor: str
    reverses: str
    memo_hash: str
    event_at: str
    posted_at: str
    transfers: list[TransferRecord]
    v: int = 1


class BlockHeader(msgspec.Struct, kw_only=True):
    """A block without its leaves; ``key`` is the id of the key that signed it."""

    block: int
    previous: str
    root: str
    leaves: int
    sealed_at: str
    key: str


class KeyStatement(msgspec.Struct, kw_only=True, omit_defaults=True):
    """
    A public key for blocks; ``previous`` is the id of the key that signed this statement, its own for the first.

    A key that took the place of a lost one signs its own, too, and ``replaces`` names the lost one.
    """

    key: str
    public: str
    previous: str
    since: str
    replaces: str = ""


def encode_leaf(record: LeafRecord) -> bytes:
    return _encode(record)


def hash_record(record: LeafRecord) -> bytes:
    """Return the leaf hash of a journal, 32 bytes."""
    return hash_leaf(_encode(record))


def encode_header(header: BlockHeader) -> bytes:
    return _encode(header)


def encode_statement(statement: KeyStatement) -> bytes:
    return _encode(statement)


def compute_head(header: bytes) -> str:
    """Return the head of a block, the SHA-256 of its header's text, in hex."""
    return hashlib.sha256(header).hexdigest()


def hash_actor(journal: str, actor: str) -> str:
    """Return the hash that stands for a person in one journal; only those who know both ids can tell who it is."""
    return hashlib.sha256(bytes.fromhex((journal + actor).replace("-", ""))).hexdigest()


def hash_memo(salt: str, memo: str) -> str:
    """Return the salted hash under which a memo is in its journal."""
    return hashlib.sha256((salt + memo).encode()).hexdigest()


def format_moment(moment: datetime | None) -> str:
    """Format a moment as RFC 3339 in UTC with microseconds, which is all that the ledger stores; empty for None."""
    return "" if moment is None else f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


def sign_header(header: bytes, seed: str) -> str:
    """Sign the text of a block's header and return the signature in hex."""
    return private_key(seed).sign(_BLOCK_CONTEXT + header).hex()


def sign_statement(statement: bytes, seed: str) -> str:
    """Sign the text of a key's statement and return the signature in hex."""
    return private_key(seed).sign(_KEY_CONTEXT + statement).hex()


def is_header_signed(header: bytes, signature: str, public: str) -> bool:
    return _is_signed(_BLOCK_CONTEXT + header, signature, public)


def is_statement_signed(statement: bytes, signature: str, public: str) -> bool:
    return _is_signed(_KEY_CONTEXT + statement, signature, public)


@cache
def private_key(seed: str) -> Ed25519PrivateKey:
    """
    Return the private key of a seed in base64url.

    :raises ValueError: if it is not 32 bytes
    """
    return Ed25519PrivateKey.from_private_bytes(_decode(seed))


@cache
def public_key_of(seed: str) -> str:
    """Return the public key of a seed, both in base64url."""
    return base64.urlsafe_b64encode(private_key(seed).public_key().public_bytes_raw()).rstrip(b"=").decode()


def make_key_id(public: str) -> str:
    """Return the RFC 7638 thumbprint of a public key, by which records name it."""
    text = f'{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}'
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def describe_replacement(statement: KeyStatement) -> str:
    """Return which key replaced which one without its signature, and when, for an operator or an auditor."""
    return f"key {statement.key} took the place of lost key {statement.replaces} on {statement.since}"


def to_jwks(publics: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """Return public keys as a JSON Web Key Set (RFC 7517)."""
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": make_key_id(public), "x": public}
            for public in publics
        ]
    }


def _is_signed(signed: bytes, signature: str, public: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(_decode(public)).verify(bytes.fromhex(signature), signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _decode(written: str) -> bytes:
    bare = written.strip().rstrip("=")
    raw = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    if len(raw) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes in base64url, and this one {len(raw)}")
    return raw
