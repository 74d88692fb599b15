"""Queries of sealed blocks, and of journals that are not sealed yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from payments.domain.sealed_records import (
    BlockHeader,
    KeyStatement,
    LeafRecord,
    TransferRecord,
    format_moment,
    hash_actor,
)
from payments.models import Account, Block, Journal, Leaf, LedgerKey, Sealer, Transfer
from superapp.core.compiled_queries import CompiledQuery

BLOCKS_PER_PAGE = 500


class MomentText(models.Func):
    """A moment as ``format_moment`` writes it; reading it as text costs a fifth."""

    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **options: Any) -> Any:
        template = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        return self.as_sql(compiler, connection, template=template, **options)

    def as_sqlite(self, compiler: Any, connection: Any, **options: Any) -> Any:
        # Stored in UTC, with a fraction only where there is one.
        template = "substr(replace(%(expressions)s, ' ', 'T') || '.000000', 1, 26) || 'Z'"
        return self.as_sql(compiler, connection, template=template, **options)


class IdText(models.Func):
    """A UUID as text, without the object in between."""

    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **options: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s::text", **options)

    def as_sqlite(self, compiler: Any, connection: Any, **options: Any) -> Any:
        text, values = compiler.compile(self.source_expressions[0])
        places = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        return " || '-' || ".join(f"substr({text}, {start}, {length})" for start, length in places), values * 5


# What a journal's record is made of, in the order of ``_to_records``.
_JOURNAL_FIELDS = (
    "pk", IdText("public_id"), "kind", "reference", IdText("actor__public_id"), IdText("reverses__public_id"),
    "memo_hash", MomentText("event_at"), MomentText("posted_at"),
)  # fmt: skip
_TRANSFER_FIELDS = (
    "journal_id", "line", "phase", "debit_id", "credit_id", "amount", "asset", "pending_id", MomentText("expires_at"),
)  # fmt: skip


def find_newest_journal_id() -> int:
    newest = _NEWEST_JOURNAL.fetch()
    return newest[0].pk if newest else 0


_NEWEST_JOURNAL = CompiledQuery(lambda: Journal.objects.only("pk").order_by("-pk")[:1])


def find_sealer() -> Sealer:
    """Return the sealer's row without locking it; of a ledger that was never sealed, one that is not stored."""
    return Sealer.objects.first() or Sealer()


def lock_sealer() -> Sealer | None:
    """Lock and return the sealer's row, or None while another process has it."""
    locked = _SEALER.fetch()
    if not locked:
        Sealer.objects.bulk_create([Sealer()], ignore_conflicts=True)
        locked = _SEALER.fetch()
    return locked[0] if locked else None


_SEALER = CompiledQuery(lambda: Sealer.objects.select_for_update(skip_locked=True))


def read_unsealed(*, after: int, limit: int, accounts: dict[int, str]) -> dict[int, LeafRecord]:
    """
    Return the records of journals without a leaf above an id, by id and in that order.

    ``accounts`` as in ``read_records``.
    """
    return _to_records(_UNSEALED.fetch(after, limit=limit), accounts=accounts)


def _unsealed(after: int, *, limit: int) -> models.QuerySet[Journal, tuple[Any, ...]]:
    # Leaves below are left out, so that the database does not go through all that there are.
    leaves = Leaf.objects.filter(journal_id=models.OuterRef("pk"), journal_id__gt=after)
    journals = Journal.objects.filter(~models.Exists(leaves), pk__gt=after).order_by("pk")
    return journals.values_list(*_JOURNAL_FIELDS)[:limit]


_UNSEALED = CompiledQuery(_unsealed)


def read_records(journal_ids: Sequence[int]) -> dict[int, LeafRecord]:
    """Return the record of each of these journals that exists, as it stands in the tables now, by id."""
    wanted = set(journal_ids)
    rows = Journal.objects.filter(_among("pk", wanted)).values_list(*_JOURNAL_FIELDS)
    return _to_records([row for row in rows if row[0] in wanted], accounts={})


def _to_records(journals: Iterable[tuple[Any, ...]], *, accounts: dict[int, str]) -> dict[int, LeafRecord]:
    """
    Return records of rows of ``_JOURNAL_FIELDS`` with their transfers, by id.

    ``accounts`` are public ids by number that are known already; those that are read are added.
    """
    records = {
        pk: LeafRecord(
            journal=journal,
            kind=kind,
            reference=reference,
            actor=hash_actor(journal, actor) if actor else "",
            reverses=reverses or "",
            memo_hash=memo_hash,
            event_at=event_at,
            posted_at=posted_at,
            transfers=[],
        )
        for pk, journal, kind, reference, actor, reverses, memo_hash, event_at, posted_at in journals
    }
    _read_transfers(records, accounts=accounts)
    return records


