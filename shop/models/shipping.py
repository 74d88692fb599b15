"""Model of how a shop sends what it sells."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod

from shop.models.catalog import Shop

REGION_CODE_CHARS_MAX = 13
PICKUP_CHARS_MAX = 200
# Ten million rupiah, in sen.
SHIPPING_SEN_MAX = 10_000_000_00


def _is_whole_rupiah(field: str) -> Q:
    return Q(**{field: None}) | Q(**{field: F(field) - Mod(F(field), 100)})


class ShippingSettings(models.Model):
    """
    The terms on which a shop sends; a shop without such a row agrees with each buyer.

    ``services`` are ids of services in the rate table; one that is not there any more is not offered. ``areas`` are
    [code, name, price in sen] and ``bands`` [kilometres, price in sen] of the shop's own courier.
    """

    shop = models.OneToOneField(Shop, on_delete=models.PROTECT, related_name="shipping", primary_key=True)
    # Where parcels leave: code and names of a region, which are copied since datasets change.
    origin_code = models.CharField(max_length=REGION_CODE_CHARS_MAX, default="", blank=True)
    origin_names = models.JSONField(default=list, blank=True)
    origin_latitude = models.FloatField(null=True)
    origin_longitude = models.FloatField(null=True)
    services = models.JSONField(default=list, blank=True)
    flat_sen = models.BigIntegerField(null=True)
    free_from_sen = models.BigIntegerField(null=True)
    # The most that the shop pays of a free shipping; None is all of it.
    free_up_to_sen = models.BigIntegerField(null=True)
    pickup_address = models.CharField(max_length=PICKUP_CHARS_MAX, default="", blank=True)
    areas = models.JSONField(default=list, blank=True)
    bands = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(flat_sen=None) | Q(flat_sen__gte=0, flat_sen__lte=SHIPPING_SEN_MAX),
                name="shop_shipping_flat_in_range",
            ),
            models.CheckConstraint(
                condition=Q(free_from_sen=None) | Q(free_from_sen__gt=0), name="shop_shipping_free_from_something"
            ),
            models.CheckConstraint(
                condition=Q(free_up_to_sen=None) | Q(free_up_to_sen__gt=0, free_from_sen__isnull=False),
                name="shop_shipping_free_up_to_something",
            ),
            models.CheckConstraint(
                condition=_is_whole_rupiah("flat_sen")
                & _is_whole_rupiah("free_from_sen")
                & _is_whole_rupiah("free_up_to_sen"),
                name="shop_shipping_whole_rupiah",
            ),
            models.CheckConstraint(
                condition=Q(origin_latitude=None, origin_longitude=None)
                | Q(origin_latitude__isnull=False, origin_longitude__isnull=False),
                name="shop_shipping_pin_is_whole",
            ),
        )
