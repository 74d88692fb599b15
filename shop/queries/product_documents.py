"""Documents of products: what of a product is found, and by which facets."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch

from shop.models import Product, ProductDocument, Variant
from shop.models.product_documents import TOWN_KEY_CHARS_MAX
from shop.queries import catalog
from superapp.core.text_folding import fold
from superapp.search import api as search

PRODUCTS = "products"


def make_document(product: Product, variants: Sequence[Variant]) -> ProductDocument:
    """
    Return the document of a product with these variants, at least one. Whatever of a product is to be found, or
    narrowed down by, is put in here.
    """
    shop = product.shop
    document = ProductDocument(
        id=product.pk,
        scope=shop.pk,
        price_sen=min(variant.price_sen for variant in variants),
        town=shop.town,
        town_key=town_key(shop.town),
        category=product.category,
    )
    values = " ".join(variant.title for variant in variants)
    document.set_tokens(title=product.name, texts=[shop.name, shop.town, values, product.description])
    return document


def town_key(town: str) -> str:
    """Return a town as it is compared."""
    return fold(town)[:TOWN_KEY_CHARS_MAX].strip()


def build_documents(ids: Sequence[int]) -> list[search.Document]:
    """Lock the products with these ids, and return the documents of those that are listed in an open shop."""
    list(Product.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    # Read after the lock was granted, and not by the statement that waited for it.
    products = Product.objects.filter(catalog.FOR_SALE, pk__in=ids)
    sold = Prefetch("variants", catalog.sold_variants())
    rows = products.select_related("shop").prefetch_related(sold).order_by("pk")
    return [make_document(row, variants) for row in rows if (variants := list(row.variants.all()))]


def list_product_ids(after: int, limit: int) -> list[int]:
    """List the ids of products after an id, in order."""
    return list(Product.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])


search.register(
    search.SearchCollection(
        name=PRODUCTS, model=ProductDocument, build_documents=build_documents, list_ids=list_product_ids
    )
)
