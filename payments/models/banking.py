"""Money that comes in from a bank and goes out to one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.models.accounts import ASSET_CHARS_MAX
from payments.models.journals import REFERENCE_CHARS_MAX, Journal
from superapp.core import ids

BANK_REFERENCE_CHARS_MAX = 64
BANK_CODE_CHARS_MAX = 16
ACCOUNT_NUMBER_CHARS_MAX = 34
HOLDER_CHARS_MAX = 100
VIRTUAL_ACCOUNT_CHARS_MAX = 28
QR_CHARS_MAX = 512


class Charge(models.Model):
    """
    An amount expected from outside, once, until it expires; by a code (QRIS) or a virtual account of its own.

    ``reference`` is the opaque name of what is paid for; empty, the money is for the wallet of ``user``. A charge that
    is not open takes no money: what comes all the same goes to the wallet.
    """

    class Method(models.TextChoices):
        QRIS = "qris"
        VIRTUAL_ACCOUNT = "va"

    class State(models.TextChoices):
        OPEN = "open"
        PAID = "paid"
        EXPIRED = "expired"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=4, choices=Method)
    reference = models.CharField(max_length=REFERENCE_CHARS_MAX, default="", blank=True)
    amount = models.BigIntegerField()
    asset = models.CharField(max_length=ASSET_CHARS_MAX)
    # Our number at the bank, and the bank's for its code; the content of the code, once the bank has made it.
    partner_reference = models.CharField(max_length=BANK_REFERENCE_CHARS_MAX, unique=True)
    bank_reference = models.CharField(max_length=BANK_REFERENCE_CHARS_MAX, default="", blank=True)
    qr_content = models.CharField(max_length=QR_CHARS_MAX, default="", blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_charge_of_something"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="payments_charge_expires_later"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | Q(state__in=["paid", "expired"], closed_at__isnull=False),
                name="payments_charge_closed_iff_not_open",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(state="open") & ~Q(reference=""),
                name="payments_charge_one_open_for_each_reference",
            ),
        )
        indexes = (
            models.Index(fields=["expires_at"], condition=Q(state="open"), name="payments_charge_due"),
            models.Index(fields=["user", "-created_at"], name="payments_charge_of_user"),
        )


class VirtualAccount(models.Model):
    """
    A number at the bank under which money is paid to us: one of each person for good, and one of each charge.

    ``number`` is the whole number without the padding of its prefix.
    """

    number = models.CharField(max_length=VIRTUAL_ACCOUNT_CHARS_MAX, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, null=True, related_name="virtual_account")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user"], condition=Q(charge=None), name="payments_virtualaccount_one_for_each_person"
            ),
        )


class IncomingPayment(models.Model):
    """
    Money that came in at the bank, under the bank's reference, each once.

    ``credited`` money is where it was meant for, or in the wallet of the person who paid; ``suspended`` money could not
    be placed and waits in the suspense account for an operator, ``reason`` being the code of the refusal.
    """

    class State(models.TextChoices):
        CREDITED = "credited"
        SUSPENDED = "suspended"

    bank_reference = models.CharField(max_length=BANK_REFERENCE_CHARS_MAX, unique=True)
    # The number that was paid to, or our reference of the code that was paid.
    paid_to = models.CharField(max_length=BANK_REFERENCE_CHARS_MAX)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, null=True, related_name="incoming")
    amount = models.BigIntegerField()
    asset = models.CharField(max_length=ASSET_CHARS_MAX)
    paid_at = models.DateTimeField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=64, default="", blank=True)
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="incoming_payment")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_incomingpayment_of_something"),
            models.CheckConstraint(
                condition=Q(state="credited", user__isnull=False) | Q(state="suspended") & ~Q(reason=""),
                name="payments_incomingpayment_placed_or_not",
            ),
        )
        indexes = (models.Index(fields=["received_at"], name="payments_incoming_received_at"),)


class Withdrawal(models.Model):
    """
    Money on its way from a wallet, or from the balance of a ``merchant``, to an account at a bank.

    It is held there first; ``submitted`` is stored before the bank is asked, so that no crash makes us ask
    twice. Only the bank's word ends it: ``done`` captures the hold, ``failed`` releases it.
    """

    class State(models.TextChoices):
        HELD = "held"
        SUBMITTED = "submitted"
        DONE = "done"
        FAILED = "failed"

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    # Who authorized it: the owner of the wallet, or of the merchant.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Empty for a person's own wallet.
    merchant = models.CharField(max_length=REFERENCE_CHARS_MAX, default="", blank=True)
    bank_code = models.CharField(max_length=BANK_CODE_CHARS_MAX)
    account_number = models.CharField(max_length=ACCOUNT_NUMBER_CHARS_MAX)
    holder = models.CharField(max_length=HOLDER_CHARS_MAX)
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    asset = models.CharField(max_length=ASSET_CHARS_MAX)
    partner_reference = models.CharField(max_length=BANK_REFERENCE_CHARS_MAX, unique=True)
    bank_reference = models.CharField(max_length=BANK_REFERENCE_CHARS_MAX, default="", blank=True)
    hold = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="withdrawal")
    state = models.CharField(max_length=10, choices=State, default=State.HELD)
    reason = models.CharField(max_length=32, default="", blank=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    # When the bank was last asked, and when to ask again.
    asked_at = models.DateTimeField(null=True)
    ask_after = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0, fee__gte=0), name="payments_withdrawal_of_something"),
            models.CheckConstraint(
                condition=Q(state="held", submitted_at=None, closed_at=None)
                | Q(state="submitted", submitted_at__isnull=False, closed_at=None)
                | Q(state="done", submitted_at__isnull=False, closed_at__isnull=False)
                | Q(state="failed", closed_at__isnull=False),
                name="payments_withdrawal_state_known",
            ),
        )
        indexes = (
            models.Index(
                fields=["ask_after"], condition=Q(state__in=["held", "submitted"]), name="payments_withdrawal_due"
            ),
            models.Index(fields=["user", "-created_at"], name="payments_withdrawal_of_user"),
            models.Index(
                fields=["bank_reference"], condition=~Q(bank_reference=""), name="payments_withdrawal_of_bank"
            ),
            models.Index(
                fields=["merchant", "-created_at"], condition=~Q(merchant=""), name="payments_payout_of_merchant"
            ),
        )


class BankMessage(models.Model):
    """
    A request that the bank made to us, as it came, and our answer.

    The bank numbers its requests anew each day; the same number twice on a day is refused.
    """

    service = models.CharField(max_length=2)
    external_id = models.CharField(max_length=36)
    day = models.DateField()
    body = models.TextField()
    answer = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["service", "external_id", "day"], name="payments_bankmessage_once_a_day"),
        )
        indexes = (models.Index(fields=["received_at"], name="payments_bankmessage_received"),)


class BankCursor(models.Model):
    """Until when the bank's history was read; one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    read_until = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="payments_bankcursor_one"),)
