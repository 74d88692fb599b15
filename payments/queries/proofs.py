"""Inclusion proofs of journals, for their two sides."""

from __future__ import annotations

from uuid import UUID

from payments.domain import sealed_records
from payments.domain.merkle import prove_inclusion
from payments.domain.proofs import FORMAT, Proof, ProofMemo, SignedKey
from payments.errors import ProofPending
from payments.models import Journal, LedgerKey, Memo
from payments.queries import sealing
from payments.queries.movements import get_movement


def is_sealed(user_id: int, journal: UUID) -> bool:
    """
    Return whether a journal is sealed, for a person who took part in it.

    :raises ReceiptNotFound: if the journal does not exist, or the person took no part
    """
    get_movement(user_id, journal)
    return Journal.objects.filter(public_id=journal, leaf__isnull=False).exists()


def get_proof(user_id: int, journal: UUID) -> Proof:
    """
    Return the inclusion proof of a journal, for a person who took part in it.

    :raises ReceiptNotFound: if the journal does not exist, or the person took no part
    :raises ProofPending: if it is not sealed yet
    """
    get_movement(user_id, journal)
    pk = Journal.objects.values_list("pk", flat=True).get(public_id=journal)
    leaf = sealing.find_leaf(pk)
    if leaf is None:
        raise ProofPending
    hashes = [hashed for _index, _journal, hashed in sealing.list_leaves(leaf.block.number)]
    memo = Memo.objects.filter(journal_id=pk).first()
    return Proof(
        format=FORMAT,
        leaf=sealed_records.encode_leaf(sealing.read_records([pk])[pk]).decode(),
        index=leaf.index,
        path=[one.hex() for one in prove_inclusion(hashes, leaf.index)],
        block=sealed_records.encode_header(sealing.to_header(leaf.block)).decode(),
        signature=leaf.block.signature,
        keys=_chain_to(leaf.block.key),
        memo=ProofMemo(text=memo.text, salt=memo.salt) if memo else None,
    )


def _chain_to(key: LedgerKey) -> list[SignedKey]:
    """Return the statements of the keys that lead to this one, from the first on."""
    known = {one.pk: one for one in sealing.list_keys()}
    chain = []
    at: LedgerKey | None = known[key.pk]
    while at is not None:
        statement = sealed_records.encode_statement(sealing.to_statement(at)).decode()
        chain.append(SignedKey(statement=statement, signature=at.signature))
        at = known[at.previous_id] if at.previous_id else None
    return chain[::-1]
