"""Fee rules, and the fee that each sale paid by one of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.domain.fees import FeeChannel
from payments.domain.qris import Criteria
from payments.models.journals import Journal
from superapp.core.money import Money

NAME_CHARS_MAX = 32
REASON_CHARS_MAX = 200
ALL = 10_000


class FeeRule(models.Model):
    """
    A fee in basis points for sales of a channel, by criteria and category of the merchant, amount and date.

    Rows are added and never changed; ``queries.find_fee_rule`` says which one counts. Empty ``criteria`` are any. It
    is for amounts above ``amount_above`` sen up to and with ``amount_up_to``. ``name`` is that of the account that the
    fee is credited to. A rule without a primary key was never stored, and leaves no ``AppliedFee``.
    """

    name = models.CharField(max_length=NAME_CHARS_MAX)
    channel = models.CharField(max_length=8, choices=[(one.value, one.value) for one in FeeChannel])
    criteria = models.CharField(max_length=3, default="", blank=True)
    category_from = models.CharField(max_length=4, default="0000")
    category_to = models.CharField(max_length=4, default="9999")
    amount_above = models.BigIntegerField(default=0)
    amount_up_to = models.BigIntegerField(null=True)
    basis_points = models.PositiveIntegerField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=REASON_CHARS_MAX)
    # Null for the built-in rules.
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    added_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(channel__in=[one.value for one in FeeChannel])
                & Q(criteria__in=["", *(one.value for one in Criteria)])
                & ~Q(name="")
                & ~Q(reason=""),
                name="payments_feerule_is_whole",
            ),
            models.CheckConstraint(condition=Q(basis_points__lte=ALL), name="payments_feerule_is_a_part"),
            models.CheckConstraint(
                condition=Q(category_from__lte=F("category_to"), amount_above__gte=0)
                & (Q(amount_up_to=None) | Q(amount_up_to__gt=F("amount_above")))
                & (Q(valid_until=None) | Q(valid_until__gt=F("valid_from"))),
                name="payments_feerule_bounds",
            ),
        )

    def of(self, amount: Money) -> Money:
        """Return the fee on an amount, rounded half up once."""
        return amount.share(self.basis_points)


NO_FEE = FeeRule(name="nothing", basis_points=0)


class AppliedFee(models.Model):
    """The rule by which a journal paid its fee, even if that was nothing; stored in the journal's transaction."""

    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, primary_key=True, related_name="applied_fee")
    rule = models.ForeignKey(FeeRule, on_delete=models.PROTECT, related_name="+", db_index=False)
    gross = models.BigIntegerField()
    fee = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(gross__gt=0, fee__gte=0, fee__lte=F("gross")), name="payments_appliedfee_is_a_part"
            ),
        )
