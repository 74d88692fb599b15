"""Models of shops, products and their photos."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from shop.domain import categories
from shop.domain.product_options import ProductOption
from superapp.core import ids

KEY_CHARS_MAX = 128
QUANTITY_MAX = 1_000_000
# A billion rupiah per piece, in sen; the total of an order stays far below 64 bits.
PRICE_SEN_MAX = 1_000_000_000_00


class Shop(models.Model):
    """
    A storefront at a public address, ``/toko/<handle>/``.

    ``is_open`` is set by the merchant: a closed shop is still shown, but sells nothing. ``rev`` counts changes.
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
    # The name of the stored photo; empty without a logo.
    logo = models.CharField(max_length=64, default="", blank=True)
    # {"mon": [["08:00", "17:00"]], …} in ``time_zone``; on a missing day the shop is closed, {} means unknown.
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
    A product of a shop, bought as one of its variants. ``slug`` never changes, since its address may be linked to;
    ``version`` counts changes, those of its variants included. A product that was listed once is hidden, not deleted.
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
    # [{"name": "Warna", "values": ["Merah", "Biru"]}, …], three at most; its variants are combinations of the values.
    options = models.JSONField(default=list, blank=True)
    # The slug of a category (``shop.domain.categories``); empty if the merchant has chosen none.
    category = models.CharField(max_length=categories.SLUG_CHARS_MAX, default="", blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    # The place in the shop's catalog, ascending; equal positions are ordered by primary key.
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveBigIntegerField(default=1)
    # The key under which the product was added, and the hash of that request's content.
    idempotency_key = models.CharField(max_length=KEY_CHARS_MAX)
    content_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["shop", "idempotency_key"], name="shop_product_added_once"),
            models.UniqueConstraint(fields=["shop", "slug"], name="shop_product_slug_once"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "listed", "hidden"]), name="shop_product_state_known"
            ),
        )
        indexes = (models.Index(fields=["shop", "state", "position", "id"], name="shop_product_in_order"),)

    def __str__(self) -> str:
        return self.name

    def list_options(self) -> list[ProductOption]:
        return [ProductOption(option["name"], tuple(option["values"])) for option in self.options]


class Photo(models.Model):
    """A photo of a product. ``name`` is the SHA-256 of the encoded file; ``placeholder`` is shown while it loads."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="photos", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    placeholder = models.CharField(max_length=2_000, default="", blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["product", "name"], name="shop_photo_once"),)
        indexes = (models.Index(fields=["product", "position", "id"], name="shop_photo_in_order"),)
