"""
Checks of sealed blocks: journals say what they said when they were sealed, and no block was changed, left out or added.

Whoever can switch the guards off can also change what they refuse; the hashes then differ. Whoever has the signing key,
too, can write another chain, which differs from the heads that a witness has (``manage.py ledger_heads``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from payments.actions.sealing import is_sealing
from payments.domain import sealed_records
from payments.domain.merkle import compute_root
from payments.domain.sealed_records import NO_HEAD, KeyStatement, hash_record
from payments.models import Block, Journal, LedgerKey
from payments.queries import sealing
from superapp.core.invariants import VIOLATIONS_PER_RULE_MAX, Violation, read_snapshot

UNSEALED_AGE_MAX = timedelta(minutes=15)

KEYS_RULE = "each signing key is signed by one before it, or says that it replaced a lost one"
CHAIN_RULE = "blocks are a chain without a gap"
SIGNATURE_RULE = "each block is signed by the key of its time"
ROOT_RULE = "a block's root is that of its leaves"
LEAF_RULE = "a sealed journal says what it said"
UNSEALED_RULE = "journals are sealed in time"
RULES = (KEYS_RULE, CHAIN_RULE, SIGNATURE_RULE, ROOT_RULE, LEAF_RULE, UNSEALED_RULE)


@dataclass(slots=True)
class BlockCheck:
    """The result of a check: how much was read in which time, and what breaks a rule."""

    blocks: int = 0
    journals: int = 0
    seconds: float = 0.0
    violations: list[Violation] = field(default_factory=list)
    # Keys that replaced a lost one. They are no violations, and are listed at each check.
    replacements: list[KeyStatement] = field(default_factory=list)

    @property
    def per_second(self) -> int:
        return round(self.journals / self.seconds) if self.seconds else 0


def check_blocks(*, now: datetime, since: datetime | None = None) -> BlockCheck:
    """
    Recompute the leaves, roots, heads and signatures of all blocks, or of those sealed since a moment.

    At most ``VIOLATIONS_PER_RULE_MAX`` violations of each rule are returned.
    """
    result, started = BlockCheck(), time.perf_counter()
    with read_snapshot():
        keys = sealing.list_keys()
        result.replacements = [sealing.to_statement(key) for key in keys if key.is_replacement]
        found = [*_check_keys(keys), *_check_chain(result, since), *_check_unsealed(now)]
    result.seconds = time.perf_counter() - started
    for rule in RULES:
        result.violations += [one for one in found if one.rule == rule][:VIOLATIONS_PER_RULE_MAX]
    return result


def _check_keys(keys: list[LedgerKey]) -> Iterator[Violation]:
    for place, key in enumerate(keys, start=1):
        statement = sealed_records.encode_statement(sealing.to_statement(key))
        before = key.previous or key
        signer = key if key.is_replacement else before
        is_earlier = key.previous is None if place == 1 else key.previous is not None and before.number < key.number
        if (
            key.number != place
            or key.key_id != sealed_records.make_key_id(key.public)
            or not is_earlier
            or not sealed_records.is_statement_signed(statement, key.signature, signer.public)
        ):
            yield Violation(KEYS_RULE, f"key {key.number}", f"id {key.key_id}, since {key.since}")


def _check_chain(result: BlockCheck, since: datetime | None) -> Iterator[Violation]:
    first = sealing.find_first_number_since(since) if since else 1
    if first is None:
        return
    before = sealing.find_block_before(first)
    number, head, key_number = (before.number, before.head, before.key.number) if before else (0, NO_HEAD, 1)
    for block in sealing.iterate_blocks(first=first):
        result.blocks += 1
        if block.number != number + 1:
            yield Violation(CHAIN_RULE, f"block {number + 1}", f"missing before block {block.number}")
        yield from _check_header(block, head=head if block.number == number + 1 else None, key_number=key_number)
        yield from _check_leaves(block, result)
        number, head, key_number = block.number, block.head, block.key.number
    yield from _check_end(number)


def _check_header(block: Block, *, head: str | None, key_number: int) -> Iterator[Violation]:
    header = sealed_records.encode_header(sealing.to_header(block))
    if head is not None and block.previous != head:
        yield Violation(CHAIN_RULE, f"block {block.number}", f"names {block.previous} before it, which is {head}")
    if sealed_records.compute_head(header) != block.head:
        yield Violation(CHAIN_RULE, f"block {block.number}", f"head {block.head} is not that of its header")
    if block.key.number < key_number or not sealed_records.is_header_signed(header, block.signature, block.key.public):
        yield Violation(SIGNATURE_RULE, f"block {block.number}", f"key {block.key.number}")


def _check_leaves(block: Block, result: BlockCheck) -> Iterator[Violation]:
    rows = sealing.list_leaves(block.number)
    result.journals += len(rows)
    if [index for index, _journal, _hash in rows] != list(range(block.leaves)):
        yield Violation(ROOT_RULE, f"block {block.number}", f"{len(rows)} leaves, sealed {block.leaves}")
    if compute_root([hashed for _index, _journal, hashed in rows]).hex() != block.root:
        yield Violation(ROOT_RULE, f"block {block.number}", f"root {block.root}")
    records = sealing.read_records([journal for _index, journal, _hash in rows])
    for index, journal, hashed in rows:
        record = records.get(journal)
        where = f"leaf {index} of block {block.number}"
        if record is None:
            yield Violation(LEAF_RULE, f"journal {journal}", f"{where}, deleted")
        elif hash_record(record) != hashed:
            yield Violation(LEAF_RULE, f"journal {journal}", f"{where}, number {record.journal}")


def _check_end(last: int) -> Iterator[Violation]:
    """Find leaves behind the last block, and a ledger that was sealed and has no block."""
    beyond = sealing.find_leaf_beyond(last)
    if beyond is not None:
        yield Violation(CHAIN_RULE, f"block {beyond}", "its leaves are there, and the block is not")
    elif last == 0 and sealing.find_sealer().settled:
        yield Violation(CHAIN_RULE, "block 1", "journals were sealed, and no block is left")


def _check_unsealed(now: datetime) -> Iterator[Violation]:
    settled, newest = sealing.find_sealer().settled, sealing.find_newest_block()
    if newest is None and not is_sealing():
        return
    late = Journal.objects.filter(leaf=None, posted_at__lt=now - UNSEALED_AGE_MAX).order_by("pk")
    for pk, posted_at in late.values_list("pk", "posted_at")[:VIOLATIONS_PER_RULE_MAX]:
        skipped = "added below what was sealed, " if pk <= settled else ""
        yield Violation(UNSEALED_RULE, f"journal {pk}", f"{skipped}posted {posted_at}")
