"""What stands beside the public pages for machines: the map of the site, feeds, cards for sharing."""

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

from shop import api, directory, photos, share_card
from shop.api import ProductView
from shop.pages.public_meta import whole
from superapp.core import media

HOUR_S = 3600
DAY_S = 24 * HOUR_S
FEED_SECONDS = 300
# Far fewer than a map may hold, so that each is made in milliseconds.
ADDRESSES_PER_MAP = 2_000
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
# What belongs to people, and what a robot would only stumble over.
CLOSED = ("/api/", "/beli/", "/dompet/", "/kontak/", "/masuk/", "/obrolan/", "/pesanan/", "/saya/", "/undangan/", "/-/")
# Characters that XML cannot hold, whatever somebody called their goods.
_NO_XML = dict.fromkeys(code for code in range(32) if chr(code) not in "\t\n\r")


@require_safe
@cache_control(public=True, max_age=DAY_S)
def robots(request: HttpRequest) -> HttpResponse:
    """What may be read by machines: shops, and nothing of people."""
    site_maps = [f"Sitemap: {whole('/sitemap.xml')}"] if api.shops_are_shown() else []
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), *site_maps, ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=HOUR_S)
def site_map(request: HttpRequest, part: int | None = None) -> HttpResponse:
    """Every public address; when there are many, a map of maps, each of which holds a block of them."""
    parts = api.count_address_blocks(size=ADDRESSES_PER_MAP)
    if part is None and parts > 1:
        return _map("sitemapindex", "sitemap", [(f"/sitemap-{number}.xml", "") for number in range(1, parts + 1)])
    number = 1 if part is None else part
    if not 1 <= number <= parts:
        raise Http404
    addresses = api.list_addresses(number, size=ADDRESSES_PER_MAP)
    entries = [(_path(handle, slug), at.date().isoformat()) for handle, slug, at in addresses]
    return _map("urlset", "url", [("/", ""), ("/toko/", ""), *entries] if number == 1 else entries)


@require_safe
def feed(request: HttpRequest, handle: str) -> HttpResponse:
    """What is new in a shop, as RSS. It speaks Indonesian, whoever asks, since it is kept for all."""
    page = api.newest_products(handle)
    address = f"/toko/{page.shop.handle}/"
    with override("id"):
        out = Rss201rev2Feed(
            title=_plain(f"{page.shop.name} · {page.shop.town}"),
            link=whole(address),
            description=_plain(page.shop.about or page.shop.name),
            language="id",
            feed_url=whole(f"{address}rss.xml"),
        )
        for product in page.products:
            _add(out, product, whole(f"{address}{product.slug}/"))
        response = HttpResponse(out.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")
    patch_cache_control(response, public=True, max_age=FEED_SECONDS)
    return response


@require_safe
def product_card(request: HttpRequest, product: UUID, digest: str) -> HttpResponseBase:
    """The card of a listed product as it is now; an older address leads to it."""
    page = api.listed_product(product)
    card = share_card.of_product(page.product, shop_name=page.shop.name, town=page.shop.town)
    return _card(card, digest, f"/media/share/product/{product}/{card.digest}.jpg")


@require_safe
def shop_card(request: HttpRequest, shop: UUID, digest: str) -> HttpResponseBase:
    """The card of a shop as it is now; an older address leads to it."""
    view, names = directory.shop_by_id(shop)
    card = share_card.of_shop(view, names)
    return _card(card, digest, f"/media/share/shop/{shop}/{card.digest}.jpg")


def _card(card: share_card.Card, digest: str, address: str) -> HttpResponseBase:
    if digest != card.digest:
        return redirect(address)
    path = share_card.stored(card)
    return media.answer(path, content_type="image/jpeg", cache_control=f"public, {media.FOR_EVER}")


def _add(out: Rss201rev2Feed, product: ProductView, address: str) -> None:
    price = _("The price cannot be shown right now") if product.price is None else str(product.price)
    text = f"<p>{escape(price)}</p>{linebreaks(_plain(product.description), autoescape=True)}"
    enclosures = []
    for photo in product.photos[:1]:
        path = photos.photo_file(photo.name, photos.SIZES[1])
        if path.exists():
            size = str(path.stat().st_size)
            enclosures = [Enclosure(whole(photos.photo_address(photo.name, photos.SIZES[1])), size, "image/webp")]
    out.add_item(
        title=_plain(product.name),
        link=address,
        description=text,
        unique_id=f"urn:uuid:{product.public_id}",
        unique_id_is_permalink=False,
        pubdate=product.created_at,
        enclosures=enclosures,
    )


def _map(root: str, item: str, entries: list[tuple[str, str]]) -> HttpResponse:
    response = HttpResponse(content_type="application/xml; charset=utf-8")
    xml = SimplerXMLGenerator(response, "utf-8")
    xml.startDocument()
    xml.startElement(root, AttributesImpl({"xmlns": SITEMAP}))
    for path, changed in entries:
        xml.startElement(item, AttributesImpl({}))
        xml.addQuickElement("loc", whole(path))
        if changed:
            xml.addQuickElement("lastmod", changed)
        xml.endElement(item)
    xml.endElement(root)
    xml.endDocument()
    return response


def _path(handle: str, slug: str) -> str:
    return f"/toko/{handle}/{slug}/" if slug else f"/toko/{handle}/"


def _plain(text: str) -> str:
    return text.translate(_NO_XML)
