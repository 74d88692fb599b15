"""Models of stock and its moves."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shop.models.catalog import KEY_CHARS_MAX, QUANTITY_MAX
from shop.models.variants import Variant


class Stock(models.Model):
    """
    The stock of a variant: ``on_hand`` pieces, of which ``held`` await payment and ``committed`` are paid.

    It is changed only by conditional updates that are checked by their row count; each adds a ``StockMove`` with the
    new ``version`` as its number.
    """

    variant = models.OneToOneField(Variant, on_delete=models.PROTECT, primary_key=True, related_name="stock")
    on_hand = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    committed = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(on_hand__range=(0, QUANTITY_MAX), held__gte=0, committed__gte=0),
                name="shop_stock_not_below_nothing",
            ),
            models.CheckConstraint(
                condition=Q(on_hand__gte=F("held") + F("committed")), name="shop_stock_never_oversold"
            ),
        )

    @property
    def available(self) -> int:
        return self.on_hand - self.held - self.committed


class StockMove(models.Model):
    """
    One change of a stock's counters, numbered densely. Append-only.

    ``set`` adds ``quantity`` (possibly negative) to ``on_hand``; ``commit`` commits sold pieces; ``release`` returns
    committed pieces to the available stock; ``ship`` removes committed pieces;
    ``hold`` sets pieces aside that await payment, and ``unhold`` returns them to the available stock.
    """

    class Kind(models.TextChoices):
        SET = "set"
        COMMIT = "commit"
        RELEASE = "release"
        SHIP = "ship"
        HOLD = "hold"
        UNHOLD = "unhold"

    pk = models.CompositePrimaryKey("stock_id", "seq")
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="moves", db_index=False)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    quantity = models.BigIntegerField()
    # The cause of the move, such as ``shop.order:<id>``, and the key under which it happens only once.
    reference = models.CharField(max_length=128, default="", blank=True)
    idempotency_key = models.CharField(max_length=KEY_CHARS_MAX)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["stock", "idempotency_key"], name="shop_stockmove_once"),
            models.CheckConstraint(
                condition=Q(kind="set") & ~Q(quantity=0)
                | Q(kind__in=["commit", "release", "ship", "hold", "unhold"], quantity__gt=0),
                name="shop_stockmove_moves_something",
            ),
        )
