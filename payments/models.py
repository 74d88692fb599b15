"""What the ledger stores: accounts, the journals that move money between them, and what was answered to whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.rules import Rule
from superapp.core import ids
from superapp.core.nightly import Night

ASSET_CHARS_MAX = 8
CODE_CHARS_MAX = 160
REFERENCE_CHARS_MAX = 128
KEY_CHARS_MAX = 128
SCOPE_CHARS_MAX = 128
REFUNDS_MAX = 50
# The kind of journal that may be there once for a reference.
ESCROW_PAID = "escrow_paid"
# SQLite turns an overflowing integer into a float; a total stops short of that.
TOTAL_MAX = 9 * 10**18


class Account(models.Model):
    """
    A place where money of one asset is.

    Its balance is ``credits - debits``, of which ``held`` is set aside. Totals only grow, and only by postings:
    ``last_seq`` is the newest. ``version`` counts every change and is the rev of a wallet's topic. Credits to a
    ``queued_credit`` account wait in the inbox until they are rolled up, so that a thousand payers need not queue for
    one row. ``lock_rank`` is its place in the one order of locks.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        FROZEN = "frozen"
        CLOSED = "closed"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    code = models.CharField(max_length=CODE_CHARS_MAX, unique=True)
    asset = models.CharField(max_length=ASSET_CHARS_MAX)
    kind = models.CharField(max_length=16)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    lock_rank = models.SmallIntegerField()
    queued_credit = models.BooleanField()
    # The least that may be available, and the most that may lie here; null for no bound.
    floor = models.BigIntegerField(null=True)
    ceiling = models.BigIntegerField(null=True)
    credits = models.BigIntegerField(default=0)
    debits = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)
    last_seq = models.BigIntegerField(default=0)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = (
            # What the composite foreign keys of a transfer point at.
            models.UniqueConstraint(fields=["id", "asset"], name="payments_account_id_asset"),
            Rule(
                condition=Q(credits__range=(0, TOTAL_MAX), debits__range=(0, TOTAL_MAX), held__range=(0, TOTAL_MAX)),
                name="payments_account_totals_in_range",
            ),
            # The last defence of what lies here, a CHECK everywhere. It is true of an account that has no bound.
            models.CheckConstraint(
                condition=Q(floor__lte=F("credits") - F("debits") - F("held")), name="payments_account_floor"
            ),
            models.CheckConstraint(
                condition=Q(ceiling__gte=F("credits") - F("debits")), name="payments_account_ceiling"
            ),
            Rule(condition=Q(queued_credit=False) | Q(ceiling=None), name="payments_account_queued_has_no_ceiling"),
            Rule(condition=Q(last_seq__gte=0, version__gte=F("last_seq")), name="payments_account_version_counts_all"),
            Rule(condition=Q(status__in=["open", "frozen", "closed"]), name="payments_account_status_known"),
        )

    @property
    def balance(self) -> int:
        return self.credits - self.debits

    @property
    def available(self) -> int:
        return self.credits - self.debits - self.held


class Journal(models.Model):
    """
    Transfers that became true together.

    ``reference`` is the opaque name that a customer of ours knows it by (``shop.order:5``). ``memo_hash`` seals the
    words of the people, which are kept apart so that they can be erased.
    """

    public_id = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(max_length=32)
    reference = models.CharField(max_length=REFERENCE_CHARS_MAX, default="", blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    memo_hash = models.CharField(max_length=64, default="", blank=True)
    # When it happened in the world, and when it was posted here.
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
    """The words that somebody gave a journal; the journal holds only their salted hash, so they can be erased."""

    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, primary_key=True, related_name="memo")
    salt = models.CharField(max_length=32)
    text = models.CharField(max_length=140)


class Transfer(models.Model):
    """
    Money that goes from one account to another, or is set aside for that: zero-sum by construction.

    A ``capture`` moves what a ``hold`` has set aside, or part of it, and releases the rest; a ``void`` releases all.
    Either names the hold as ``pending``, and only one of them ever can.
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
            Rule(condition=~Q(debit=F("credit")), name="payments_transfer_not_to_itself"),
            Rule(
                condition=Q(amount__gt=0, amount__lte=TOTAL_MAX) & ~Q(phase="void") | Q(amount=0, phase="void"),
                name="payments_transfer_moves_something",
            ),
            Rule(
                condition=Q(phase__in=["posted", "hold"], pending=None)
                | Q(phase__in=["capture", "void"], pending__isnull=False),
                name="payments_transfer_pending_iff_resolving",
            ),
            Rule(condition=Q(expires_at=None) | Q(phase="hold"), name="payments_transfer_only_holds_expire"),
        )


class Posting(models.Model):
    """
    One account's side of a transfer: a line of its statement, numbered without a gap, with what lay there afterwards.

    ``rev`` is the account's version at that line. A hold changes ``held`` alone.
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
            Rule(condition=Q(seq__gt=0, rev__gte=F("seq")), name="payments_posting_numbered"),
            Rule(condition=~Q(delta=0) | ~Q(held_delta=0), name="payments_posting_changes_something"),
            Rule(condition=Q(held_after__gte=0), name="payments_posting_held_not_negative"),
        )


