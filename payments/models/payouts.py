"""Bank accounts to which merchants have their balances paid out."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from payments.models.banking import ACCOUNT_NUMBER_CHARS_MAX, BANK_CODE_CHARS_MAX, HOLDER_CHARS_MAX
from payments.models.journals import REFERENCE_CHARS_MAX


class PayoutAccount(models.Model):
    """
    A bank account that a merchant chose by PIN, of which the one with the highest ``version`` counts.

    Rows are added and never changed. Payouts on a schedule go there from ``scheduled_from`` on: a day after it took the
    place of another, so that an owner who did not choose it can stop them.
    """

    merchant = models.CharField(max_length=REFERENCE_CHARS_MAX)
    version = models.IntegerField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    bank_code = models.CharField(max_length=BANK_CODE_CHARS_MAX)
    number = models.CharField(max_length=ACCOUNT_NUMBER_CHARS_MAX)
    holder = models.CharField(max_length=HOLDER_CHARS_MAX)
    chosen_at = models.DateTimeField()
    scheduled_from = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["merchant", "version"], name="payments_payoutaccount_version_once"),
            models.CheckConstraint(
                condition=~Q(merchant="") & ~Q(bank_code="") & ~Q(number="") & Q(version__gt=0),
                name="payments_payoutaccount_is_one",
            ),
        )
