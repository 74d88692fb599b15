"""Blocks that seal the ledger: their keys, their heads, and the leaf of each journal."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from payments.models.journals import Journal

HASH_CHARS = 64
SIGNATURE_CHARS = 128
KEY_CHARS = 43


class LedgerKey(models.Model):
    """
    A public key that signs blocks, in the order in which they were made.

    ``signature`` is that of ``previous`` over the statement of this key; the first signed its own, and so did one that
    replaced a lost key (``is_replacement``), since nobody could sign with that.
    """

    number = models.PositiveIntegerField(primary_key=True)
    key_id = models.CharField(max_length=KEY_CHARS, unique=True)
    public = models.CharField(max_length=KEY_CHARS)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    signature = models.CharField(max_length=SIGNATURE_CHARS)
    since = models.DateTimeField()
    is_replacement = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(number=1, previous=None, is_replacement=False) | Q(number__gt=1, previous__isnull=False),
                name="payments_ledgerkey_signed_by_one_before",
            ),
        )


class Block(models.Model):
    """
    A sealed block: the root of the tree of its leaves, chained to the head of the block before it.

    Numbers have no gap. The header is not stored as text; it follows from these columns.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    previous = models.CharField(max_length=HASH_CHARS, unique=True)
    root = models.CharField(max_length=HASH_CHARS)
    leaves = models.PositiveIntegerField()
    sealed_at = models.DateTimeField(db_index=True)
    key = models.ForeignKey(LedgerKey, on_delete=models.PROTECT, related_name="+", db_index=False)
    head = models.CharField(max_length=HASH_CHARS, unique=True)
    signature = models.CharField(max_length=SIGNATURE_CHARS)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(leaves__gt=0), name="payments_block_of_something"),)


class Leaf(models.Model):
    """
    The place of a journal in its block, and the hash of what it said then.

    Neither is a foreign key in the database: both rows are never deleted, and looking for them would cost more than
    the rest of sealing. The checks of blocks find a leaf without its journal.
    """

    journal = models.OneToOneField(
        Journal, on_delete=models.PROTECT, primary_key=True, db_constraint=False, related_name="leaf"
    )
    block = models.ForeignKey(
        Block, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="leaf_rows"
    )
    index = models.PositiveIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["block", "index"], name="payments_leaf_place_once"),)


class Sealer(models.Model):
    """
    Until where journals are sealed; one row, locked by the process that seals.

    Every journal up to ``settled`` is sealed, and no other will appear there. Up to ``reached`` all that could be seen
    were; ``reached`` becomes ``settled`` once each transaction below ``reached_stamp`` has ended.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    settled = models.BigIntegerField(default=0)
    reached = models.BigIntegerField(default=0)
    reached_stamp = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="payments_sealer_one"),)
