"""The bank's word about our account there, and where it differs from the ledger."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.models.banking import BANK_REFERENCE_CHARS_MAX, VIRTUAL_ACCOUNT_CHARS_MAX
from payments.models.journals import Journal

DESCRIPTION_CHARS_MAX = 140
NOTE_CHARS_MAX = 280


class StatementFile(models.Model):
    """
    The bank's statement of a day, as a file that was uploaded or fetched; the newest one of a day counts.

    ``opening`` and ``closing`` are the balances before its first and after its last line, and null without lines.
    """

    sha256 = models.CharField(max_length=64)
    day = models.DateField()
    # None if it was fetched from the bank.
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()
    lines_count = models.IntegerField()
    opening = models.BigIntegerField(null=True)
    closing = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["day", "sha256"], name="payments_statementfile_once"),
            models.CheckConstraint(
                condition=Q(lines_count=0, opening=None, closing=None)
                | Q(lines_count__gt=0, opening__isnull=False, closing__isnull=False),
                name="payments_statementfile_balances_iff_lines",
            ),
        )
        indexes = (models.Index(fields=["day", "-id"], name="payments_statementfile_of_day"),)


class StatementLine(models.Model):
    """One line of a statement, in sen; a positive amount came in."""

    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="lines", db_index=False)
    number = models.IntegerField()
    at = models.DateTimeField()
    reference = models.CharField(max_length=BANK_REFERENCE_CHARS_MAX)
    partner_reference = models.CharField(max_length=BANK_REFERENCE_CHARS_MAX, default="", blank=True)
    description = models.CharField(max_length=DESCRIPTION_CHARS_MAX, default="", blank=True)
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["file", "number"], name="payments_statementline_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="payments_statementline_of_something"),
        )
        indexes = (models.Index(fields=["reference"], name="payments_statementline_ref"),)


class BankMovement(models.Model):
    """A movement of the bank's history, kept as it was read; told later with another amount, it is another row."""

    reference = models.CharField(max_length=BANK_REFERENCE_CHARS_MAX)
    partner_reference = models.CharField(max_length=BANK_REFERENCE_CHARS_MAX, default="", blank=True)
    virtual_account = models.CharField(max_length=VIRTUAL_ACCOUNT_CHARS_MAX, default="", blank=True)
    amount = models.BigIntegerField()
    at = models.DateTimeField()
    remark = models.CharField(max_length=DESCRIPTION_CHARS_MAX, default="", blank=True)
    read_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["reference", "amount"], name="payments_bankmovement_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="payments_bankmovement_of_something"),
        )
        indexes = (models.Index(fields=["at"], name="payments_bankmovement_at"),)


class BankPosting(models.Model):
    """
    A journal by which operators moved the ledger's account of the bank, under the bank's reference.

    Cash that was brought there, or a difference that was corrected. A positive amount came in.
    """

    bank_reference = models.CharField(max_length=BANK_REFERENCE_CHARS_MAX)
    amount = models.BigIntegerField()
    # The time of the movement at the bank.
    at = models.DateTimeField()
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="bank_posting")
    reason = models.CharField(max_length=NOTE_CHARS_MAX)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(amount=0), name="payments_bankposting_of_something"),
            models.CheckConstraint(condition=~Q(maker=F("checker")), name="payments_bankposting_takes_two_persons"),
        )
        indexes = (
            models.Index(fields=["bank_reference"], name="payments_bankposting_ref"),
            models.Index(fields=["at"], name="payments_bankposting_at"),
        )