def _read_transfers(records: dict[int, LeafRecord], *, accounts: dict[int, str]) -> None:
    among = Transfer.objects.filter(_among("journal_id", records.keys())).order_by("journal_id", "line")
    rows = [row for row in among.values_list(*_TRANSFER_FIELDS) if row[0] in records]
    # Looked up apart: joined, they cost more than the rest of the reading, and most transfers resolve no hold.
    _read_accounts({one for row in rows for one in row[3:5]}, accounts)
    holds = _read_holds({row[7] for row in rows if row[7]})
    for journal, line, phase, debit, credit, amount, asset, pending, expires_at in rows:
        records[journal].transfers.append(
            TransferRecord(
                line=line,
                phase=phase,
                # What is deleted while the guards are off is left empty, so that the leaf differs.
                debit=accounts.get(debit, ""),
                credit=accounts.get(credit, ""),
                amount=str(amount),
                asset=asset,
                pending=holds.get(pending, ""),
                expires_at=expires_at or "",
            )
        )


def _read_accounts(wanted: set[int], known: dict[int, str]) -> None:
    """Add the public ids of accounts that are not known yet."""
    missing = wanted - known.keys()
    if missing:
        known.update(Account.objects.filter(_among("pk", missing)).values_list("pk", IdText("public_id")))


def _read_holds(wanted: set[int]) -> dict[int, str]:
    """Return journal and line of holds, as a leaf names them."""
    if not wanted:
        return {}
    rows = Transfer.objects.filter(_among("pk", wanted)).values_list("pk", IdText("journal__public_id"), "line")
    return {pk: f"{journal}:{line}" for pk, journal, line in rows}


def _among(column: str, ids: Collection[int]) -> models.Q:
    """Return a filter that lets all these ids through; where they lie close together also others between them."""
    if ids and max(ids) - min(ids) < 2 * len(ids):
        return models.Q(**{f"{column}__gte": min(ids), f"{column}__lte": max(ids)})
    return models.Q(**{f"{column}__in": ids})


def find_newest_block() -> Block | None:
    newest = _NEWEST_BLOCK.fetch()
    return newest[0] if newest else None


_NEWEST_BLOCK = CompiledQuery(lambda: Block.objects.select_related("key").order_by("-number")[:1])


def find_block(number: int) -> Block | None:
    return Block.objects.select_related("key").filter(number=number).first()


def find_block_before(number: int) -> Block | None:
    return Block.objects.select_related("key").filter(number__lt=number).order_by("-number").first()


def find_first_number_since(moment: datetime) -> int | None:
    """Return the number of the first block that was sealed at or after a moment, or None."""
    return Block.objects.filter(sealed_at__gte=moment).order_by("number").values_list("number", flat=True).first()


def find_first_number_of(key: LedgerKey) -> int | None:
    """Return the number of the first block that a key signed, or None."""
    return Block.objects.filter(key=key).order_by("number").values_list("number", flat=True).first()


def iterate_blocks(*, first: int = 1) -> Iterator[Block]:
    """Yield the blocks from a number on, in their order, a page at a time."""
    while True:
        page = list(Block.objects.select_related("key").filter(number__gte=first).order_by("number")[:BLOCKS_PER_PAGE])
        yield from page
        if len(page) < BLOCKS_PER_PAGE:
            return
        first = page[-1].number + 1


def list_leaves(block: int) -> list[tuple[int, int, bytes]]:
    """Return index, journal id and hash of the leaves of a block, in the order of the tree."""
    rows = Leaf.objects.filter(block_id=block).order_by("index").values_list("index", "journal_id", "hash")
    return [(index, journal_id, bytes(hashed)) for index, journal_id, hashed in rows]


def find_leaf_beyond(block: int) -> int | None:
    """Return the number of a block after this one of which there are leaves, or None."""
    return Leaf.objects.filter(block_id__gt=block).order_by("block_id").values_list("block_id", flat=True).first()


def find_leaf(journal_id: int) -> Leaf | None:
    """Return the leaf of a journal with its block and that one's key, or None while it is not sealed."""
    return Leaf.objects.select_related("block__key").filter(journal_id=journal_id).first()


def list_keys() -> list[LedgerKey]:
    """Return all keys that ever signed, or may sign, in their order."""
    return list(LedgerKey.objects.select_related("previous").order_by("number"))


def find_newest_key_number() -> int:
    """Return the number of the newest key, 0 before the first."""
    return LedgerKey.objects.order_by("-number").values_list("number", flat=True).first() or 0


def to_header(block: Block) -> BlockHeader:
    """Return a block's header, of which its text is made."""
    return BlockHeader(
        block=block.number,
        previous=block.previous,
        root=block.root,
        leaves=block.leaves,
        sealed_at=format_moment(block.sealed_at),
        key=block.key.key_id,
    )


def to_statement(key: LedgerKey) -> KeyStatement:
    """Return a key's statement, of which its text is made."""
    before = key.previous.key_id if key.previous else key.key_id
    return KeyStatement(
        key=key.key_id,
        public=key.public,
        previous=key.key_id if key.is_replacement else before,
        since=format_moment(key.since),
        replaces=before if key.is_replacement else "",
    )
