"""Models of variants, of which a product is bought as one, and of their prices."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod

from shop.domain.product_options import OPTIONS_MAX, VALUE_CHARS_MAX, title_of
from shop.models.catalog import PRICE_SEN_MAX, Photo, Product
from superapp.core import ids


class Variant(models.Model):
    """
    One combination of the values of a product's options, as it is bought, with its price, SKU, weight and stock.

    A product without options has one variant without values. A variant is retired and never deleted, since stock,
    moves and orders refer to it; a retired one is not sold, and comes back if its combination is offered again.
    """

    SKU_CHARS_MAX = 40
    TITLE_CHARS_MAX = OPTIONS_MAX * (VALUE_CHARS_MAX + len(", "))
    WEIGHT_GRAMS_MAX = 500_000

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants", db_index=False)
    # The place among the variants of the product, ascending; equal positions are ordered by primary key.
    position = models.PositiveSmallIntegerField(default=0)
    # The value of each option of the product, by the option's position; empty beyond its last option.
    value_1 = models.CharField(max_length=VALUE_CHARS_MAX, default="", blank=True)
    value_2 = models.CharField(max_length=VALUE_CHARS_MAX, default="", blank=True)
    value_3 = models.CharField(max_length=VALUE_CHARS_MAX, default="", blank=True)
    price_sen = models.BigIntegerField()
    sku = models.CharField(max_length=SKU_CHARS_MAX, default="", blank=True)
    # Of one piece; None if the merchant did not say.
    weight_grams = models.PositiveIntegerField(null=True)
    # Of the product's photos; None shows the first of them.
    photo = models.ForeignKey(Photo, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    is_retired = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["product", "value_1", "value_2", "value_3"],
                condition=Q(is_retired=False),
                name="shop_variant_combination_once",
            ),
            models.CheckConstraint(
                condition=(Q(value_2="") | ~Q(value_1="")) & (Q(value_3="") | ~Q(value_2="")),
                name="shop_variant_values_in_order",
            ),
            models.CheckConstraint(
                condition=Q(price_sen__gt=0, price_sen__lte=PRICE_SEN_MAX), name="shop_variant_costs_something"
            ),
            models.CheckConstraint(
                condition=Q(price_sen=F("price_sen") - Mod(F("price_sen"), 100)), name="shop_variant_whole_rupiah"
            ),
            models.CheckConstraint(
                condition=Q(weight_grams=None) | Q(weight_grams__gte=1, weight_grams__lte=500_000),
                name="shop_variant_weighs_something",
            ),
        )
        indexes = (
            models.Index(fields=["product", "position", "id"], name="shop_variant_in_order"),
            # A photo that is removed is looked for here.
            models.Index(fields=["photo"], name="shop_variant_of_photo", condition=Q(photo__isnull=False)),
        )

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.value_1, self.value_2, self.value_3)))

    @property
    def title(self) -> str:
        return title_of(self.values)


class PriceChange(models.Model):
    """A price that a variant had from a moment on, until its next one. Append-only; the newest is the present one."""

    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+", db_index=False)
    price_sen = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(price_sen__gt=0), name="shop_pricechange_costs_something"),)
        indexes = (models.Index(fields=["variant", "id"], name="shop_pricechange_of_variant"),)
