"""Resources for crawlers and feed readers: robots.txt, sitemaps, RSS feeds and share cards."""

from __future__ import annotations

from uuid import UUID
from xml.sax.xmlreader import AttributesImpl

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Enclosure, Rss201rev2Feed
from django.utils.html import escape, linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from shop import api
from shop.api import ProductDetails
from shop.pages.storefront_presenters import price_range
from shop.pages.structured_data import absolute_url
from shop.queries import photos, product_search, public_catalog, share_cards
from superapp.core import media

HOUR_S = 3600
DAY_S = 24 * HOUR_S
FEED_SECONDS = 300
# Far below the protocol's limit of 50,000, so that a sitemap is built in milliseconds.
URLS_PER_SITEMAP = 2_000
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
# Pages of logged-in people, and pages without use for a crawler.
DISALLOWED_PATHS = (
    "/api/",
    "/beli/",
    "/dompet/",
    "/kontak/",
    "/masuk/",
    "/obrolan/",
    "/pesanan/",
    "/saya/",
    "/undangan/",
    "/-/",
)
# Control characters that XML does not allow.
_INVALID_IN_XML = dict.fromkeys(code for code in range(32) if chr(code) not in "\t\n\r")


@require_safe
@cache_control(public=True, max_age=DAY_S)
def robots(request: HttpRequest) -> HttpResponse:
    """Return robots.txt: crawlers may read shops, but no personal pages."""
    site_maps = [f"Sitemap: {absolute_url('/sitemap.xml')}"] if api.is_storefront_enabled() else []
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in DISALLOWED_PATHS), *site_maps, ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=HOUR_S)
def sitemap(request: HttpRequest, part: int | None = None) -> HttpResponse:
    """Return the sitemap of all public pages; a sitemap index if they take several blocks."""
    parts = api.count_sitemap_blocks(size=URLS_PER_SITEMAP)
    if part is None and parts > 1:
        return _sitemap_response(
            "sitemapindex", "sitemap", [(f"/sitemap-{number}.xml", "") for number in range(1, parts + 1)]
        )
    number = 1 if part is None else part
    if not 1 <= number <= parts:
        raise Http404
    addresses = api.list_sitemap_entries(number, size=URLS_PER_SITEMAP)
    entries = [(_path(handle, slug), at.date().isoformat()) for handle, slug, at in addresses]
    return _sitemap_response("urlset", "url", [*_shelves(), *entries] if number == 1 else entries)


def _shelves() -> list[tuple[str, str]]:
    """Return the addresses of what leads to products: pages of categories only if they have some."""
    used = product_search.list_used_categories()
    return [("/", ""), ("/toko/", ""), ("/kategori/", ""), *((f"/kategori/{slug}/", "") for slug in used)]


@require_safe
def feed(request: HttpRequest, handle: str) -> HttpResponse:
    """Return the newest products of a shop as RSS, always in Indonesian, since one cached copy serves all readers."""
    page = api.fetch_newest_products(handle)
    address = f"/toko/{page.shop.handle}/"
    with override("id"):
        out = Rss201rev2Feed(
            title=strip_invalid_xml(f"{page.shop.name} · {page.shop.town}"),
            link=absolute_url(address),
            description=strip_invalid_xml(page.shop.about or page.shop.name),
            language="id",
            feed_url=absolute_url(f"{address}rss.xml"),
        )
        for product in page.products:
            _add_feed_item(out, product, absolute_url(f"{address}{product.slug}/"))
        response = HttpResponse(out.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")
    patch_cache_control(response, public=True, max_age=FEED_SECONDS)
    return response


@require_safe
def product_card(request: HttpRequest, product: UUID, digest: str) -> HttpResponseBase:
    """Return the current share card of a listed product; redirect from older URLs."""
    page = api.fetch_listed_product(product)
    card = share_cards.card_for_product(page.product, shop_name=page.shop.name, town=page.shop.town)
    return _card_response(card, digest, f"/media/share/product/{product}/{card.digest}.jpg")


@require_safe
def shop_card(request: HttpRequest, shop: UUID, digest: str) -> HttpResponseBase:
    """Return the current share card of a shop; redirect from older URLs."""
    view, names = public_catalog.fetch_shop_with_photos(shop)
    card = share_cards.card_for_shop(view, names)
    return _card_response(card, digest, f"/media/share/shop/{shop}/{card.digest}.jpg")


def _card_response(card: share_cards.ShareCard, digest: str, address: str) -> HttpResponseBase:
    if digest != card.digest:
        return redirect(address)
    path = share_cards.ensure_stored(card)
    if path is None:
        response = HttpResponse(share_cards.draw(card, share_cards.read_photos(card)))
        media.set_headers(response, content_type="image/jpeg", cache_control="no-store")
        return response
    return media.serve_file(path, content_type="image/jpeg", cache_control=f"public, {media.CACHE_FOREVER}")


def _add_feed_item(out: Rss201rev2Feed, product: ProductDetails, address: str) -> None:
    price = _("The price cannot be shown right now") if product.price is None else price_range(product)
    text = f"<p>{escape(price)}</p>{linebreaks(strip_invalid_xml(product.description), autoescape=True)}"
    enclosures = []
    for photo in product.photos[:1]:
        if (size := photos.count_photo_bytes(photo.name, photos.SIZES[1])) is not None:
            url = absolute_url(photos.photo_url(photo.name, photos.SIZES[1]))
            enclosures = [Enclosure(url, str(size), "image/webp")]
    out.add_item(
        title=strip_invalid_xml(product.name),
        link=address,
        description=text,
        unique_id=f"urn:uuid:{product.public_id}",
        unique_id_is_permalink=False,
        pubdate=product.created_at,
        enclosures=enclosures,
    )


def _sitemap_response(root: str, item: str, entries: list[tuple[str, str]]) -> HttpResponse:
    response = HttpResponse(content_type="application/xml; charset=utf-8")
    xml = SimplerXMLGenerator(response, "utf-8")
    xml.startDocument()
    xml.startElement(root, AttributesImpl({"xmlns": SITEMAP}))
    for path, changed in entries:
        xml.startElement(item, AttributesImpl({}))
        xml.addQuickElement("loc", absolute_url(path))
        if changed:
            xml.addQuickElement("lastmod", changed)
        xml.endElement(item)
    xml.endElement(root)
    xml.endDocument()
    return response


def _path(handle: str, slug: str) -> str:
    return f"/toko/{handle}/{slug}/" if slug else f"/toko/{handle}/"


def strip_invalid_xml(text: str) -> str:
    """Return a text without the characters that XML does not allow."""
    return text.translate(_INVALID_IN_XML)
