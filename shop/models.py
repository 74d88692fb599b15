"""What selling stores: shops and their goods, stock and its moves, orders and everything that ever happened to them."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod

from superapp.core import ids

KEY_CHARS_MAX = 128
QUANTITY_MAX = 1_000_000
# A billion rupiah a piece: sums of an order stay far below what 64 bits hold.
PRICE_SEN_MAX = 1_000_000_000_00
ORDER_QUANTITY_MAX = 1_000


class Shop(models.Model):
    """
    A storefront at a public address, ``/toko/<handle>/``.

    ``is_open`` is the merchant's own switch: closed, everything is shown and nothing is sold. ``rev`` counts changes.
    """

    NAME_CHARS_MAX = 60
    TOWN_CHARS_MAX = 60
    ABOUT_CHARS_MAX = 1_000
    HANDLE_CHARS_MAX = 30

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    handle = models.CharField(
        max_length=HANDLE_CHARS_MAX, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")]
    )
    name = models.CharField(max_length=NAME_CHARS_MAX)
    town = models.CharField(max_length=TOWN_CHARS_MAX)
    about = models.CharField(max_length=ABOUT_CHARS_MAX, default="", blank=True)
    # The name of the picture in the storage; empty for none.
    logo = models.CharField(max_length=64, default="", blank=True)
    # {"mon": [["08:00", "17:00"]], …} by the shop's own clock; a day that is missing is closed, {} says nothing.
    opening_hours = models.JSONField(default=dict, blank=True)
    time_zone = models.CharField(max_length=40, default="Asia/Jakarta")
    is_open = models.BooleanField(default=True)
    rev = models.PositiveBigIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["owner"], name="shop_shop_one_per_owner"),
            models.CheckConstraint(condition=~Q(handle="") & ~Q(name="") & ~Q(town=""), name="shop_shop_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """
    Something a shop sells. Its ``slug`` is given once and kept, since others have linked to it; ``version`` counts
    changes. What was listed once is hidden, not deleted.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        LISTED = "listed"
        HIDDEN = "hidden"

    NAME_CHARS_MAX = 120
    SLUG_CHARS_MAX = 80
    DESCRIPTION_CHARS_MAX = 5_000

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="products", db_index=False)
    slug = models.SlugField(max_length=SLUG_CHARS_MAX, db_index=False)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    description = models.CharField(max_length=DESCRIPTION_CHARS_MAX, default="", blank=True)
    price_sen = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    # Within the shop, from the front to the back; equal ones stand by age.
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveBigIntegerField(default=1)
    # Under which key it was added, and the hash of what was sent.
    idempotency_key = models.CharField(max_length=KEY_CHARS_MAX)
    content_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["shop", "idempotency_key"], name="shop_product_added_once"),
            models.UniqueConstraint(fields=["shop", "slug"], name="shop_product_slug_once"),
            models.CheckConstraint(
                condition=Q(price_sen__gt=0, price_sen__lte=PRICE_SEN_MAX), name="shop_product_costs_something"
            ),
            models.CheckConstraint(
                condition=Q(price_sen=F("price_sen") - Mod(F("price_sen"), 100)), name="shop_product_whole_rupiah"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "listed", "hidden"]), name="shop_product_state_known"
            ),
        )
        indexes = (models.Index(fields=["shop", "state", "position", "id"], name="shop_product_in_order"),)

    def __str__(self) -> str:
        return self.name


