"""Orders, their lines, shipments, counters and checkout attempts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shop.models.catalog import KEY_CHARS_MAX, Product, Shop
from superapp.core import ids


class Order(models.Model):
    """
    One purchase from one shop, paid before the row exists.

    Names and prices are copied, since shops and prices change. ``version`` counts transitions and is the rev of the
    order's topic; ``purchase_rev`` and ``sale_rev`` are the revs of the buyer's and the shop's lists at the last
    change.
    """

    class State(models.TextChoices):
        PAID = "paid"
        ACCEPTED = "accepted"
        PACKED = "packed"
        SHIPPED = "shipped"
        DELIVERED = "delivered"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    class CancelledBy(models.TextChoices):
        BUYER = "buyer"
        MERCHANT = "merchant"
        EXPIRED = "expired"
        OPERATOR = "operator"

    NOTE_CHARS_MAX = 200

    # The key itself, so that an order and all its rows are written without first asking for a number.
    public_id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    number = models.CharField(max_length=24, unique=True)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="orders", db_index=False)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=State, default=State.PAID)
    cancelled_by = models.CharField(max_length=8, choices=CancelledBy, default="", blank=True)
    version = models.BigIntegerField(default=1)
    shop_name = models.CharField(max_length=Shop.NAME_CHARS_MAX)
    shop_town = models.CharField(max_length=Shop.TOWN_CHARS_MAX)
    items_sen = models.BigIntegerField()
    shipping_sen = models.BigIntegerField(default=0)
    total_sen = models.BigIntegerField()
    # The rule by which we take our fee when it is completed, as it stood at the sale.
    fee_rule = models.CharField(max_length=32)
    # {"name", "phone", "text", "town"}.
    address = models.JSONField()
    note = models.CharField(max_length=NOTE_CHARS_MAX, default="", blank=True)
    # On which the buyer proved the PIN when placing it: it may move this order's money without asking again.
    placing_device = models.ForeignKey(
        "accounts.Device", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    placed_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    purchase_rev = models.BigIntegerField()
    sale_rev = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(items_sen__gt=0, shipping_sen__gte=0, total_sen=F("items_sen") + F("shipping_sen")),
                name="shop_order_total_is_the_sum",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["paid", "accepted", "packed", "shipped", "delivered", "completed"], cancelled_by=""
                )
                | Q(state="cancelled", cancelled_by__in=["buyer", "merchant", "expired", "operator"]),
                name="shop_order_state_known",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="shop_order_version_counts"),
        )
        indexes = (
            models.Index(fields=["buyer", "public_id"], name="shop_order_of_buyer"),
            models.Index(fields=["buyer", "purchase_rev"], name="shop_order_purchase_changed"),
            models.Index(fields=["shop", "public_id"], name="shop_order_of_shop"),
            models.Index(fields=["shop", "sale_rev"], name="shop_order_sale_changed"),
            models.Index(
                fields=["shop", "public_id"],
                condition=~Q(state__in=["completed", "cancelled"]),
                name="shop_order_unfinished",
            ),
        )


class OrderLine(models.Model):
    """So many pieces of one product, as it was called and cost when it was bought."""

    pk = models.CompositePrimaryKey("order_id", "position")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    product_name = models.CharField(max_length=Product.NAME_CHARS_MAX)
    photo = models.CharField(max_length=64, default="", blank=True)
    price_sen = models.BigIntegerField()
    quantity = models.PositiveIntegerField()
    total_sen = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(price_sen__gt=0, quantity__gt=0, total_sen=F("price_sen") * F("quantity")),
                name="shop_orderline_total_is_the_product",
            ),
        )


class Shipment(models.Model):
    """
    The parcel of an order: with whom it travels, under which number, and who said that it arrived.

    The number is no key. What one buyer ordered twice travels in one parcel, and a number that somebody typed wrongly
    may be that of another shop, which must be able to send under it. What the courier says of a number counts for
    whoever named it first, see ``orders_of_parcel``, and for nobody while two shops name it.
    """

    class Source(models.TextChoices):
        COURIER = "courier"
        MERCHANT = "merchant"

    COURIER_CHARS_MAX = 40
    RESI_CHARS_MAX = 40

    order = models.OneToOneField(Order, on_delete=models.PROTECT, primary_key=True, related_name="shipment")
    courier = models.CharField(max_length=COURIER_CHARS_MAX)
    resi = models.CharField(max_length=RESI_CHARS_MAX)
    shipped_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    delivered_source = models.CharField(max_length=8, choices=Source, default="", blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(delivered_at=None, delivered_source="")
                | Q(delivered_at__isnull=False, delivered_source__in=["courier", "merchant"]),
                name="shop_shipment_delivery_has_a_source",
            ),
        )
        indexes = (models.Index(fields=["courier", "resi"], name="shop_shipment_parcel"),)


class OrderCounter(models.Model):
    """
    Number of orders of a buyer or a shop, all and ``unfinished``.

    Counted in the placing transaction: an empty list is complete only if this is 0. ``rev`` counts every change of any
    of the orders, and is the rev of the list's topic, which is named by the ``public_id`` of the person or the shop.
    """

    public_id = models.UUIDField(unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    shop = models.OneToOneField(Shop, on_delete=models.PROTECT, null=True, related_name="counter")
    orders = models.BigIntegerField(default=0)
    unfinished = models.BigIntegerField(default=0)
    rev = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(user=None, shop__isnull=False) | Q(user__isnull=False, shop=None),
                name="shop_ordercounter_of_one",
            ),
            models.CheckConstraint(
                condition=Q(unfinished__gte=0, orders__gte=F("unfinished"), rev__gte=F("orders")),
                name="shop_ordercounter_counts",
            ),
        )


class Attempt(models.Model):
    """The stored result of a checkout under its idempotency key: the order, or the refusal. Never deleted."""

    class Outcome(models.TextChoices):
        PLACED = "placed"
        REFUSED = "refused"

    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    idempotency_key = models.CharField(max_length=KEY_CHARS_MAX)
    content_hash = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8, choices=Outcome)
    # The code and the particulars of a refusal.
    code = models.CharField(max_length=64, default="", blank=True)
    params = models.JSONField(default=dict, blank=True)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, null=True, related_name="attempt")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["buyer", "idempotency_key"], name="shop_attempt_answered_once"),
            models.CheckConstraint(
                condition=Q(outcome="placed", code="", order__isnull=False)
                | Q(outcome="refused", order=None) & ~Q(code=""),
                name="shop_attempt_placed_or_refused",
            ),
        )
