"""What a public page says to machines: search engines, feeds, and messengers that show a preview of a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shop import share_card
from shop.api import ProductView, ShopView, shops_are_shown
from shop.pages.public_showing import Product, Shop
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
class Meta:
    """The head of a page: addresses in it are whole, since they are read elsewhere."""

    title: str
    description: str
    address: str
    kind: str = "website"
    image: str = ""
    price: Money | None = None
    feed: str = ""
    facts: Sequence[dict[str, Any]] = ()
    is_public: bool = True

    @property
    def facts_script(self) -> SafeString:
        """JSON-LD, in which no text can end the script: it is escaped as any data of ours in a page."""
        if not self.facts:
            return SafeString("")
        graph = {"@context": SCHEMA, "@graph": list(self.facts)}
        return SafeString(json_script(graph).replace('type="application/json"', 'type="application/ld+json"', 1))

    @property
    def price_amount(self) -> str:
        """In whole units, as those who preview links want it."""
        return _amount(self.price) if self.price else ""


def of_front_page() -> Meta:
    """Return the head of the page that strangers see first."""
    brand = settings.BRAND_NAME
    address = whole("/")
    organization = {"@type": "Organization", "name": settings.OPERATOR_NAME or brand, "url": address}
    site: dict[str, Any] = {"@type": "WebSite", "@id": f"{address}#site", "name": brand, "url": address}
    if shops_are_shown():
        site["potentialAction"] = {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{whole('/toko/')}?cari={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        }
    return Meta(
        title=_("Chat, shop and pay in one place"),
        description=_("Talk with family and customers, open a shop in minutes, and pay safely with {brand}.").format(
            brand=brand
        ),
        address=address,
        facts=(site, organization),
    )


def of_shops(query: str) -> Meta:
    return Meta(
        title=_("Shops on {brand}").format(brand=settings.BRAND_NAME),
        description=_("Shops near and far, run by people you can chat with."),
        address=whole("/toko/"),
        # What was searched for is for those who searched.
        is_public=not query,
    )


def of_shop(view: ShopView, shop: Shop, products: Sequence[Product]) -> Meta:
    address = whole(shop.address)
    image = whole(share_card.shop_address(view, [one.photo.name for one in products if one.photo]))
    store: dict[str, Any] = {
        "@type": "Store",
        "@id": f"{address}#store",
        "name": view.name,
        "url": address,
        "image": image,
        "address": _place(view),
        "currenciesAccepted": "IDR",
    }
    if view.about:
        store["description"] = view.about
    if shop.logo:
        store["logo"] = whole(shop.logo.address)
    if view.opening_hours:
        store["openingHoursSpecification"] = _opening(view)
    listed = {
        "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "url": whole(one.address), "name": one.name}
            for place, one in enumerate(products, 1)
        ],
    }
    return Meta(
        title=f"{view.name} · {view.town}",
        description=brief(view.about or _("{shop}, a shop in {town}.").format(shop=view.name, town=view.town)),
        address=address,
        image=image,
        feed=f"{shop.address}rss.xml",
        facts=(store, listed),
    )


def of_product(view: ProductView, shop: Shop, product: Product) -> Meta:
    address = whole(product.address)
    image = whole(share_card.product_address(view, shop_name=shop.name, town=shop.town))
    facts: dict[str, Any] = {
        "@type": "Product",
        "@id": f"{address}#product",
        "name": product.name,
        "url": address,
        "sku": product.id,
        "image": [whole(photo.address) for photo in product.photos] or [image],
    }
    if product.description:
        facts["description"] = product.description
    if product.price is not None:
        facts["offers"] = _offer(product, product.price, shop, address)
    return Meta(
        title=f"{product.name} · {shop.name}",
        description=brief(product.description or f"{product.name}, {shop.name}, {shop.town}"),
        address=address,
        kind="product",
        image=image,
        price=product.price,
        feed=f"{shop.address}rss.xml",
        facts=(facts, _trail(product, shop)),
        is_public=product.is_listed,
    )


def whole(path: str) -> str:
    """An address of ours as it is called from elsewhere."""
    return f"{settings.PUBLIC_URL}{path}"


def brief(text: str) -> str:
    """The beginning of a text in one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= DESCRIPTION_CHARS_MAX:
        return line
    return f"{line[: DESCRIPTION_CHARS_MAX - 1].rpartition(' ')[0] or line[: DESCRIPTION_CHARS_MAX - 1]}…"


def _offer(product: Product, price: Money, shop: Shop, address: str) -> dict[str, Any]:
    offer = {
        "@type": "Offer",
        "url": address,
        "price": _amount(price),
        "priceCurrency": price.asset,
        "itemCondition": f"{SCHEMA}/NewCondition",
        "seller": {"@type": "Organization", "name": shop.name, "url": whole(shop.address)},
    }
    # What is not known is not said.
    if product.left is not None:
        is_there = product.left > 0 and shop.is_open
        offer["availability"] = f"{SCHEMA}/{'InStock' if is_there else 'OutOfStock'}"
    return offer


def _trail(product: Product, shop: Shop) -> dict[str, Any]:
    steps = ((_("Shops"), "/toko/"), (shop.name, shop.address), (product.name, product.address))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": whole(path)}
            for place, (name, path) in enumerate(steps, 1)
        ],
    }


def _place(view: ShopView) -> dict[str, str]:
    return {"@type": "PostalAddress", "addressLocality": view.town, "addressCountry": "ID"}


def _opening(view: ShopView) -> list[dict[str, str]]:
    return [
        {"@type": "OpeningHoursSpecification", "dayOfWeek": f"{SCHEMA}/{DAYS[day]}", "opens": first, "closes": last}
        for day, spans in view.opening_hours.items()
        for first, last in spans
    ]


def _amount(price: Money) -> str:
    whole_units, minor = divmod(price.amount_minor, 100)
    return f"{whole_units}.{minor:02d}" if minor else str(whole_units)
