"""
Feeds of a shop's catalog for other places to sell from, always in Indonesian.

For Google Merchant Center as RSS 2.0 with the elements of its product data specification, and for the catalogs of Meta
and WhatsApp as CSV with the columns of their data feeds.
"""

from __future__ import annotations

import csv
from io import StringIO
from xml.sax.xmlreader import AttributesImpl

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.translation import override
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from shop.models import Shop
from shop.pages.sitemaps_and_feeds import FEED_SECONDS, strip_invalid_xml
from shop.pages.structured_data import absolute_url
from shop.queries import catalog, photos, product_feeds, share_cards
from shop.queries.product_feeds import FeedItem
from superapp.accounts import api as accounts
from superapp.core import media
from superapp.core.money import Money
from superapp.core.text_cleaning import escape_spreadsheet_cell
from superapp.realtime.rate_limits import read_throttle

GOOGLE = "http://base.google.com/ns/1.0"
TITLE_CHARS_MAX, DESCRIPTION_CHARS_MAX = 150, 5_000
# A feed costs as many searches as it has hundreds of items.
ITEMS_PER_TOKEN = 100
FEED_COST = 5
PHOTO_COST = 10
META_COLUMNS = (
    "id", "title", "description", "availability", "condition", "price", "link", "image_link", "additional_image_link",
    "brand", "item_group_id",
)  # fmt: skip


@require_safe
def google_feed(request: HttpRequest, handle: str) -> HttpResponse:
    """Return all listed variants of a shop for Google Merchant Center."""
    shop, items = _read_items(request, handle)
    response = HttpResponse(content_type="application/xml; charset=utf-8")
    xml = SimplerXMLGenerator(response, "utf-8")
    xml.startDocument()
    xml.startElement("rss", AttributesImpl({"version": "2.0", "xmlns:g": GOOGLE}))
    xml.startElement("channel", AttributesImpl({}))
    _add(
        xml, {"title": shop.name, "link": absolute_url(f"/toko/{shop.handle}/"), "description": shop.about or shop.name}
    )
    for item in items:
        xml.startElement("item", AttributesImpl({}))
        _add(xml, _google_fields(shop, item))
        for name in item.photos[1:]:
            _add(xml, {"g:additional_image_link": _photo_url(name)})
        xml.endElement("item")
    xml.endElement("channel")
    xml.endElement("rss")
    xml.endDocument()
    patch_cache_control(response, public=True, max_age=FEED_SECONDS)
    return response


@require_safe
def meta_feed(request: HttpRequest, handle: str) -> HttpResponse:
    """Return all listed variants of a shop for the catalogs of Meta and WhatsApp."""
    shop, items = _read_items(request, handle)
    out = StringIO()
    table = csv.writer(out)
    table.writerow(META_COLUMNS)
    for item in items:
        fields = _meta_fields(shop, item)
        table.writerow(escape_spreadsheet_cell(fields[column]) for column in META_COLUMNS)
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    patch_cache_control(response, public=True, max_age=FEED_SECONDS)
    return response


@require_safe
def photo_as_jpeg(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return a photo as JPEG, for places that take no WebP. It is public, as the photo is."""
    _charge("photos", request, PHOTO_COST)
    path = share_cards.ensure_jpeg(name)
    if path is None:
        return media.not_found()
    return media.serve_file(path, content_type="image/jpeg", cache_control=f"public, {media.CACHE_FOREVER}")


def _read_items(request: HttpRequest, handle: str) -> tuple[Shop, list[FeedItem]]:
    _charge("feeds", request, FEED_COST)
    shop = catalog.fetch_shop_by_handle(handle)
    _charge("feeds", request, product_feeds.summarize_feed(shop).items // ITEMS_PER_TOKEN)
    with override("id"):
        return shop, product_feeds.list_feed_items(shop)


def _charge(bucket: str, request: HttpRequest, cost: int) -> None:
    """Take a cost from a person, or from the network of a guest. :raises RateLimited: if they have too few tokens"""
    if request.user.is_authenticated:
        read_throttle.take(accounts.get_current_user(request).pk, cost)
    else:
        accounts.take_guest_tokens(bucket, request, cost)


def _google_fields(shop: Shop, item: FeedItem) -> dict[str, str]:
    """Return the elements of an item; empty ones are left out."""
    return {
        "g:id": item.id,
        "g:title": item.title[:TITLE_CHARS_MAX],
        "g:description": item.description[:DESCRIPTION_CHARS_MAX],
        "g:link": absolute_url(item.path),
        "g:image_link": _photo_url(item.photos[0]),
        "g:availability": "in_stock" if item.is_in_stock else "out_of_stock",
        "g:price": _price(item.price),
        "g:condition": "new",
        "g:brand": shop.name,
        "g:mpn": item.sku,
        "g:item_group_id": item.group,
        "g:shipping_weight": f"{item.weight_grams} g" if item.weight_grams else "",
        # Most small makers have no barcode; without this, items without one are refused.
        "g:identifier_exists": "" if item.sku else "no",
    }


def _meta_fields(shop: Shop, item: FeedItem) -> dict[str, str]:
    return {
        "id": item.id,
        "title": item.title[:TITLE_CHARS_MAX],
        "description": item.description[:DESCRIPTION_CHARS_MAX],
        "availability": "in stock" if item.is_in_stock else "out of stock",
        "condition": "new",
        "price": _price(item.price),
        "link": absolute_url(item.path),
        "image_link": _photo_url(item.photos[0]),
        "additional_image_link": ",".join(_photo_url(name) for name in item.photos[1:]),
        "brand": shop.name,
        "item_group_id": item.group,
    }


def _price(price: Money) -> str:
    """Return a price as both kinds of feeds write it, such as 25000.00 IDR."""
    return f"{price.amount_minor // 100}.{price.amount_minor % 100:02} {price.asset}"


def _photo_url(name: str) -> str:
    return absolute_url(photos.jpeg_url(name))


def _add(xml: SimplerXMLGenerator, fields: dict[str, str]) -> None:
    for name, text in fields.items():
        if text:
            xml.addQuickElement(name, strip_invalid_xml(text))