class ReconciliationBreak(models.Model):
    """
    A movement or balance about which ledger and bank do not agree, until that is cleared or explained.

    ``reference`` is the bank's, or ``balance:`` and the day; one may have a single open break. Amounts are in sen, and
    null where a source says nothing; of a balance, ``ledger_amount`` is what it should be.

    ``cleared`` is one that a journal of two operators made good, or that was no longer found (a line came late): then
    there is no checker, and ``note`` is the evidence. ``explained`` is one that stays, with the reason that two
    operators gave.
    """

    class Kind(models.TextChoices):
        MISSING_IN_LEDGER = "missing_in_ledger"
        MISSING_AT_BANK = "missing_at_bank"
        MISSING_IN_STATEMENT = "missing_in_statement"
        AMOUNT_DIFFERS = "amount_differs"
        DUPLICATE = "duplicate"
        UNKNOWN_LINE = "unknown_line"
        BALANCE_DIFFERS = "balance_differs"

    class State(models.TextChoices):
        OPEN = "open"
        CLEARED = "cleared"
        EXPLAINED = "explained"

    kind = models.CharField(max_length=24, choices=Kind)
    reference = models.CharField(max_length=BANK_REFERENCE_CHARS_MAX)
    day = models.DateField()
    ledger_amount = models.BigIntegerField(null=True)
    history_amount = models.BigIntegerField(null=True)
    statement_amount = models.BigIntegerField(null=True)
    found_at = models.DateTimeField()
    # When a run last found it.
    seen_at = models.DateTimeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=NOTE_CHARS_MAX, default="", blank=True)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, null=True, related_name="cleared_break")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["reference"], condition=Q(state="open"), name="payments_break_one_open_for_each_fact"
            ),
            models.CheckConstraint(
                condition=~Q(maker=F("checker")) | Q(checker=None), name="payments_break_takes_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, maker=None, checker=None, journal=None)
                | Q(state="cleared", closed_at__isnull=False, checker__isnull=False, journal__isnull=False)
                | Q(state="cleared", closed_at__isnull=False, checker=None, journal=None) & ~Q(note="")
                | Q(state="explained", closed_at__isnull=False, checker__isnull=False, journal=None) & ~Q(note=""),
                name="payments_break_state_known",
            ),
        )
        indexes = (
            models.Index(fields=["found_at"], condition=Q(state="open"), name="payments_break_open"),
            models.Index(fields=["day"], name="payments_break_of_day"),
            models.Index(fields=["reference"], name="payments_break_ref"),
        )


class ReconciledDay(models.Model):
    """
    The last comparison of a day: how many movements each source has and their sum in sen, and how many agree.

    ``history_read_at`` is when the bank's history of the whole day was last read. Counts and sums are null for a
    source that was not there.
    """

    day = models.DateField(primary_key=True)
    history_read_at = models.DateTimeField(null=True)
    ran_at = models.DateTimeField(null=True)
    ledger_count = models.IntegerField(null=True)
    ledger_sum = models.BigIntegerField(null=True)
    history_count = models.IntegerField(null=True)
    history_sum = models.BigIntegerField(null=True)
    statement_count = models.IntegerField(null=True)
    statement_sum = models.BigIntegerField(null=True)
    agreed_count = models.IntegerField(null=True)
    # Differences beyond those that are listed as breaks, as when the statement is another account's.
    unlisted_count = models.IntegerField(default=0)


class SuspenseClearing(models.Model):
    """
    The end of a suspended payment: where its money went, by two operators, once.

    ``suspended`` is the journal that put it into suspense, ``journal`` the one that took it out.
    """

    class Way(models.TextChoices):
        # Into the wallet of ``user``, to whom it belongs.
        WALLET = "wallet"
        # Back to the payer, by a transfer that was made at the bank under ``bank_reference``.
        RETURNED = "returned"
        # Cash of the counter that was brought to the bank.
        CASH = "cash"
        # Nobody's for good, or a mistake of the bank's: into our own result.
        ADJUSTMENT = "adjustment"

    suspended = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="suspense_clearing")
    way = models.CharField(max_length=10, choices=Way)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=NOTE_CHARS_MAX)
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="clears_suspense")
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_suspenseclearing_of_something"),
            models.CheckConstraint(condition=~Q(maker=F("checker")), name="payments_suspenseclearing_two_persons"),
            models.CheckConstraint(
                condition=Q(way="wallet", user__isnull=False)
                | Q(way__in=["returned", "cash", "adjustment"], user__isnull=True),
                name="payments_suspenseclearing_way_known",
            ),
            models.CheckConstraint(
                condition=Q(user=None) | ~Q(user=F("maker")) & ~Q(user=F("checker")),
                name="payments_suspenseclearing_not_for_oneself",
            ),
        )


class FloatCheck(models.Model):
    """
    A day's comparison of what we owe people with what lies at the bank, in sen.

    ``bank_balance`` is null if the bank did not say. ``in_transit`` was sent out and not confirmed yet, ``cash`` lies
    at the counter.
    """

    day = models.DateField(primary_key=True)
    as_of = models.DateTimeField()
    owed = models.BigIntegerField()
    in_transit = models.BigIntegerField()
    cash = models.BigIntegerField()
    ledger_balance = models.BigIntegerField()
    bank_balance = models.BigIntegerField(null=True)

    @property
    def shortfall(self) -> int | None:
        """Return how much is missing to cover what we owe; negative if there is more, None if the bank did not say."""
        if self.bank_balance is None:
            return None
        return self.owed - self.in_transit - self.cash - self.bank_balance
