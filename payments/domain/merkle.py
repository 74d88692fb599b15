"""
Merkle trees as in RFC 6962, section 2.1: one hash for a list of records, and short proofs that a record is in it.

A leaf and an inner node are hashed with different first bytes, so that neither is ever taken for the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

LEAF_PREFIX, NODE_PREFIX = b"\x00", b"\x01"


def hash_leaf(record: bytes) -> bytes:
    """Return the hash of one record, 32 bytes."""
    return hashlib.sha256(LEAF_PREFIX + record).digest()


def compute_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the tree of these leaf hashes, in their order."""
    if not leaves:
        return hashlib.sha256().digest()
    level = list(leaves)
    while len(level) > 1:
        level = _next_level(level)
    return level[0]


def prove_inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """
    Return the proof that the leaf at this index, counted from 0, is in the tree: hashes from the lowest level up.

    :raises IndexError: if there is no such leaf
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} among {len(leaves)}")
    proof, level = [], list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        # The last node of a level with an odd number has none, and moves up as it is.
        if sibling < len(level):
            proof.append(level[sibling])
        level, index = _next_level(level), index // 2
    return proof


def is_included(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether a proof shows that the leaf is at this index in the tree of ``size`` leaves with this root."""
    if not 0 <= index < size:
        return False
    node, last, left = leaf, size - 1, list(proof)
    while last > 0:
        if index % 2 or index < last:
            if not left:
                return False
            sibling = left.pop(0)
            node = _hash_node(sibling, node) if index % 2 else _hash_node(node, sibling)
        index, last = index // 2, last // 2
    return not left and node == root


def _next_level(level: Sequence[bytes]) -> list[bytes]:
    pairs = [_hash_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs


def _hash_node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE_PREFIX + left + right).digest()