class Request(models.Model):
    """
    What was answered under an idempotency key, for ever: posted, or refused with a code.

    ``content_hash`` is of what the client sent, so that a retry can be told from another wish under the same key. A
    refusal is as final as a posting: a late retry never surprises anyone.
    """

    class Outcome(models.TextChoices):
        POSTED = "posted"
        REFUSED = "refused"

    scope = models.CharField(max_length=SCOPE_CHARS_MAX)
    key = models.CharField(max_length=KEY_CHARS_MAX)
    content_hash = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8, choices=Outcome)
    code = models.CharField(max_length=64, default="", blank=True)
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, null=True, related_name="request")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["scope", "key"], name="payments_request_answered_once"),
            Rule(
                condition=Q(outcome="posted", journal__isnull=False, code="")
                | Q(outcome="refused", journal=None) & ~Q(code=""),
                name="payments_request_posted_or_refused",
            ),
        )


class Inbox(models.Model):
    """
    Credits of hot receivers that are not in a statement yet. The roller turns each into a posting and only then
    removes it.
    """

    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, primary_key=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(amount__gt=0), name="payments_inbox_moves_something"),)
        indexes = (models.Index(fields=["account", "transfer"], name="payments_inbox_of_account"),)


class OpenHold(models.Model):
    """A hold that nobody has captured or voided yet: what is set aside, and until when."""

    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, primary_key=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(amount__gt=0), name="payments_openhold_holds_something"),)
        indexes = (models.Index(fields=["expires_at"], name="payments_openhold_expiry"),)


class Refundable(models.Model):
    """How much of a journal may be, and was, paid back. A counter, so that racing refunds cannot exceed the cap."""

    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, primary_key=True, related_name="refundable")
    cap = models.BigIntegerField()
    refunded = models.BigIntegerField(default=0)
    refunds = models.SmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(cap__gt=0, refunded__gte=0, refunded__lte=F("cap")), name="payments_refundable_capped"
            ),
            models.CheckConstraint(condition=Q(refunds__range=(0, REFUNDS_MAX)), name="payments_refundable_few"),
        )


class Tier(models.Model):
    """How well a person is known, which bounds what may lie in their wallet. Without a row: ``basic``."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+")
    name = models.CharField(max_length=16)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()


class TopUp(models.Model):
    """
    Money that came in at the counter: one operator asks for it, another one lets it happen.

    Neither may be the one whose wallet it is.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        APPROVED = "approved"
        REJECTED = "rejected"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    asset = models.CharField(max_length=ASSET_CHARS_MAX)
    reason = models.CharField(max_length=140)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_topup_of_something"),
            models.CheckConstraint(
                condition=~Q(maker=F("checker")) | Q(checker=None), name="payments_topup_takes_two_persons"
            ),
            models.CheckConstraint(
                condition=~Q(maker=F("user")) & (~Q(checker=F("user")) | Q(checker=None)),
                name="payments_topup_not_for_oneself",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", checker=None, journal=None)
                | Q(state="approved", checker__isnull=False, journal__isnull=False)
                | Q(state="rejected", checker__isnull=False, journal=None),
                name="payments_topup_posted_iff_approved",
            ),
        )


class Pin(models.Model):
    """
    The six digits that let money go out. Stored hashed; wrong tries are counted beside it (``PinTries``).

    A locked or forgotten PIN is replaced a day after a fresh code asked for it, on
    ``reset_device`` alone, which asked. A first one from a device that is not trusted waits the same day: meanwhile the
    row has none.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+")
    # Empty while one was only asked for.
    pin_hash = models.CharField(max_length=128, default="", blank=True)
    set_at = models.DateTimeField(null=True)
    reset_asked_at = models.DateTimeField(null=True)
    reset_device = models.ForeignKey("accounts.Device", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(pin_hash="", set_at=None) | ~Q(pin_hash="") & Q(set_at__isnull=False),
                name="payments_pin_set_at_a_time",
            ),
        )


class PinTries(models.Model):
    """
    What one device tried of its person's PIN since that was set; a row without a device is what came from none.

    ``wrong`` tries lock, and are forgotten with the right one, which leaves ``proved_at``. Of ``untold`` ones the owner
    is told on their other devices, until they say that it was themselves.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.ForeignKey("accounts.Device", on_delete=models.PROTECT, null=True, related_name="+")
    wrong = models.PositiveSmallIntegerField(default=0)
    untold = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "device"], name="payments_pintries_of_device_once"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(device=None), name="payments_pintries_of_no_device_once"
            ),
        )


class NightlyProof(Night):
    """A night's proof of the ledger."""
