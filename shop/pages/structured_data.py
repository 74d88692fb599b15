"""Metadata of public pages: title, description, link previews and JSON-LD."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shop.api import ProductDetails, ShopDetails, VariantDetails, is_storefront_enabled
from shop.pages.storefront_presenters import ProductPresenter, ShopPresenter
from shop.queries import share_cards
from superapp.core.money import Money

DESCRIPTION_CHARS_MAX = 160
SCHEMA = "https://schema.org"
DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMeta:
    """The metadata of a page's head. Its URLs are absolute, since other sites read them."""

    title: str
    description: str
    url: str
    kind: str = "website"
    image: str = ""
    price: Money | None = None
    feed: str = ""
    json_ld: Sequence[dict[str, Any]] = ()
    is_public: bool = True

    @property
    def json_ld_script(self) -> SafeString:
        """The JSON-LD as a script element, escaped so that no text in it can end the script."""
        if not self.json_ld:
            return SafeString("")
        graph = {"@context": SCHEMA, "@graph": list(self.json_ld)}
        return SafeString(json_script(graph).replace('type="application/json"', 'type="application/ld+json"', 1))

    @property
    def price_amount(self) -> str:
        """The price in whole units, the format of link previews; empty without a price."""
        return _amount(self.price) if self.price else ""


def meta_for_front_page() -> PageMeta:
    """Return the metadata of the front page."""
    brand = settings.BRAND_NAME
    url = absolute_url("/")
    organization = {"@type": "Organization", "name": settings.OPERATOR_NAME or brand, "url": url}
    site: dict[str, Any] = {"@type": "WebSite", "@id": f"{url}#site", "name": brand, "url": url}
    if is_storefront_enabled():
        site["potentialAction"] = {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{absolute_url('/cari/')}?kata={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        }
    return PageMeta(
        title=_("Chat, shop and pay in one place"),
        description=_("Talk with family and customers, open a shop in minutes, and pay safely with {brand}.").format(
            brand=brand
        ),
        url=url,
        json_ld=(site, organization),
    )


def meta_for_shops(query: str) -> PageMeta:
    return PageMeta(
        title=_("Shops on {brand}").format(brand=settings.BRAND_NAME),
        description=_("Shops near and far, run by people you can chat with."),
        url=absolute_url("/toko/"),
        # Search results are not indexed.
        is_public=not query,
    )


def meta_for_search(query: str) -> PageMeta:
    return PageMeta(
        title=_("{query} · Search").format(query=query) if query else _("Search products"),
        description=_("Products of shops near and far, run by people you can chat with."),
        url=absolute_url("/cari/"),
        # Search results are not indexed.
        is_public=not query,
    )


def meta_for_categories() -> PageMeta:
    """Return the metadata of the page of all categories."""
    return PageMeta(
        title=_("Categories"),
        description=_("Products of shops near and far, run by people you can chat with."),
        url=absolute_url("/kategori/"),
    )


def meta_for_category(link: tuple[str, str], above: Sequence[tuple[str, str]], *, is_public: bool) -> PageMeta:
    """Return the metadata of a category, given as its address and name, with those around it."""
    crumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute_url(url)}
            for place, (url, name) in enumerate([*above, link], 1)
        ],
    }
    return PageMeta(
        title=link[1],
        description=_("{category} from shops near and far, run by people you can chat with.").format(category=link[1]),
        url=absolute_url(link[0]),
        json_ld=(crumbs,),
        is_public=is_public,
    )


def meta_for_shop(view: ShopDetails, shop: ShopPresenter, products: Sequence[ProductPresenter]) -> PageMeta:
    url = absolute_url(shop.url)
    image = absolute_url(share_cards.shop_card_url(view, [one.photo.name for one in products if one.photo]))
    store: dict[str, Any] = {
        "@type": "Store",
        "@id": f"{url}#store",
        "name": view.name,
        "url": url,
        "image": image,
        "address": _postal_address(view),
        "currenciesAccepted": "IDR",
    }
    if view.about:
        store["description"] = view.about
    if shop.logo:
        store["logo"] = absolute_url(shop.logo.url)
    if view.opening_hours:
        store["openingHoursSpecification"] = _opening_hours(view)
    listed = {
        "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "url": absolute_url(one.url), "name": one.name}
            for place, one in enumerate(products, 1)
        ],
    }
    return PageMeta(
        title=f"{view.name} · {view.town}",
        description=truncate_text(view.about or _("{shop}, a shop in {town}.").format(shop=view.name, town=view.town)),
        url=url,
        image=image,
        feed=f"{shop.url}rss.xml",
        json_ld=(store, listed),
    )


