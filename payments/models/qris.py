"""Codes for payment (QRIS): the accounts of merchants, codes for one amount, and what was paid by them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.domain import qris
from payments.models.journals import REFERENCE_CHARS_MAX, Journal
from superapp.core import ids

PAN_CHARS_MAX = 19
NMID_CHARS = 15
NOTE_CHARS_MAX = 60
CRITERIA_CHARS = 3


class QrisAccount(models.Model):
    """
    A merchant's account in the national scheme, from which all of its codes are written.

    It never changes, since printed codes bear its content. ``merchant`` is the opaque reference of its ledger account.
    """

    merchant = models.CharField(max_length=REFERENCE_CHARS_MAX, unique=True)
    # Its first digits are the number of the acquirer.
    pan = models.CharField(max_length=PAN_CHARS_MAX, unique=True)
    nmid = models.CharField(max_length=NMID_CHARS, unique=True)
    name = models.CharField(max_length=qris.NAME_CHARS_MAX)
    city = models.CharField(max_length=qris.CITY_CHARS_MAX)
    postal_code = models.CharField(max_length=qris.POSTAL_CODE_CHARS_MAX)
    category = models.CharField(max_length=4)
    criteria = models.CharField(max_length=CRITERIA_CHARS, choices=[(one.value, one.value) for one in qris.Criteria])
    opened_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(merchant="") & ~Q(pan="") & ~Q(nmid="") & ~Q(name="") & ~Q(city="") & ~Q(postal_code=""),
                name="payments_qrisaccount_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(criteria__in=[one.value for one in qris.Criteria]),
                name="payments_qrisaccount_criteria_known",
            ),
        )


class QrisBill(models.Model):
    """
    A dynamic code: an amount that a merchant asks for, to be paid once before it expires.

    It never changes; it is paid if a payment names it. ``reference`` stands in the code.
    """

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    account = models.ForeignKey(QrisAccount, on_delete=models.PROTECT, related_name="bills")
    reference = models.CharField(max_length=qris.REFERENCE_CHARS_MAX, unique=True)
    amount = models.BigIntegerField()
    note = models.CharField(max_length=NOTE_CHARS_MAX, default="", blank=True)
    idempotency_key = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "idempotency_key"], name="payments_qrisbill_made_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_qrisbill_of_something"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="payments_qrisbill_lasts"),
        )


class QrisPayment(models.Model):
    """
    A payment by code; its money is in its journal.

    ``amount`` is what the payer paid with the tip in it, and ``fee`` what the platform kept of it. A bill is paid once.
    """

    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, primary_key=True, related_name="+")
    account = models.ForeignKey(QrisAccount, on_delete=models.PROTECT, related_name="payments", db_index=False)
    bill = models.OneToOneField(QrisBill, on_delete=models.PROTECT, null=True, related_name="payment")
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()
    tip = models.BigIntegerField(default=0)
    fee = models.BigIntegerField(default=0)
    # The label in the code, such as that of a table.
    terminal = models.CharField(max_length=qris.REFERENCE_CHARS_MAX, default="", blank=True)
    paid_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(tip__gte=0, fee__gte=0, amount__gt=F("tip")) & Q(amount__gte=F("fee")),
                name="payments_qrispayment_adds_up",
            ),
        )
        indexes = (models.Index(fields=["account", "-journal"], name="payments_qrispayment_newest"),)
