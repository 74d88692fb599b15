"""Writing sealed blocks and their leaves."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from payments.models import Block
from superapp.core import prepared

# The hashes stand one behind the other.
_ON_POSTGRES = """
    INSERT INTO payments_leaf (journal_id, block_id, index, hash)
    SELECT one.journal_id, %s, one.place - 1, substr(%s, (one.place::int - 1) * 32 + 1, 32)
    FROM unnest(%s::bigint[]) WITH ORDINALITY AS one (journal_id, place)"""
_ON_SQLITE = 'INSERT INTO payments_leaf (block_id, journal_id, hash, "index") VALUES (%s, %s, %s, %s)'


def append_block(block: Block, journal_ids: Sequence[int], hashes: Sequence[bytes]) -> None:
    """
    Write a block and its leaves in their order.

    A block that does not follow the newest one, or a journal that has a leaf, is refused by the database.
    """
    block.save(force_insert=True)
    with prepared.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The array as text, which costs a tenth of building it from numbers.
            ids = f"{{{','.join(map(str, journal_ids))}}}"
            cursor.execute(_ON_POSTGRES, [block.number, b"".join(hashes), ids])
        else:
            rows = zip(journal_ids, hashes, strict=True)
            cursor.executemany(
                _ON_SQLITE, [(block.number, journal, hashed, at) for at, (journal, hashed) in enumerate(rows)]
            )