def meta_for_product(
    view: ProductDetails, shop: ShopPresenter, product: ProductPresenter, *, shipping: Money | None = None
) -> PageMeta:
    """Return the metadata of a product's page; ``shipping`` is its price to the whole country, if there is one."""
    url = absolute_url(product.url)
    image = absolute_url(share_cards.product_card_url(view, shop_name=shop.name, town=shop.town))
    json_ld: dict[str, Any] = {
        "@type": "Product",
        "@id": f"{url}#product",
        "name": product.name,
        "url": url,
        "sku": product.id,
        "image": [absolute_url(photo.url) for photo in product.photos] or [image],
    }
    if product.description:
        json_ld["description"] = product.description
    if len(view.variants) > 1:
        json_ld["offers"] = _offers(view, shop, url)
    elif product.price is not None:
        json_ld["offers"] = _offer(product, product.price, shop, url, shipping)
    return PageMeta(
        title=f"{product.name} · {shop.name}",
        description=truncate_text(product.description or f"{product.name}, {shop.name}, {shop.town}"),
        url=url,
        kind="product",
        image=image,
        price=product.price,
        feed=f"{shop.url}rss.xml",
        json_ld=(json_ld, _breadcrumbs(product, shop)),
        is_public=product.is_listed,
    )


def absolute_url(path: str) -> str:
    """Return the absolute URL of a path of this site."""
    return f"{settings.PUBLIC_URL}{path}"


def truncate_text(text: str) -> str:
    """Return the beginning of a text in one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= DESCRIPTION_CHARS_MAX:
        return line
    return f"{line[: DESCRIPTION_CHARS_MAX - 1].rpartition(' ')[0] or line[: DESCRIPTION_CHARS_MAX - 1]}…"


def _offer(
    product: ProductPresenter, price: Money, shop: ShopPresenter, url: str, shipping: Money | None
) -> dict[str, Any]:
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": url,
        "price": _amount(price),
        "priceCurrency": price.asset,
        "itemCondition": f"{SCHEMA}/NewCondition",
        "seller": {"@type": "Organization", "name": shop.name, "url": absolute_url(shop.url)},
    }
    # Unknown stock is left out.
    if product.left is not None:
        is_there = product.left > 0 and shop.is_open
        offer["availability"] = f"{SCHEMA}/{'InStock' if is_there else 'OutOfStock'}"
    # A price that depends on the buyer's address is left out.
    if shipping is not None:
        offer["shippingDetails"] = {
            "@type": "OfferShippingDetails",
            "shippingRate": {"@type": "MonetaryAmount", "value": _amount(shipping), "currency": shipping.asset},
            "shippingDestination": {"@type": "DefinedRegion", "addressCountry": "ID"},
        }
    return offer


def _offers(view: ProductDetails, shop: ShopPresenter, url: str) -> dict[str, Any]:
    """Return the range of the prices, and an offer for each variant."""
    prices = [variant.price for variant in view.variants]
    return {
        "@type": "AggregateOffer",
        "lowPrice": _amount(min(prices)),
        "highPrice": _amount(max(prices)),
        "priceCurrency": prices[0].asset,
        "offerCount": len(view.variants),
        "offers": [_variant_offer(variant, shop, url) for variant in view.variants],
    }


def _variant_offer(variant: VariantDetails, shop: ShopPresenter, url: str) -> dict[str, Any]:
    offer = {
        "@type": "Offer",
        "name": variant.title,
        "sku": variant.sku or str(variant.public_id),
        "url": f"{url}?varian={variant.public_id}",
        "price": _amount(variant.price),
        "priceCurrency": variant.price.asset,
        "itemCondition": f"{SCHEMA}/NewCondition",
    }
    if variant.stock is not None:
        is_there = variant.stock.available > 0 and shop.is_open
        offer["availability"] = f"{SCHEMA}/{'InStock' if is_there else 'OutOfStock'}"
    return offer


def _breadcrumbs(product: ProductPresenter, shop: ShopPresenter) -> dict[str, Any]:
    steps = ((_("Shops"), "/toko/"), (shop.name, shop.url), (product.name, product.url))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute_url(path)}
            for place, (name, path) in enumerate(steps, 1)
        ],
    }


def _postal_address(view: ShopDetails) -> dict[str, str]:
    return {"@type": "PostalAddress", "addressLocality": view.town, "addressCountry": "ID"}


def _opening_hours(view: ShopDetails) -> list[dict[str, str]]:
    return [
        {"@type": "OpeningHoursSpecification", "dayOfWeek": f"{SCHEMA}/{DAYS[day]}", "opens": first, "closes": last}
        for day, spans in view.opening_hours.items()
        for first, last in spans
    ]


def _amount(price: Money) -> str:
    whole_units, minor = divmod(price.amount_minor, 100)
    return f"{whole_units}.{minor:02d}" if minor else str(whole_units)
