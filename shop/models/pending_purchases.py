"""Model of purchases that wait for money from a bank."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shop.domain.product_options import name_with_variant
from shop.models.catalog import KEY_CHARS_MAX, Product
from shop.models.orders import Order
from shop.models.variants import Variant


class PendingPurchase(models.Model):
    """
    A purchase that is paid from outside, by a code or a virtual account: its pieces are held until it expires.

    ``public_id`` is the id that its order will have. When the money is in escrow, the order is placed; if the time is
    over before, the pieces return to the available stock, and money that comes later goes to the buyer's wallet.
    Names, SKU and price are copied, so what was agreed is what is ordered.
    """

    class State(models.TextChoices):
        OPEN = "open"
        PLACED = "placed"
        EXPIRED = "expired"

    public_id = models.UUIDField(primary_key=True, editable=False)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+", db_index=False)
    product_name = models.CharField(max_length=Product.NAME_CHARS_MAX)
    variant_title = models.CharField(max_length=Variant.TITLE_CHARS_MAX, default="", blank=True)
    sku = models.CharField(max_length=Variant.SKU_CHARS_MAX, default="", blank=True)
    price_sen = models.BigIntegerField()
    quantity = models.PositiveIntegerField()
    total_sen = models.BigIntegerField()
    # {"name", "phone", "text", "town"}.
    address = models.JSONField()
    note = models.CharField(max_length=Order.NOTE_CHARS_MAX, default="", blank=True)
    idempotency_key = models.CharField(max_length=KEY_CHARS_MAX)
    content_hash = models.CharField(max_length=64)
    # The device on which it was begun; it becomes the placing device of the order.
    device = models.ForeignKey("accounts.Device", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["buyer", "idempotency_key"], name="shop_pendingpurchase_once"),
            models.UniqueConstraint(
                fields=["buyer", "variant"], condition=Q(state="open"), name="shop_pendingpurchase_one_open"
            ),
            models.CheckConstraint(
                condition=Q(price_sen__gt=0, quantity__gt=0, total_sen=F("price_sen") * F("quantity")),
                name="shop_pendingpurchase_total_is_the_product",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="shop_pendingpurchase_expires_later"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | Q(state__in=["placed", "expired"], closed_at__isnull=False),
                name="shop_pendingpurchase_closed_iff_not_open",
            ),
        )
        indexes = (models.Index(fields=["expires_at"], condition=Q(state="open"), name="shop_pendingpurchase_due"),)

    @property
    def full_name(self) -> str:
        return name_with_variant(self.product_name, self.variant_title)
