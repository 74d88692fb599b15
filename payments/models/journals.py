"""Journals, their transfers and postings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.models.accounts import ASSET_CHARS_MAX, TOTAL_MAX, Account
from payments.models.constraints import TriggeredCheck

REFERENCE_CHARS_MAX = 128


# The kind of journal of which a reference may have only one.
ESCROW_PAID = "escrow_paid"


class Journal(models.Model):
    """
    Transfers that were posted together.

    ``reference`` is the opaque name of what was paid for (``shop.order:5``). ``memo_hash`` is the salted hash of the
    memo, which is stored apart so that it can be erased.
    """

    public_id = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(max_length=32)
    reference = models.CharField(max_length=REFERENCE_CHARS_MAX, default="", blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    memo_hash = models.CharField(max_length=64, default="", blank=True)
    # The time of the real-world event, and the time of posting.
    event_at = models.DateTimeField()
    posted_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(kind="escrow_paid") & ~Q(reference=""),
                name="payments_journal_escrow_paid_once",
            ),
        )
        indexes = (
            models.Index(fields=["reference", "id"], condition=~Q(reference=""), name="payments_journal_reference"),
            models.Index(fields=["reverses"], condition=Q(reverses__isnull=False), name="payments_journal_reverses"),
            models.Index(fields=["posted_at"], name="payments_journal_posted_at"),
        )


class Memo(models.Model):
    """
    The memo of a journal.

    The journal itself holds only the salted hash, so that the text can be erased.
    """

    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, primary_key=True, related_name="memo")
    salt = models.CharField(max_length=32)
    text = models.CharField(max_length=140)


class Transfer(models.Model):
    """
    A transfer between two accounts, or a hold for one.

    A ``capture`` moves all or part of a ``hold`` and releases the rest; a ``void`` releases all. Either names the hold
    as ``pending``; a hold is resolved only once.
    """

    class Phase(models.TextChoices):
        POSTED = "posted"
        HOLD = "hold"
        CAPTURE = "capture"
        VOID = "void"

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="transfers", db_index=False)
    line = models.SmallIntegerField()
    asset = models.CharField(max_length=ASSET_CHARS_MAX)
    # Bound to (id, asset) of the account by composite foreign keys on PostgreSQL and by a trigger on SQLite.
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    amount = models.BigIntegerField()
    phase = models.CharField(max_length=8, choices=Phase)
    pending = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["journal", "line"], name="payments_transfer_line_once"),
            models.UniqueConstraint(
                fields=["pending"], condition=Q(pending__isnull=False), name="payments_transfer_resolves_once"
            ),
            TriggeredCheck(condition=~Q(debit=F("credit")), name="payments_transfer_not_to_itself"),
            TriggeredCheck(
                condition=Q(amount__gt=0, amount__lte=TOTAL_MAX) & ~Q(phase="void") | Q(amount=0, phase="void"),
                name="payments_transfer_moves_something",
            ),
            TriggeredCheck(
                condition=Q(phase__in=["posted", "hold"], pending=None)
                | Q(phase__in=["capture", "void"], pending__isnull=False),
                name="payments_transfer_pending_iff_resolving",
            ),
            TriggeredCheck(condition=Q(expires_at=None) | Q(phase="hold"), name="payments_transfer_only_holds_expire"),
        )


class Posting(models.Model):
    """
    One account's side of a transfer: a statement line with a gapless number and the balance after it.

    ``rev`` is the account's version at that line. A hold changes only the held amount.
    """

    pk = models.CompositePrimaryKey("account_id", "seq")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings", db_index=False)
    seq = models.BigIntegerField()
    rev = models.BigIntegerField()
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="postings", db_index=False)
    delta = models.BigIntegerField()
    held_delta = models.BigIntegerField()
    balance_after = models.BigIntegerField()
    held_after = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["transfer", "account"], name="payments_posting_side_once"),
            TriggeredCheck(condition=Q(seq__gt=0, rev__gte=F("seq")), name="payments_posting_numbered"),
            TriggeredCheck(condition=~Q(delta=0) | ~Q(held_delta=0), name="payments_posting_changes_something"),
            TriggeredCheck(condition=Q(held_after__gte=0), name="payments_posting_held_not_negative"),
        )
