"""
Inclusion proofs: a journal, its path to the root of a signed block, and the keys, in one document that needs no server.

A document holds texts that are hashed as they are. Nothing in it is said twice, so nothing in it can contradict itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from payments.domain.merkle import hash_leaf, is_included
from payments.domain.sealed_records import (
    BlockHeader,
    KeyStatement,
    LeafRecord,
    compute_head,
    hash_memo,
    is_header_signed,
    is_statement_signed,
    make_key_id,
)

T = TypeVar("T")
FORMAT = "nusa-ledger-proof-1"
PROOF_BYTES_MAX = 256 * 1024
# A tree of 2^32 leaves, and more keys than a ledger will have.
PATH_MAX, KEYS_MAX = 32, 1_000


class ProofRejected(ValueError):
    """The document proves nothing; the message is the reason."""


class SignedKey(msgspec.Struct, forbid_unknown_fields=True):
    """A key's statement as text, signed by the key before it; by itself if it is the first, or replaced a lost one."""

    statement: str
    signature: str


class ProofMemo(msgspec.Struct, forbid_unknown_fields=True):
    """The memo of the journal and the salt of its hash."""

    text: str
    salt: str


class Proof(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The document: a leaf, its index and path, the header of the block and its signature, and the chain of keys."""

    format: str
    leaf: str
    index: int
    path: list[str]
    block: str
    signature: str
    keys: list[SignedKey]
    memo: ProofMemo | None = None


@dataclass(frozen=True, slots=True)
class VerifiedProof:
    """The content of a proof that holds. ``replacements`` are the keys of its chain that no key before them signed."""

    journal: LeafRecord
    block: BlockHeader
    head: str
    keys: tuple[KeyStatement, ...]
    memo: str

    @property
    def replacements(self) -> tuple[KeyStatement, ...]:
        return tuple(key for key in self.keys if key.replaces)


def encode_proof(proof: Proof) -> bytes:
    """Return the document, indented so that a person can read it."""
    return msgspec.json.format(msgspec.json.encode(proof), indent=2) + b"\n"


def verify_proof(
    document: bytes, *, trusted_keys: Collection[str] | None = None, heads: Mapping[int, str] | None = None
) -> VerifiedProof:
    """
    Check everything that a document claims, and return its content.

    ``trusted_keys`` are ids of keys, one of which must be in the chain; ``heads`` are the heads that a witness has, by
    number of block.

    :raises ProofRejected: with the reason
    """
    proof = _parse(document)
    header = _decode(proof.block, BlockHeader, "the block")
    record = _decode(proof.leaf, LeafRecord, "the journal")
    keys = _verify_keys(proof.keys)
    if header.key != keys[-1].key:
        raise ProofRejected("the block names another key than the last one of the chain")
    if not is_header_signed(proof.block.encode(), proof.signature, keys[-1].public):
        raise ProofRejected("the block's signature is wrong: the block was changed, or another key signed it")
    if not is_included(
        hash_leaf(proof.leaf.encode()),
        index=proof.index,
        size=header.leaves,
        proof=[_from_hex(one) for one in proof.path],
        root=_from_hex(header.root),
    ):
        raise ProofRejected("the journal is not in the block: the journal, its index or its path was changed")
    if proof.memo is not None and hash_memo(proof.memo.salt, proof.memo.text) != record.memo_hash:
        raise ProofRejected("the memo is not that of the journal")
    if trusted_keys is not None:
        _check_trust(keys, trusted_keys)
    head = compute_head(proof.block.encode())
    if heads is not None:
        _compare(head, header.block, heads)
    return VerifiedProof(record, header, head, keys, proof.memo.text if proof.memo else "")


def _parse(document: bytes) -> Proof:
    if len(document) > PROOF_BYTES_MAX:
        raise ProofRejected("the file is too large to be a proof")
    try:
        proof = msgspec.json.decode(document, type=Proof)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise ProofRejected("the file is no proof, or it is damaged") from None
    if proof.format != FORMAT or len(proof.path) > PATH_MAX or not 0 < len(proof.keys) <= KEYS_MAX:
        raise ProofRejected("the file is no proof of a kind that is known here")
    return proof


def _verify_keys(signed: list[SignedKey]) -> tuple[KeyStatement, ...]:
    """Return the statements of the chain, the signing key last."""
    keys: list[KeyStatement] = []
    for one in signed:
        key = _decode(one.statement, KeyStatement, "a key")
        before = keys[-1] if keys else key
        signer = key if key.replaces else before
        if (
            key.key != make_key_id(key.public)
            or key.previous != signer.key
            or (key.replaces and (not keys or key.replaces != before.key))
            or not is_statement_signed(one.statement.encode(), one.signature, signer.public)
        ):
            raise ProofRejected("the chain of keys is broken: a key was changed, or not signed by the one before it")
        keys.append(key)
    return tuple(keys)


def _check_trust(keys: tuple[KeyStatement, ...], trusted: Collection[str]) -> None:
    """Refuse a chain without a trusted key. Trust in a key ends at the first later key that replaced a lost one."""
    replaced_at = max((place for place, key in enumerate(keys) if key.replaces), default=0)
    if {key.key for key in keys[replaced_at:]} & set(trusted):
        return
    if {key.key for key in keys[:replaced_at]} & set(trusted):
        raise ProofRejected(
            f"the key that you trust was lost, and key {keys[replaced_at].key} replaced it without its signature"
            f" on {keys[replaced_at].since}: ask the operator whether that one is theirs"
        )
    raise ProofRejected("no key of the chain is one that you trust: somebody else signed this")


def _compare(head: str, number: int, heads: Mapping[int, str]) -> None:
    if number not in heads:
        raise ProofRejected(f"the witness has no head of block {number}")
    if heads[number] != head:
        raise ProofRejected(f"the witness has another head of block {number}: {heads[number]}")


def _decode(text: str, kind: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError:
        raise ProofRejected(f"{what} cannot be read") from None


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ProofRejected("a hash cannot be read") from None