class Photo(models.Model):
    """A picture of a product. ``name`` is the SHA-256 of what we encoded; ``placeholder`` stands in until it comes."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="photos", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    placeholder = models.CharField(max_length=2_000, default="", blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["product", "name"], name="shop_photo_once"),)
        indexes = (models.Index(fields=["product", "position", "id"], name="shop_photo_in_order"),)


class Stock(models.Model):
    """
    How many pieces of a product there are: ``on_hand``, of which ``held`` wait for money and ``committed`` are paid.

    Moved only by conditional updates whose row count decides; each leaves a ``StockMove`` numbered ``version``.
    """

    product = models.OneToOneField(Product, on_delete=models.PROTECT, primary_key=True, related_name="stock")
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
    One change of a stock's counters, numbered without a gap. Append-only.

    ``set`` adds ``quantity`` (it may be negative) to what is on hand; ``commit`` sells pieces; ``release`` gives them
    back; ``ship`` sends them away.
    """

    class Kind(models.TextChoices):
        SET = "set"
        COMMIT = "commit"
        RELEASE = "release"
        SHIP = "ship"

    pk = models.CompositePrimaryKey("stock_id", "seq")
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="moves", db_index=False)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    quantity = models.BigIntegerField()
    # Of what it is a part (``shop.order:<id>``), and by which name it happens only once.
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
                condition=Q(kind="set") & ~Q(quantity=0) | Q(kind__in=["commit", "release", "ship"], quantity__gt=0),
                name="shop_stockmove_moves_something",
            ),
        )


class Order(models.Model):
    """
    What one person bought of one shop, paid before it stands here.

    Who sold and what it cost is copied, since shops and prices change. ``version`` counts its moves and is the rev of
    its topic; ``purchase_rev`` and ``sale_rev`` are those of the buyer's and the shop's lists at its last change.
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
                | Q(state="cancelled", cancelled_by__in=["buyer", "merchant", "expired"]),
                name="shop_order_state_known",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="shop_order_version_counts"),
        )
        indexes = (
            models.Index(fields=["buyer", "purchase_rev"], name="shop_order_of_buyer"),
            models.Index(fields=["shop", "sale_rev"], name="shop_order_of_shop"),
            models.Index(
                fields=["shop", "placed_at"],
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


class Transition(models.Model):
    """A move that an order may make, and who may make it. The database itself looks here."""

    name = models.CharField(max_length=16)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    who = models.CharField(max_length=8)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["from_state", "to_state", "name", "who"], name="shop_transition_once"),
        )


class OrderEvent(models.Model):
    """
    One move of an order: who made it, when, why, and what showed it. Append-only; ``seq`` is the version it led to.
    """

    class Actor(models.TextChoices):
        BUYER = "buyer"
        MERCHANT = "merchant"
        SYSTEM = "system"
        COURIER = "courier"

    REASON_CHARS_MAX = 200

    pk = models.CompositePrimaryKey("order_id", "seq")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events", db_index=False)
    seq = models.BigIntegerField()
    transition = models.CharField(max_length=16)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    actor_kind = models.CharField(max_length=8, choices=Actor)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=REASON_CHARS_MAX, default="", blank=True)
    evidence = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(seq__gte=1), name="shop_orderevent_numbered"),)


class OrderTimer(models.Model):
    """What happens to an order by itself at ``due_at``, unless it is stopped before."""

    class Kind(models.TextChoices):
        ACCEPT = "accept"  # Nobody accepted: cancelled.
        SHIP = "ship"  # Accepted and not shipped: cancelled.
        COMPLETE = "complete"  # A courier delivered and nobody complained: completed.

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        STOPPED = "stopped"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="timers", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["order", "kind"], name="shop_ordertimer_once"),)
        indexes = (models.Index(fields=["due_at"], condition=Q(state="waiting"), name="shop_ordertimer_due"),)


class Shipment(models.Model):
    """The parcel of an order: with whom it travels, under which number, and who said that it arrived."""

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
            models.UniqueConstraint(fields=["courier", "resi"], name="shop_shipment_resi_once"),
            models.CheckConstraint(
                condition=Q(delivered_at=None, delivered_source="")
                | Q(delivered_at__isnull=False, delivered_source__in=["courier", "merchant"]),
                name="shop_shipment_delivery_has_a_source",
            ),
        )


class OrderCounter(models.Model):
    """
    How many orders a person placed, or a shop received, ever; and how many of them are ``unfinished``.

    Counted in the placing transaction: an empty list is believed only when this says 0. ``rev`` counts every change of
    any of them, and is the rev of the list's topic.
    """

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
    """What was answered to a checkout under its key, for ever: the order, or why there is none."""

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
