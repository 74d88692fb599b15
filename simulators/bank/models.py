"""Tables of the simulated bank: its books, what its client asked for, and what it still has to tell the client."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Manager, Q


class Account(models.Model):
    """
    An account, of this bank or of another one that it pays to. Amounts are in sen.

    ``balance`` is the sum of the account's entries: what the bank owes its holder.
    """

    class Status(models.TextChoices):
        ACTIVE = "active"
        DORMANT = "dormant"

    class Kind(models.TextChoices):
        CLIENT = "client"
        CUSTOMER = "customer"
        VAULT = "vault"

    number = models.CharField(max_length=34, unique=True)
    bank_code = models.CharField(max_length=8)
    name = models.CharField(max_length=140)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)
    balance = models.BigIntegerField(default=0)

    objects: ClassVar[Manager[Account]] = Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0) | Q(kind="vault"), name="account_not_overdrawn"),
        ]


class Journal(models.Model):
    """A posting to the books: one amount from one account to another, as two entries."""

    reference = models.CharField(max_length=32, unique=True)
    partner_reference = models.CharField(max_length=64, blank=True)
    virtual_account = models.CharField(max_length=28, blank=True)
    description = models.CharField(max_length=140)
    posted_at = models.DateTimeField()

    objects: ClassVar[Manager[Journal]] = Manager()


class Entry(models.Model):
    """One side of a posting: a credit to an account if positive, a debit if negative."""

    journal = models.ForeignKey(Journal, models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries")
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField()

    objects: ClassVar[Manager[Entry]] = Manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="entry_of_something")]


class Transfer(models.Model):
    """A transfer that the client ordered, by the client's own reference. Its status is one of SNAP's codes."""

    class Status(models.TextChoices):
        SUCCESS = "00"
        PENDING = "03"
        FAILED = "06"

    partner_reference = models.CharField(max_length=64, unique=True)
    reference = models.CharField(max_length=32, unique=True)
    service = models.CharField(max_length=2)
    beneficiary = models.ForeignKey(Account, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    remark = models.CharField(max_length=140, blank=True)
    status = models.CharField(max_length=2, choices=Status.choices)
    ordered_at = models.DateTimeField()
    # Set where a transfer was accepted to fail later.
    fails_at = models.DateTimeField(null=True)

    objects: ClassVar[Manager[Transfer]] = Manager()


class QrCode(models.Model):
    """A code for one payment, which the client asked for. The payer's account is known once it is paid."""

    partner_reference = models.CharField(max_length=64, unique=True)
    reference = models.CharField(max_length=25, unique=True)
    content = models.CharField(max_length=512)
    amount = models.BigIntegerField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    payment_reference = models.CharField(max_length=32, blank=True)
    payer = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    refunded = models.BigIntegerField(default=0)

    objects: ClassVar[Manager[QrCode]] = Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded__gte=0) & Q(refunded__lte=models.F("amount")), name="qr_refunds_within"
            ),
        ]


class QrRefund(models.Model):
    """A refund of a paid code, or of a part of it, by the client's own number."""

    code = models.ForeignKey(QrCode, models.PROTECT, related_name="refunds")
    partner_refund_no = models.CharField(max_length=64, unique=True)
    refund_no = models.CharField(max_length=32, unique=True)
    amount = models.BigIntegerField()
    refunded_at = models.DateTimeField()

    objects: ClassVar[Manager[QrRefund]] = Manager()


class Notification(models.Model):
    """
    A call to the client that has to arrive: written with the money it is about, and tried until it is answered.

    A refused one stays for a person to look at; the money stays where it is.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        REFUSED = "refused"

    class Kind(models.TextChoices):
        VA_PAYMENT = "va_payment", "Pembayaran VA"
        QR_PAYMENT = "qr_payment", "Pembayaran QR"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    reference = models.CharField(max_length=32)
    body = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    written_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    last_answer = models.CharField(max_length=200, blank=True)

    objects: ClassVar[Manager[Notification]] = Manager()

    class Meta:
        indexes = [models.Index(fields=["state", "next_at", "id"], name="notification_due")]


class AccessToken(models.Model):
    """A token that lets the client in until it expires."""

    token = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    objects: ClassVar[Manager[AccessToken]] = Manager()


class ExternalId(models.Model):
    """A number of a request, which is used once a day."""

    day = models.DateField()
    number = models.CharField(max_length=36)

    objects: ClassVar[Manager[ExternalId]] = Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "number"], name="external_id_once_a_day")]


class Fault(models.Model):
    """A fault that strikes so many times more. What ``value`` means depends on the fault."""

    name = models.CharField(max_length=32, primary_key=True)
    times = models.PositiveIntegerField()
    value = models.CharField(max_length=64, blank=True)

    objects: ClassVar[Manager[Fault]] = Manager()
