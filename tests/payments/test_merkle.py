"""Merkle trees: the roots that others compute, and proofs that hold for one leaf at one place alone."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, strategies

from payments.domain.merkle import compute_root, hash_leaf, is_included, prove_inclusion

# The records and roots by which implementations of certificate transparency are tested.
RECORDS = [
    bytes.fromhex(record)
    for record in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_root_equals_that_of_certificate_transparency(size):
    assert compute_root([hash_leaf(record) for record in RECORDS[:size]]).hex() == ROOTS[size]


def root_by_definition(records):
    """The root as the RFC defines it: split at the largest power of two below the number of records."""
    if not records:
        return hashlib.sha256().digest()
    if len(records) == 1:
        return hashlib.sha256(b"\x00" + records[0]).digest()
    split = 1
    while split * 2 < len(records):
        split *= 2
    return hashlib.sha256(b"\x01" + root_by_definition(records[:split]) + root_by_definition(records[split:])).digest()


@given(strategies.lists(strategies.binary(max_size=4), max_size=70))
def test_root_equals_the_definition(records):
    assert compute_root([hash_leaf(record) for record in records]) == root_by_definition(records)


@given(strategies.integers(1, 70), strategies.data())
def test_proof_holds_for_its_leaf_at_its_place_alone(size, data):
    leaves = [hash_leaf(bytes([number])) for number in range(size)]
    index = data.draw(strategies.integers(0, size - 1))
    root, proof = compute_root(leaves), tuple(prove_inclusion(leaves, index))

    assert is_included(leaves[index], index=index, size=size, proof=proof, root=root)
    assert len(proof) <= (size - 1).bit_length()
    for other in range(size):
        if other != index:
            assert not is_included(leaves[other], index=index, size=size, proof=proof, root=root)
            assert not is_included(leaves[index], index=other, size=size, proof=proof, root=root)


@given(strategies.integers(2, 40), strategies.data())
def test_proof_that_was_changed_shows_nothing(size, data):
    leaves = [hash_leaf(bytes([number])) for number in range(size)]
    index = data.draw(strategies.integers(0, size - 1))
    root, proof = compute_root(leaves), prove_inclusion(leaves, index)
    at = data.draw(strategies.integers(0, len(proof) - 1))

    forged = (
        proof[:at] + proof[at + 1 :],
        [*proof, proof[at]],
        [*proof[:at], bytes(32), *proof[at + 1 :]],
        [],
    )

    assert not any(is_included(leaves[index], index=index, size=size, proof=one, root=root) for one in forged)
    assert not is_included(leaves[index], index=index, size=size, proof=proof, root=bytes(32))


def test_two_nodes_are_not_taken_for_a_record():
    leaves = [hash_leaf(record) for record in RECORDS[:2]]

    assert compute_root([hash_leaf(leaves[0] + leaves[1])]) != compute_root(leaves)


@pytest.mark.parametrize(("index", "size"), [(-1, 2), (2, 2), (0, 0)])
def test_place_outside_of_the_tree_has_no_proof(index, size):
    leaves = [hash_leaf(record) for record in RECORDS[:size]]

    with pytest.raises(IndexError):
        prove_inclusion(leaves, index)
    assert not is_included(hash_leaf(b""), index=index, size=size, proof=[], root=compute_root(leaves))


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_last_leaf_is_at_no_place_outside_of_the_tree(size):
    leaves = [hash_leaf(record) for record in RECORDS[:size]]
    root, proof = compute_root(leaves), prove_inclusion(leaves, size - 1)

    places = [is_included(leaves[-1], index=index, size=size, proof=proof, root=root) for index in (-1, size - 1, size)]

    assert places == [False, True, False]


@pytest.mark.parametrize("index", [-1, 1, 2])
def test_root_is_taken_for_no_leaf_without_a_proof(index):
    root = compute_root([hash_leaf(record) for record in RECORDS[:2]])

    assert not is_included(root, index=index, size=2, proof=[], root=root)
    assert not is_included(root, index=index, size=1, proof=[], root=root)
