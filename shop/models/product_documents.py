"""The documents by which products are found; they are made of products, and written by ``superapp.search`` alone."""

from __future__ import annotations

from django.db import models

from shop.domain import categories
from shop.models.catalog import Shop
from superapp.search.api import Document

# Folding makes up to eighteen letters of one; what is longer is cut.
TOWN_KEY_CHARS_MAX = Shop.TOWN_CHARS_MAX * 4


class ProductDocument(Document):
    """
    A listed product of an open shop, as it is searched; its scope is the shop.

    ``price_sen`` is the lowest price it has. ``town_key`` is the folded name of the shop's town, by which towns are
    compared.
    """

    price_sen = models.BigIntegerField()
    town = models.CharField(max_length=Shop.TOWN_CHARS_MAX)
    town_key = models.CharField(max_length=TOWN_KEY_CHARS_MAX)
    category = models.CharField(max_length=categories.SLUG_CHARS_MAX, default="")

    class Meta:
        indexes = (
            models.Index(fields=["price_sen", "id"], name="shop_productdocument_by_price"),
            models.Index(fields=["town_key", "id"], name="shop_productdocument_by_town"),
            models.Index(fields=["category", "id"], name="shop_productdocument_of_kind"),
        )
